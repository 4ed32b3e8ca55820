import { describe, expect, it } from 'vitest';
import type { Fabric } from '../../../src/cloud/fabric/fabric.js';
import type { GuestHost } from '../../../src/cloud/guest/guest.js';
import { RunningRegion } from '../../../src/cloud/running-region.js';
import { Memory } from '../../../src/cloud/state/memory.js';

describe('a running region', () => {
  it('puts its network on the fabric again when the fabric did not take it, without another change', async () => {
    const memory = new Memory();
    const outcomes = [new Error('the kernel did not take it'), undefined];
    const applied: number[] = [];
    const log: string[] = [];
    const fabric = {
      apply: () => {
        applied.push(Date.now());
        const outcome = outcomes.shift();
        return outcome === undefined ? Promise.resolve() : Promise.reject(outcome);
      },
    } as unknown as Fabric;
    const region = new RunningRegion({
      region: 'eu-west-1', state: memory.scope('eu-west-1'), globalState: memory.scope('aws-global'), fabric, guests: {} as GuestHost, caCertificate: '',
      dropChannel: () => undefined, onPower: () => undefined, onDown: () => undefined, log: (line) => log.push(line),
    });
    await region.start();
    expect(applied).toHaveLength(1);
    expect(log.join('\n')).toContain('eu-west-1: Error: the kernel did not take it');
    await expect.poll(() => applied.length, { timeout: 10_000 }).toBe(2);
    // It was taken: that is the end of it.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(applied).toHaveLength(2);
    await region.stop();
  });
});
