import { describe, expect, it } from 'vitest';
import type { Fabric } from '../../../src/cloud/fabric/fabric.js';
import type { Guest, GuestHost, GuestSpecification } from '../../../src/cloud/guest/guest.js';
import { RunningRegion } from '../../../src/cloud/running-region.js';
import { Memory } from '../../../src/cloud/state/memory.js';
import { makeLab } from './services/ec2/harness.js';

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

  it('tells that an instance is down though its guest would not end', async () => {
    const { region: ec2, instances: [instanceId] } = makeLab();
    ec2.now = Date.now();
    const told: string[] = [];
    const log: string[] = [];
    let ends = false;
    const guest = { specification: { instanceId }, onPower: () => undefined, listen: () => Promise.resolve({ close: () => undefined }), connect: () => Promise.reject(new Error('no network')), resolve: () => Promise.reject(new Error('no network')), stop: () => (ends ? Promise.resolve() : Promise.reject(new Error('will not end'))) };
    const region = new RunningRegion({
      region: ec2.region, state: ec2.state, globalState: ec2.globalState, fabric: { apply: () => Promise.resolve() } as unknown as Fabric, guests: { kind: 'sandbox', boot: () => Promise.resolve(guest as unknown as Guest) }, caCertificate: '',
      dropChannel: (id) => told.push(`no channel of ${id}`), onPower: () => undefined, onDown: (id) => told.push(`${id} is down`), log: (line) => log.push(line),
    });
    await region.start();
    ec2.call('StopInstances', { InstanceId: [instanceId] });
    await expect.poll(() => told.slice(-2), { timeout: 10_000 }).toEqual([`${instanceId} is down`, `no channel of ${instanceId}`]);
    await expect.poll(() => log.join('\n'), { timeout: 10_000 }).toContain('will not end');
    ends = true;
    await region.stop();
  });

  it('stops all instances but the one that does not end, and says which', async () => {
    const { region: ec2, instances } = makeLab();
    ec2.now = Date.now();
    const ended: string[] = [];
    const log: string[] = [];
    const boot = ({ instanceId }: GuestSpecification): Promise<Guest> => Promise.resolve({
      specification: { instanceId }, onPower: () => undefined, listen: () => Promise.resolve({ close: () => undefined }), connect: () => Promise.reject(new Error('no network')), resolve: () => Promise.reject(new Error('no network')),
      stop: async () => {
        if (instanceId === instances[0]) throw new Error('will not end');
        await new Promise((resolve) => setTimeout(resolve, 20));
        ended.push(instanceId);
      },
    } as unknown as Guest);
    const region = new RunningRegion({
      region: ec2.region, state: ec2.state, globalState: ec2.globalState, fabric: { apply: () => Promise.resolve() } as unknown as Fabric, guests: { kind: 'sandbox', boot }, caCertificate: '',
      dropChannel: () => undefined, onPower: () => undefined, onDown: () => undefined, log: (line) => log.push(line),
    });
    await region.start();
    await region.stop();
    expect(ended.toSorted()).toEqual(instances.slice(1).toSorted());
    expect(log.filter((line) => line.includes('did not end'))).toEqual([`${ec2.region}: ${instances[0]} did not end: will not end`]);
  });
});
