/** Guests of real processes on real packets: what people see who sit at the lab's instances. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkipHost } from '../../../../../src/cloud/fabric/checkip.js';
import type { NetnsFabric } from '../../../../../src/cloud/fabric/netns/fabric.js';
import type { Guest } from '../../../../../src/cloud/guest/guest.js';
import { createNamespaceGuestHost } from '../../../../../src/cloud/guest/namespace/host.js';
import { LAB, REGION } from '../../../../conformance/fabric/lab-network.js';
import { Lab } from '../../../../conformance/fabric/probes.js';
import { netnsObstacle, startNetnsFabric } from './bundled-holder.js';

const obstacle = await netnsObstacle();

describe.skipIf(obstacle !== undefined)(`instances of real processes on real packets${obstacle === undefined ? '' : ` (${obstacle})`}`, { timeout: 60_000 }, () => {
  let fabric: NetnsFabric;
  const guests = new Map<keyof typeof LAB.ip, Guest>();

  beforeAll(async () => {
    fabric = await startNetnsFabric(() => undefined, () => undefined);
    await new Lab({ fabric, silenceMs: 500 }).start();
    await fabric.serve(REGION, [checkipHost({ addresses: ['198.19.0.201'] })]);
    const host = createNamespaceGuestHost({ fabric, namespaces: fabric.guests, log: () => undefined });
    for (const [name, id] of [['one', 1], ['two', 2], ['three', 3], ['four', 4]] as const) {
      const privateIp = LAB.ip[name];
      guests.set(name, await host.boot({
        region: REGION, instanceId: `i-0000000000000000${id}`, networkInterfaceId: LAB.eni[name], privateIp, hostName: `ip-${privateIp.replaceAll('.', '-')}`,
        domainName: `${REGION}.compute.internal`, architecture: 'x86_64', authorizedKeys: [],
      }));
    }
  }, 60_000);
  afterAll(async () => {
    await Promise.all([...guests.values()].map((guest) => guest.stop()));
    await fabric.close();
  });

  const run = async (name: keyof typeof LAB.ip, lineText: string): Promise<string> => {
    const process = await guests.get(name)?.spawn({ user: 'ec2-user', run: { kind: 'line', line: lineText } });
    let output = '';
    for await (const chunk of process?.stdout ?? []) output += String(chunk);
    for await (const chunk of process?.stderr ?? []) output += String(chunk);
    return `${output}= ${(await process?.status)?.code}`;
  };

  const bash = (name: keyof typeof LAB.ip, text: string): Promise<string> => run(name, `bash -c "${text.replaceAll('"', '\\"')}"`);

  it('pings the internet from 1, 2 and 3', async () => {
    for (const [name, ttl] of [['one', 117], ['two', 117], ['three', 116]] as const) expect(await run(name, 'ping -c 1 -W 2 8.8.8.8')).toContain(`64 bytes from 8.8.8.8: icmp_seq=1 ttl=${ttl} time=`);
  });

  it('says nothing on 4, to the letter', async () => {
    expect((await run('four', 'ping -c 2 -i 0.2 -W 1 8.8.8.8')).replace(/time \d+ms/u, 'time Nms')).toBe(
      'PING 8.8.8.8 (8.8.8.8) 56(84) bytes of data.\n\n--- 8.8.8.8 ping statistics ---\n2 packets transmitted, 0 received, 100% packet loss, time Nms\n\n= 1');
  });

  it('hears nothing from an address of its own subnet that nothing has', async () => {
    expect(await run('one', 'ping -q -c 1 -W 1 10.0.1.77')).toMatch(/^PING 10\.0\.1\.77 .*\n\n--- 10\.0\.1\.77 ping statistics ---\n1 packets transmitted, 0 received, 100% packet loss, time 0ms\n\n= 1$/u);
  });

  it('asks the VPC\'s resolver', async () => {
    expect(await run('four', `getent ahostsv4 ssm.${REGION}.amazonaws.com | head -1`)).toMatch(/^10\.0\.3\.50 +STREAM ssm/u);
    expect(await run('three', `getent ahostsv4 ssm.${REGION}.amazonaws.com | head -1`)).toMatch(/^198\.19\.0\.10 /u);
    expect(await run('one', 'getent ahostsv4 nothing.example')).toBe('= 2');
  });

  it('is seen as its public address, or the NAT gateway\'s', async () => {
    const get = String.raw`exec 3<>/dev/tcp/checkip.amazonaws.com/80; printf 'GET / HTTP/1.0\r\n\r\n' >&3; tail -1 <&3`;
    expect(await bash('one', get)).toBe(`${LAB.public.one}\n= 0`);
    expect(await bash('three', get)).toBe(`${LAB.public.nat}\n= 0`);
  });

  it('reaches its own SSH server by its own names', async () => {
    expect(await bash('one', 'exec 3<>/dev/tcp/127.0.0.1/22 && head -1 <&3')).toBe('127.0.0.1\n= 0');
    expect(await bash('one', `exec 3<>/dev/tcp/${LAB.ip.one}/22 && head -1 <&3`)).toBe(`${LAB.ip.one}\n= 0`);
  });
});
