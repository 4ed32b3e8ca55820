import { describe, expect, it } from 'vitest';
import { INTERNET } from '../../../../src/cloud/fabric/fabric.js';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { LOCAL_ADDRESS } from '../../../../src/lib/lab/lab.js';
import { addressSeen, addressSeenIfKnown } from '../../../../src/lib/target/address-seen.js';

const offline = (): Promise<string> => Promise.reject(new SsmlabError('endpoint-unreachable', 'offline'));

describe('the address that this machine is seen as', () => {
  it('is a fixed one in the local cloud, the one that its internet has for it', async () => {
    expect(await addressSeen('netns', undefined)).toBe(LOCAL_ADDRESS);
    expect(await addressSeenIfKnown('computed', undefined)).toBe(LOCAL_ADDRESS);
    expect(INTERNET.laptop).toBe(LOCAL_ADDRESS);
  });

  it('is what AWS says', async () => {
    expect(await addressSeen('aws', { ownCidr: async () => '203.0.113.9/32' })).toBe('203.0.113.9');
    expect(await addressSeenIfKnown('aws', { ownCidr: async () => '203.0.113.9/32' })).toBe('203.0.113.9');
    await expect(addressSeen('aws', { ownCidr: offline })).rejects.toMatchObject({ code: 'endpoint-unreachable' });
  });

  it('is asked for by the flag of who wants to know it, and not by that of deploy', async () => {
    const ownCidr = (): Promise<string> => Promise.reject(new SsmlabError('output-unparsable', 'no address', { hint: 'pass --ssh-from CIDR' }));
    await expect(addressSeen('aws', { ownCidr })).rejects.toMatchObject({ code: 'output-unparsable', message: 'no address', hint: 'pass --from ADDRESS' });
  });

  it('is not known where AWS says nothing, and a fault of the program is not hidden', async () => {
    expect(await addressSeenIfKnown('aws', { ownCidr: offline })).toBeNull();
    expect(await addressSeenIfKnown('aws', undefined)).toBeNull();
    await expect(addressSeen('aws', undefined)).rejects.toMatchObject({ code: 'usage', hint: 'pass --from ADDRESS' });
    await expect(addressSeenIfKnown('aws', { ownCidr: () => Promise.reject(new TypeError('x')) })).rejects.toThrow(TypeError);
  });
});
