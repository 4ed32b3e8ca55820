import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { findInstance } from '../../../../src/lib/inventory/find.js';
import type { KnownInstance } from '../../../../src/lib/inventory/instance.js';

const instance = (number: number, over: Partial<KnownInstance> = {}): KnownInstance => ({
  number, name: `Instance${number}`, instanceId: `i-0000000000000000${number}`, path: 'none', auth: 'none', inbound: [], subnetId: null, vpcId: null,
  privateIpv4: `10.0.${number}.16`, publicIpv4: null, publicDnsName: null, keyName: null, instanceProfile: null, state: 'running', agent: null,
  logicalId: `Instance${number}`, privateDnsName: `ip-10-0-${number}-16.ap-northeast-1.compute.internal`, egress: 'none', labNumber: number, ...over,
});
const all = [instance(1, { publicIpv4: '198.18.0.11', publicDnsName: 'ec2-198-18-0-11.ap-northeast-1.compute.amazonaws.com' }), instance(2, { name: 'web' }), instance(3, { name: 'web' }), instance(4, { name: '2' })];

const errorOf = (query: string): SsmlabError => {
  try {
    findInstance(all, query);
  } catch (error) {
    if (error instanceof SsmlabError) return error;
  }
  throw new Error('no SsmlabError');
};

describe('findInstance', () => {
  it.each([
    ['1', 1], ['Instance1', 1], ['instance1', 1], ['198.18.0.11', 1], ['ec2-198-18-0-11.ap-northeast-1.compute.amazonaws.com', 1],
    ['i-00000000000000003', 3], ['10.0.3.16', 3], ['ip-10-0-4-16.ap-northeast-1.compute.internal', 4],
    // A number is a number before it is a name; logical ids still work where names were changed.
    ['2', 2], ['Instance3', 3],
  ])('%s is %d', (query, want) => expect(findInstance(all, query).number).toBe(want));

  it('lists all that have an ambiguous name', () => {
    const error = errorOf('web');
    expect(error.code).toBe('instance-ambiguous');
    expect(error.message).toContain('i-00000000000000002');
    expect(error.message).toContain('i-00000000000000003');
  });
  it('suggests near names', () => {
    const error = errorOf('Instnce1');
    expect([error.code, error.message]).toEqual(['instance-not-found', 'no instance is called "Instnce1"']);
    expect(error.hint).toContain('Instance1');
  });
  it('names what there is when nothing is near', () => expect(errorOf('database').hint).toBe('there are Instance1, web, web, 2; `ssmlab list` shows all'));
});
