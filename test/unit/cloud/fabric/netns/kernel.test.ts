/** What only this fabric can show: what the kernel was told, what it refused, and what guests' roots can do to it. */
import { afterEach, describe, expect, it } from 'vitest';
import type { NetnsFabric } from '../../../../../src/cloud/fabric/netns/fabric.js';
import { Lab, line, SERVICE } from '../../../../conformance/fabric/probes.js';
import { type Change, changed, LAB, setIngress, setInterface, tcpFrom } from '../../../../conformance/fabric/lab-network.js';
import { netnsObstacle, startNetnsFabric } from './bundled-holder.js';

const obstacle = await netnsObstacle();

describe.skipIf(obstacle !== undefined)(`the kernel${obstacle === undefined ? '' : ` (${obstacle})`}`, { timeout: 30_000 }, () => {
  let fabric: NetnsFabric | undefined;
  afterEach(() => fabric?.close());

  const start = async (...changes: readonly Change[]): Promise<Lab> => {
    fabric = await startNetnsFabric();
    const lab = new Lab({ fabric, silenceMs: 500 });
    await lab.start(changes);
    return lab;
  };

  it('S10: remembers a connection as long as the interface was told', async () => {
    const lab = await start(setInterface(LAB.eni.one, { tcpEstablishedTimeout: 60 }), setIngress(LAB.sg1, tcpFrom(22, '198.51.100.0/24'), tcpFrom(8080, '0.0.0.0/0')));
    await line(await lab.connect('laptop', LAB.public.one, 22));
    await line(await lab.connect('laptop', LAB.public.one, 8080));
    await line(await lab.connect('two', SERVICE.ssm, 443));
    const router = fabric?.layout.vpcs.find(({ vpc }) => vpc.vpc.vpcId === LAB.vpc1)?.router ?? '';
    const connections = (await fabric?.run(router, ['cat', '/proc/net/nf_conntrack']))?.stdout.split('\n') ?? [];
    const left = (port: number): number[] => connections.filter((each) => each.includes(` dport=${port} `)).map((each) => Number(/ tcp +6 (\d+) ESTABLISHED/u.exec(each)?.[1]));
    expect(left(22)).toEqual([expect.toSatisfy((seconds: number) => seconds > 40 && seconds <= 60)]);
    // Open both ways: not tracked (S8), so that there is nothing to forget.
    expect(left(8080)).toEqual([expect.toSatisfy((seconds: number) => seconds > 431_900)]);
    expect(left(443)).toEqual([expect.toSatisfy((seconds: number) => seconds > 431_900)]);
  });

  it('takes thousands of rules, more than one message to the kernel holds', async () => {
    const many = Array.from({ length: 3000 }, (_, index) => tcpFrom(1024 + index, `203.0.${index >> 8}.${index & 255}/32`, `sgr-${index}`));
    const lab = await start(setIngress(LAB.sg1, ...many));
    expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe('silent');
    await lab.change(setIngress(LAB.sg1, ...many, tcpFrom(22, '0.0.0.0/0')));
    expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe('open: 198.51.100.7');
    await lab.change(setIngress(LAB.sg1, ...many));
    expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe('silent');
  });

  it('says which command it refused, and takes the next network', async () => {
    const lab = await start();
    const wrong = changed(setInterface(LAB.eni.two, { secondaryAddresses: [{ privateIp: '240.67.0.1' }] }), setIngress(LAB.sg1, { ruleId: 'sgr-x', protocol: 'tcp', fromPort: 70_000, toPort: 70_000, cidr: '0.0.0.0/0' }));
    await expect(lab.fabric.apply(wrong)).rejects.toThrow(/the kernel did not take the network of namespace v1: .*tcp dport 70000/su);
    await lab.change(setIngress(LAB.sg1, tcpFrom(8080, '0.0.0.0/0')));
    expect(await lab.tcp('laptop', LAB.public.one, 8080)).toBe('open: 198.51.100.7');
    expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe('silent');
    expect(await lab.tcp('two', SERVICE.ssm, 443)).toBe('open: 198.18.0.12');
  });
});
