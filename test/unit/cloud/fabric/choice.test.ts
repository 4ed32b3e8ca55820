import { describe, expect, it } from 'vitest';
import { chooseFabric, type ChoiceInput, fabricBefore, rememberFabric } from '../../../../src/cloud/fabric/choice.js';
import type { Probe } from '../../../../src/cloud/fabric/netns/probe.js';
import { Memory } from '../../../../src/cloud/state/memory.js';

const able: Probe = { usable: true, checks: [] };
const unable: Probe = { usable: false, checks: [], reason: 'nft is missing: sudo apt-get install nftables' };

function choose(input: Partial<ChoiceInput>, found: Probe = able) {
  let probed = 0;
  const probe = (): Promise<Probe> => {
    probed++;
    return Promise.resolve(found);
  };
  return chooseFabric({ choice: 'auto', before: undefined, standing: false, probe, ...input }).then((chosen) => ({ ...chosen, probed }));
}

describe('the fabric of a region process', () => {
  it('is the netns fabric where the machine can carry it', async () => {
    // Which another may stand for when it does not start, unless it was asked for by name.
    expect(await choose({})).toEqual({ kind: 'netns', orComputed: true, probed: 1 });
    expect(await choose({ choice: 'netns' })).toEqual({ kind: 'netns', orComputed: false, probed: 1 });
  });

  it('is computed elsewhere, with the reason', async () => {
    expect(await choose({}, unable)).toEqual({ kind: 'computed', note: unable.reason, probed: 1 });
  });

  it('is computed without a word when that was asked for, and nothing is tried', async () => {
    expect(await choose({ choice: 'computed' })).toEqual({ kind: 'computed', probed: 0 });
  });

  it('is refused when it was asked for by name and cannot be had', async () => {
    await expect(choose({ choice: 'netns' }, unable)).rejects.toMatchObject({ code: 'fabric-unavailable', message: expect.stringContaining('nftables') as string });
  });

  it('stays what the stacks were made on', async () => {
    expect(await choose({ standing: true, before: 'computed' })).toEqual({ kind: 'computed', probed: 0 });
    expect(await choose({ standing: true, before: 'netns' })).toMatchObject({ kind: 'netns', probed: 1 });
    expect(await choose({ standing: false, before: 'computed' })).toMatchObject({ kind: 'netns', probed: 1 });
  });

  it('is refused when the machine has lost what the stacks were made on, but to who asks for the other one by name', async () => {
    await expect(choose({ standing: true, before: 'netns' }, unable)).rejects.toMatchObject({ code: 'fabric-unavailable', message: expect.stringMatching(/stacks stand.*nftables/u) as string });
    expect(await choose({ standing: true, before: 'netns', choice: 'computed' }, unable)).toEqual({ kind: 'computed', probed: 1 });
  });

  it('has no stand-in under stacks when it does not start', async () => {
    expect(await choose({ standing: true, before: 'netns' })).toEqual({ kind: 'netns', orComputed: false, probed: 1 });
  });

  it.each([['netns', 'computed'], ['computed', 'netns']] as const)('is not changed from %s to %s under stacks', async (before, choice) => {
    await expect(choose({ standing: true, before, choice })).rejects.toMatchObject({ code: 'fabric-in-use' });
    expect(await choose({ standing: false, before, choice })).toMatchObject({ kind: choice });
  });

  it('is remembered', () => {
    const memory = new Memory();
    expect(fabricBefore(memory, 'aws-global')).toBeUndefined();
    rememberFabric(memory, 'aws-global', 'netns');
    rememberFabric(memory, 'aws-global', 'netns');
    expect(fabricBefore(memory, 'aws-global')).toBe('netns');
  });
});
