import { describe, expect, it } from 'vitest';
import { type Candidate, recogniseLab } from '../../../../src/lib/lab/recognise.js';

const candidate = (instanceId: string, over: Partial<Candidate>): Candidate => ({
  instanceId, logicalId: instanceId, keyName: null, instanceProfile: 'profile', subnetId: 'public', vpcId: 'vpc-1', path: 'internet-gateway', auth: 'session-manager', state: 'running', tagged: false, ...over,
});
const FOUR = [
  candidate('d', { vpcId: 'vpc-2', subnetId: 'isolated', path: 'vpc-endpoint' }),
  candidate('c', { subnetId: 'private', path: 'nat-gateway' }),
  candidate('b', {}),
  candidate('a', { keyName: 'k', instanceProfile: null, auth: 'ssh-key-pair' }),
];
const AS_SHAPED = [[1, 'a'], [2, 'b'], [3, 'c'], [4, 'd']];
const numbers = (instances: readonly Candidate[]) => {
  const found = recogniseLab(instances);
  return found === undefined ? undefined : [...found].toSorted(([a], [b]) => a - b);
};
const change = (id: string, over: Partial<Candidate>) => FOUR.map((each) => (each.instanceId === id ? { ...each, ...over } : each));
const called = (ids: Readonly<Record<string, string>>, instances = FOUR) => instances.map((each) => ({ ...each, logicalId: ids[each.instanceId] ?? each.logicalId }));
const LAB_IDS = { a: 'Instance1', b: 'Instance2', c: 'Instance3', d: 'Instance4' };

describe('recogniseLab', () => {
  it('knows the four by who has what and sits where, whatever they are called', () => {
    expect(numbers(FOUR)).toEqual(AS_SHAPED);
    expect(numbers(called({ a: 'Instance4', b: 'Instance3', c: 'Instance2', d: 'Instance1' }))).toEqual(AS_SHAPED);
  });

  it.each<[string, readonly Candidate[]]>([
    ['one path that is broken', change('c', { path: 'none' })],
    ['one auth method that is broken', change('a', { auth: 'none' })],
  ])('still knows them with %s', (_, instances) => expect(numbers(instances)).toEqual(AS_SHAPED));

  it('takes others with that shape and other paths for what they are, unless they bear the lab\'s tag or names', () => {
    const other = change('c', { path: 'internet-gateway' }).map((each) => (each.instanceId === 'd' ? { ...each, path: 'nat-gateway' as const } : each));
    expect(numbers(other)).toBeUndefined();
    expect(numbers(other.map((each) => ({ ...each, tagged: true })))).toEqual(AS_SHAPED);
    expect(numbers(called(LAB_IDS, other))).toEqual(AS_SHAPED);
  });

  it.each<[string, readonly Candidate[]]>([
    ['five', [...FOUR, candidate('e', {})]],
    ['three', FOUR.slice(1)],
    ['two with a key pair', change('b', { keyName: 'k' })],
    ['one without a profile', change('d', { instanceProfile: null })],
    ['two in the private subnet', change('b', { subnetId: 'private' })],
    ['all in one VPC', change('d', { vpcId: 'vpc-1' })],
  ])('does not know a stack of %s', (_, instances) => expect(numbers(instances)).toBeUndefined());

  it('goes by the names where the shape is lost, and only where enough agrees', () => {
    const named = called(LAB_IDS);
    expect(numbers(named.slice(1))).toEqual(AS_SHAPED.slice(0, 3));
    expect(numbers(called(LAB_IDS, change('d', { instanceProfile: null, auth: 'none' })))).toEqual(AS_SHAPED);
    expect(numbers(named.slice(2))).toBeUndefined();
    expect(numbers(named.slice(2).map((each) => ({ ...each, tagged: true })))).toEqual(AS_SHAPED.slice(0, 2));
    expect(numbers(named.slice(1).map((each) => ({ ...each, path: 'none' as const })))).toBeUndefined();
  });

  it('prefers a living instance to the one that it replaced', () => {
    const old = candidate('old', { logicalId: 'Instance1', state: 'shutting-down' });
    expect(numbers([old, ...called(LAB_IDS)])).toEqual(AS_SHAPED);
    expect(numbers([old, ...called(LAB_IDS).slice(1)].map((each) => ({ ...each, tagged: true })))).toEqual(AS_SHAPED.slice(0, 3));
    expect(numbers([{ ...old, tagged: true }])).toEqual([[1, 'old']]);
  });
});
