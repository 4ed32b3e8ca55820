/** Conditions of the internet, as packets of the fabric of real packets meet them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WanError } from '../../../src/cloud/fabric/fabric.js';
import type { NetnsFabric } from '../../../src/cloud/fabric/netns/fabric.js';
import { lossScript, shape } from '../../../src/cloud/fabric/netns/wan.js';
import { netnsObstacle, startNetnsFabric } from '../../unit/cloud/fabric/netns/bundled-holder.js';
import { detachGateway, LAB } from './lab-network.js';
import { Lab } from './probes.js';

const CALM = { lossPercent: 0, bitsPerSecond: 0, delayMs: 0 } as const;
const obstacle = await netnsObstacle();

describe('what the kernel is told', () => {
  it('is a token bucket for a rate alone, and netem for a delay with it', () => {
    expect(shape('w-1', { ...CALM, bitsPerSecond: 8_000_000 })).toBe('tc qdisc replace dev w-1 root tbf rate 8000000bit burst 32768 latency 50ms\n');
    expect(shape('igw', { ...CALM, delayMs: 8, bitsPerSecond: 1000 })).toBe('tc qdisc replace dev igw root netem limit 10000 delay 8ms rate 1000bit\n');
    expect(shape('igw', CALM)).toBe('tc qdisc del dev igw root 2>/dev/null || :\n');
  });

  it('is a part of ten thousand packets each way, or nothing', () => {
    expect(lossScript({ ...CALM, lossPercent: 0.25 }).match(/mod 10000 < 25 counter drop/gu)).toHaveLength(2);
    expect(lossScript(CALM)).not.toContain('numgen');
  });
});

describe.skipIf(obstacle !== undefined)(`the internet of the netns fabric${obstacle === undefined ? '' : ` (${obstacle})`}`, () => {
  let fabric: NetnsFabric;
  let lab: Lab;
  beforeAll(async () => {
    fabric = await startNetnsFabric();
    lab = new Lab({ fabric, silenceMs: 500 });
    await lab.start();
  });
  afterAll(() => fabric.close());

  /** Percent lost of a hundred echo requests. */
  async function lost(eni: string, address: string): Promise<number> {
    const namespace = fabric.layout.machineOf.get(eni)?.namespace ?? '';
    const { stdout } = await fabric.run(namespace, ['ping', '-q', '-c', '100', '-i', '0.005', '-W', '0.5', address]);
    return Number(/([\d.]+)% packet loss/u.exec(stdout)?.[1]);
  }
  const qdiscs = async (namespace: string): Promise<string> => (await fabric.run(namespace, ['tc', 'qdisc', 'show'])).stdout;

  it('loses packets each way on the internet, and none inside a VPC', async () => {
    await fabric.wan.set({ lossPercent: 30 });
    // Of those that are lost by 30% each way 51% are to be expected; 20 and 80 are six times the spread away.
    expect(await lost(LAB.eni.three, '8.8.8.8')).toBeGreaterThan(20);
    expect(await lost(LAB.eni.one, '8.8.8.8')).toBeLessThan(80);
    await fabric.wan.set({ lossPercent: 100 });
    (await fabric.connect({ networkInterfaceId: LAB.eni.two }, { address: LAB.ip.one, port: 22 }, { timeoutMs: 5000 })).destroy();
    (await fabric.connect({ networkInterfaceId: LAB.eni.four }, { address: LAB.ip.ssm, port: 443 }, { timeoutMs: 5000 })).destroy();
    expect(await lost(LAB.eni.three, '8.8.8.8')).toBe(100);
    await fabric.wan.set({ lossPercent: 0 });
    expect(await lost(LAB.eni.three, '8.8.8.8')).toBe(0);
  });

  it('carries so many bits both ways, also on a gateway that is attached anew', async () => {
    await fabric.wan.set({ bitsPerSecond: 8_000_000 });
    await lab.change(detachGateway);
    await lab.change();
    const [router = ''] = fabric.layout.vpcs.map((vpc) => vpc.router);
    expect(await qdiscs('')).toMatch(/qdisc tbf \S+ dev w-1 root .*rate 8Mbit/u);
    expect(await qdiscs(router)).toMatch(/qdisc tbf \S+ dev igw root .*rate 8Mbit/u);
    expect(await lost(LAB.eni.three, '8.8.8.8')).toBe(0);
    await fabric.wan.set({ bitsPerSecond: 0 });
    expect(await qdiscs('')).not.toContain('tbf');
    expect(await qdiscs(router)).not.toContain('tbf');
  });

  it('is late where the kernel has netem, and where it has not says so and changes nothing', async () => {
    const { status } = await fabric.run('', ['unshare', '-n', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms']);
    await fabric.wan.set({ lossPercent: 0.5 });
    const late = await fabric.wan.set({ delayMs: 40, lossPercent: 50 }).then(() => undefined, (error: unknown) => error);
    if (status === 0) {
      expect(late).toBeUndefined();
      await fabric.wan.set({ lossPercent: 0 });
      const reply = await fabric.ping({ networkInterfaceId: LAB.eni.one }, { to: '8.8.8.8', ttl: 64, size: 56, sequence: 1, identifier: 1, timeoutMs: 5000 });
      expect(reply?.milliseconds).toBeGreaterThanOrEqual(80);
    } else {
      expect(late).toBeInstanceOf(WanError);
      expect((late as Error).message).toContain('netem');
      expect(fabric.wan.conditions).toEqual({ ...CALM, lossPercent: 0.5 });
    }
    await fabric.wan.set(CALM);
    expect((await fabric.run('', ['nft', 'list', 'tables'])).stdout).not.toContain('ssmlab_wan');
  });
});
