import { describe, expect, it } from 'vitest';
import { predictWaysIn } from '../../../../src/lib/reachability/ways-in.js';
import { indexModel } from '../../../../src/lib/vpc/network.js';
import { id, type instanceOf, lab } from '../report/diagram/networks.js';

const ways = (from: string | null, over: Parameters<typeof instanceOf>[1] = {}) => {
  const snapshot = { ...lab, instances: lab.instances.map((instance) => (instance.number === 1 ? { ...instance, keyName: 'key', ...over } : instance)) };
  return predictWaysIn(snapshot, indexModel(snapshot.network), from);
};

describe('the ways into all instances', () => {
  it('are those of their auth methods', () => {
    expect([...ways('198.51.100.7')].map(([instanceId, { way }]) => [instanceId, way])).toEqual([[id('i', 1), 'ssh-key-pair'], [id('i', 2), 'session-manager'], [id('i', 3), 'session-manager'], [id('i', 4), 'session-manager']]);
  });

  it('where nothing is open, are what they were made for, and say what is shut', () => {
    expect(ways('198.51.100.7', { auth: 'none' }).get(id('i', 1))).toMatchObject({ way: 'ssh-key-pair', verdict: 'closed' });
    expect(ways('198.51.100.7', { auth: 'none', keyName: null, instanceProfile: null }).get(id('i', 1))).toMatchObject({ way: 'session-manager', verdict: 'closed' });
  });

  it('do not know where SSH comes from unless they are told', () => {
    expect(ways(null).get(id('i', 1))).toMatchObject({ way: 'ssh-key-pair', verdict: 'unknown', links: [{ link: 'path', why: 'the address that SSH would come from is not known' }] });
  });
});
