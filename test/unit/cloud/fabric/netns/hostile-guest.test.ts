/** A guest whose root wants out: what he can do to his own machine, and that he can do nothing to the rest. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { NetnsFabric } from '../../../../../src/cloud/fabric/netns/fabric.js';
import { Lab, line, SERVICE } from '../../../../conformance/fabric/probes.js';
import { LAB, setIngress, setInterface, tcpFrom } from '../../../../conformance/fabric/lab-network.js';
import { netnsObstacle, startNetnsFabric } from './bundled-holder.js';

const obstacle = await netnsObstacle();

/** Shell functions: `open ADDRESS PORT` says whether TCP is answered there, `pings ADDRESS …` whether an echo request is. */
const TOOLS = `
open() {
  said=$(timeout 1 bash -c ": < /dev/tcp/$1/$2" 2>&1) && echo "$1:$2 open" || case "$said" in *refused*) echo "$1:$2 refused";; esac
}
pings() { ping -n -c 1 -W 1 "$@" > /dev/null 2>&1 && echo "pings $*"; }
`;

const MOST_TRACKED = Number(tried(() => readFileSync('/proc/sys/net/netfilter/nf_conntrack_max', 'utf8')) ?? Infinity);
const FLOODS = MOST_TRACKED <= 300_000 && spawnSync('perl', ['-MSocket', '-e', '1']).status === 0;
/** A packet of no known protocol to each of as many addresses: connections that nobody answers, remembered for ten minutes. */
const FLOOD = `use Socket; socket(my $socket, PF_INET, SOCK_RAW, 253);
for my $i (1..$ARGV[0]) { send($socket, 'x', 0, pack_sockaddr_in(0, pack('N', 0x09000000 + $i))) }`;

function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

describe.skipIf(obstacle !== undefined)(`root of a guest${obstacle === undefined ? '' : ` (${obstacle})`}`, { timeout: 30_000 }, () => {
  let fabric: NetnsFabric | undefined;
  const said: string[] = [];
  afterEach(() => fabric?.close());

  const start = async (): Promise<Lab> => {
    fabric = await startNetnsFabric(() => undefined, (text) => said.push(text));
    const lab = new Lab({ fabric, silenceMs: 500 });
    await lab.start();
    return lab;
  };
  const asRoot = async (networkInterfaceId: string, script: string): Promise<readonly string[]> => {
    said.length = 0;
    const guest = await fabric?.guests.start(networkInterfaceId, ['bash'], `${TOOLS}${script}`);
    await guest?.exited;
    return said.map((text) => text.replace(/^\w+: /u, '')).toSorted();
  };
  /** The plumbing: metadata server, resolver, PrivateLink's doors, side doors of others and their ends, with the ports that are open there. */
  const plumbing = (): string => [
    ['240.127.0.2', 80], ...(fabric?.layout.doors ?? []).map((door) => [door.address, 443]), ...[...fabric?.layout.machines.values() ?? []].filter((machine) => machine.ports[0]?.node.id !== LAB.eni.one).flatMap((machine) => [[machine.sideDoor, 22], [machine.loopback, 22]]),
  ].map(([address, port]) => `open ${address} ${port} &`).join('\n');

  it('sees by the tools of this test what he may see', async () => {
    await start();
    expect(await asRoot(LAB.eni.one, `open ${SERVICE.ssm} 443 & open ${LAB.public.one} 22 & open ${LAB.ip.one} 8081 & pings 8.8.8.8 & wait`)).toEqual(
      [`${LAB.ip.one}:8081 refused`, `${LAB.public.one}:22 open`, `${SERVICE.ssm}:443 open`, 'pings 8.8.8.8'].toSorted());
  });

  it('does not reach the plumbing by the network', async () => {
    await start();
    expect(await asRoot(LAB.eni.one, `${plumbing()}\nwait`)).toEqual([]);
  });

  it('does not reach anything by his side door', async () => {
    const lab = await start();
    const hosts = [SERVICE.ssm, '8.8.8.8', '198.51.100.7', LAB.ip.three, LAB.public.two];
    const output = await asRoot(LAB.eni.one, `
nft flush ruleset
ip route add 240.0.0.0/4 dev ssmlab0
for host in ${hosts.join(' ')}; do ip route replace $host dev ssmlab0; done
${plumbing()}
open ${SERVICE.ssm} 443 & open ${LAB.ip.three} 22 & open 198.51.100.7 22 & pings 8.8.8.8 &
wait
ip addr add 198.51.100.7/32 dev ssmlab0; ip addr add ${LAB.ip.two}/32 dev ssmlab0
open ${SERVICE.ssm} 443 & pings -I 198.51.100.7 8.8.8.8 & pings -I ${LAB.ip.two} 8.8.8.8 &
wait`);
    expect(output).toEqual([]);
    expect(await lab.tcp('two', SERVICE.ssm, 443)).toBe('open: 198.18.0.12');
    // His own agent and SSH server stand behind the door that he broke.
    expect(await lab.tcp('one', SERVICE.ssm, 443)).toBe('silent');
  });

  it('does not speak with another\'s address', async () => {
    const lab = await start();
    expect(await asRoot(LAB.eni.one, `ip addr add ${LAB.ip.two}/32 dev ens5; ip addr add 10.0.1.99/32 dev ens5; pings -I ${LAB.ip.two} 8.8.8.8 & pings -I 10.0.1.99 8.8.8.8 & pings 8.8.8.8 & wait`)).toEqual(['pings 8.8.8.8']);
    expect(await lab.tcp('two', SERVICE.ssm, 443)).toBe('open: 198.18.0.12');
  });

  it('loses his own network only', async () => {
    const lab = await start();
    const stream = await lab.connect('three', SERVICE.ssm, 443);
    await line(stream);
    await asRoot(LAB.eni.three, 'ip link del ens5; ip link del ssmlab0');
    await expect(lab.connect('three', SERVICE.ssm, 443)).rejects.toMatchObject({ code: 'ENETUNREACH' });
    expect(await lab.tcp('one', SERVICE.ssm, 443)).toBe('open: 198.18.0.11');
    // A stop and a start give him a new one.
    await lab.change(setInterface(LAB.eni.three, { up: false }));
    await lab.change();
    expect(await lab.tcp('three', SERVICE.ssm, 443)).toBe('open: 198.18.0.10');
  });

  it('does not keep the network from changing, whatever he did to his links', async () => {
    const lab = await start();
    await asRoot(LAB.eni.one, 'ip link del ens5; ip link add ens5 type veth peer name ssmlab0x; ip link del ssmlab0');
    // What concerns his interface cannot be done as it is: it is mended.
    await lab.change(setInterface(LAB.eni.one, { secondaryAddresses: [{ privateIp: '10.0.1.99' }] }), setIngress(LAB.sg2, tcpFrom(22, '0.0.0.0/0')));
    expect(await lab.tcp('laptop', LAB.public.two, 22)).toBe('open: 198.51.100.7');
    expect(await lab.tcp('three', '10.0.1.99', 22)).toBe('open: 10.0.2.18');
    expect(await lab.tcp('one', SERVICE.ssm, 443)).toBe('open: 198.18.0.11');
  });

  it.skipIf(!FLOODS)(`cuts nobody by filling his router's table of connections${FLOODS ? '' : ' (no perl, or a table of this host that is too large to fill)'}`, { timeout: 120_000 }, async () => {
    const lab = await start();
    const flood = await fabric?.guests.start(LAB.eni.one, ['perl', '-e', FLOOD, String(MOST_TRACKED + 20_000)], '');
    const router = fabric?.layout.vpcs.find(({ vpc }) => vpc.vpc.vpcId === LAB.vpc1)?.router ?? '';
    const tracked = async (): Promise<number> => Number((await fabric?.run(router, ['cat', '/proc/sys/net/netfilter/nf_conntrack_count']))?.stdout);
    await expect.poll(tracked, { timeout: 100_000, interval: 50 }).toBeGreaterThan(0.99 * MOST_TRACKED);
    for (let round = 0; round < 5; round++) expect(await lab.tcp('two', SERVICE.ssm, 443)).toBe('open: 198.18.0.12');
    expect(await lab.tcp('three', SERVICE.ssm, 443)).toBe('open: 198.18.0.10');
    expect(await tracked()).toBeGreaterThan(0.9 * MOST_TRACKED);
    flood?.kill();
  });

  it('finds his machine as it was at first after a reboot', async () => {
    const lab = await start();
    await asRoot(LAB.eni.one, 'nft flush ruleset; ip addr add 10.9.9.9/32 dev ens5');
    await fabric?.guests.renew(LAB.eni.one);
    expect((await asRoot(LAB.eni.one, 'ip -br -4 addr show dev ens5')).join()).not.toContain('10.9.9.9');
    expect(await lab.tcp('one', SERVICE.ssm, 443)).toBe('open: 198.18.0.11');
    expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe('open: 198.51.100.7');
  });
});
