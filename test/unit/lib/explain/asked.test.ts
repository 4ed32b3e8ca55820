/** What the user writes, as the question that is traced. */
import { describe, expect, it } from 'vitest';
import { askedOf, type Asking } from '../../../../src/lib/explain/asked.js';
import type { Way } from '../../../../src/lib/reachability/asked-way.js';
import { indexModel } from '../../../../src/lib/vpc/network.js';
import { LAB, setEndpoints, setInterface, setVpc, type Change } from '../../../conformance/fabric/lab-network.js';
import { labSnapshot } from '../lab-snapshot.js';

const here = (): Promise<string> => Promise.resolve('198.51.100.7');

async function ask(asking: Omit<Asking, 'here'>, ...changes: Change[]) {
  const snapshot = labSnapshot(...changes);
  const { way, from, to, instance } = await askedOf(snapshot, indexModel(snapshot.network), { ...asking, here });
  return { instance: instance.number, way, words: `${from} | ${to}` };
}
const inner = (id: string): object => ({ kind: 'interface', networkInterfaceId: id });
const outer = (address: string): object => ({ kind: 'internet', address });
const flow = (from: object, to: string, protocol: string, port?: number): object => ({ kind: 'flow', question: { from, to, protocol, port } });

describe('askedOf', () => {
  it.each<readonly [Omit<Asking, 'here'>, Way]>([
    [{ instance: '1' }, { kind: 'ssh-key-pair', instanceId: 'i-1', from: '198.51.100.7' }],
    [{ instance: 'instance4' }, { kind: 'session-manager', instanceId: 'i-4' }],
    [{ instance: '1', from: 'here' }, { kind: 'ssh-key-pair', instanceId: 'i-1', from: '198.51.100.7' }],
    [{ instance: '1', from: '203.0.113.9' }, { kind: 'ssh-key-pair', instanceId: 'i-1', from: '203.0.113.9' }],
  ])('without a destination it is the way of the shell: %o', async (asking, way) => {
    expect((await ask(asking)).way).toEqual(way);
  });

  it('is SSH also where its port is shut', async () => {
    const lab = labSnapshot();
    const snapshot = { ...lab, instances: lab.instances.map((each) => (each.number === 1 ? { ...each, auth: 'none' as const, inbound: [] } : each)) };
    expect((await askedOf(snapshot, indexModel(snapshot.network), { instance: '1', here })).way).toEqual({ kind: 'ssh-key-pair', instanceId: 'i-1', from: '198.51.100.7' });
  });

  it.each<readonly [Omit<Asking, 'here'>, object]>([
    [{ instance: '3', to: '8.8.8.8' }, flow(inner(LAB.eni.three), '8.8.8.8', 'icmp')],
    [{ instance: '3', to: '8.8.8.8:443' }, flow(inner(LAB.eni.three), '8.8.8.8', 'tcp', 443)],
    [{ instance: '3', to: '8.8.8.8:53', protocol: 'udp' }, flow(inner(LAB.eni.three), '8.8.8.8', 'udp', 53)],
    [{ instance: '3', to: '2:22' }, flow(inner(LAB.eni.three), LAB.ip.two, 'tcp', 22)],
    [{ instance: '3', to: 'Instance2' }, flow(inner(LAB.eni.three), LAB.ip.two, 'icmp')],
    [{ instance: '4', to: 'ssm.ap-northeast-1.amazonaws.com:443' }, flow(inner(LAB.eni.four), LAB.ip.ssm, 'tcp', 443)],
    [{ instance: '4', to: 'i-2' }, flow(inner(LAB.eni.four), LAB.public.two, 'icmp')],
    [{ instance: '2', from: 'internet' }, flow(outer('8.8.8.8'), LAB.public.two, 'tcp', 22)],
    [{ instance: '2', from: 'here', to: ':80' }, flow(outer('198.51.100.7'), LAB.public.two, 'tcp', 80)],
    [{ instance: '2', from: 'internet', to: ':80' }, flow(outer('8.8.8.8'), LAB.public.two, 'tcp', 80)],
    [{ instance: '2', from: '203.0.113.9', to: '2:80' }, flow(outer('203.0.113.9'), LAB.public.two, 'tcp', 80)],
    [{ instance: '2', from: 'internet', protocol: 'icmp' }, flow(outer('8.8.8.8'), LAB.public.two, 'icmp')],
    [{ instance: '2', from: '1', to: ':22' }, flow(inner(LAB.eni.one), LAB.ip.two, 'tcp', 22)],
    [{ instance: '2', from: LAB.ip.one, to: ':22' }, flow(inner(LAB.eni.one), LAB.ip.two, 'tcp', 22)],
    [{ instance: '4', from: '1', to: ':22' }, flow(inner(LAB.eni.one), LAB.ip.four, 'tcp', 22)],
  ])('%o', async (asking, way) => {
    expect((await ask(asking)).way).toEqual(way);
  });

  it('says the ends in words, with the address that a name stands for', async () => {
    expect((await ask({ instance: '4', to: 'ssm.ap-northeast-1.amazonaws.com:443' })).words).toBe(`it (${LAB.ip.four}) | ssm.ap-northeast-1.amazonaws.com (${LAB.ip.ssm}), port 443`);
    expect((await ask({ instance: '2', from: '1', to: ':22' })).words).toBe(`Instance1 (${LAB.ip.one}) | it (${LAB.ip.two}), port 22`);
  });

  it('says of whom nobody outside can come to that there is no public address, and of a stopped one that it has none now', async () => {
    expect((await ask({ instance: '3', from: 'internet' })).words).toBe(`the internet (8.8.8.8 stands for it) | it (${LAB.ip.three}), port 22, which has no public address`);
    expect((await ask({ instance: '3', from: '2' })).words).toBe(`Instance2 (${LAB.ip.two}) | it (${LAB.ip.three}), port 22`);
    const lab = labSnapshot(setInterface(LAB.eni.two, { publicIp: undefined, up: false }));
    const snapshot = { ...lab, instances: lab.instances.map((each) => (each.number === 2 ? { ...each, state: 'stopped', publicIpv4: null } : each)) };
    const { to } = await askedOf(snapshot, indexModel(snapshot.network), { instance: '2', from: 'internet', here });
    expect(to).toBe(`it (${LAB.ip.two}), port 22, which is stopped and has no public address now`);
  });

  it('says what stands for the internet, and only for that', async () => {
    const snapshot = labSnapshot();
    const of = (from: string) => askedOf(snapshot, indexModel(snapshot.network), { instance: '2', from, to: ':22', here });
    expect(await of('internet')).toMatchObject({ from: 'the internet (8.8.8.8 stands for it)', standIn: '8.8.8.8' });
    expect((await of('8.8.8.8')).standIn).toBeUndefined();
  });

  it('finds an instance by a name that looks like something else', async () => {
    const lab = labSnapshot();
    const snapshot = { ...lab, instances: lab.instances.map((each) => (each.number === 2 ? { ...each, name: '1.2' } : each)) };
    expect((await askedOf(snapshot, indexModel(snapshot.network), { instance: '3', to: '1.2', here })).to).toBe(`1.2 (${LAB.ip.two})`);
  });

  it.each<[Omit<Asking, 'here'>]>([[{ instance: '3', to: '8.8.8.8' }], [{ instance: '2', from: 'internet' }]])('says which action is missing where the network could not be read: %o', async (asking) => {
    const lab = labSnapshot((model) => ({ ...model, subnets: [] }));
    const snapshot = { ...lab, unread: [{ part: 'subnets' as const, action: 'ec2:DescribeSubnets', code: 'UnauthorizedOperation', message: '' }] };
    await expect(askedOf(snapshot, indexModel(snapshot.network), { ...asking, here })).rejects.toMatchObject({ code: 'access-denied', message: `nothing can be said of Instance${asking.instance}: subnets could not be read: ec2:DescribeSubnets was refused` });
    const nowhere = { ...lab, unread: [] };
    await expect(askedOf(nowhere, indexModel(nowhere.network), { ...asking, here })).rejects.toMatchObject({ code: 'usage', message: `Instance${asking.instance} has no network interface, so that nothing can be asked of its way` });
  });

  it.each<readonly [string, Omit<Asking, 'here'>, string, readonly Change[]]>([
    ['a port that is none', { instance: '3', to: '8.8.8.8:99999' }, 'not a port: "99999"', []],
    ['a port of letters', { instance: '3', to: '8.8.8.8:http' }, 'not a port: "http"', []],
    ['a port with too many digits', { instance: '3', to: '8.8.8.8:000443' }, 'not a port: "000443"', []],
    ['no port behind the colon', { instance: '3', to: '8.8.8.8:' }, 'not a port: ""', []],
    ['a loopback address that asks', { instance: '2', from: '127.0.0.1' }, 'nobody sends from 127.0.0.1', []],
    ['a multicast address that asks', { instance: '2', from: '224.0.0.1' }, 'nobody sends from 224.0.0.1', []],
    ['no address that asks', { instance: '2', from: '0.0.0.0' }, 'nobody sends from 0.0.0.0', []],
    ['a port for ICMP', { instance: '3', to: '8.8.8.8:1', protocol: 'icmp' }, 'ICMP has no ports, and port 1 was asked for', []],
    ['no port for TCP', { instance: '3', to: '8.8.8.8', protocol: 'tcp' }, '--protocol tcp needs a port', []],
    ['a protocol alone', { instance: '3', protocol: 'udp' }, '--protocol needs --to or --from', []],
    ['nobody', { instance: '3', to: ':22' }, '--to ":22" names nobody', []],
    ['somebody else', { instance: '3', from: 'internet', to: '2:22' }, 'with --from the way leads to Instance3, and --to "2:22" is somewhere else', []],
    ['a name that only the internet knows', { instance: '3', to: 'example.com:443' }, 'the configuration does not say which address example.com has', []],
    ['a name that nobody answers', { instance: '4', to: 'ssm.ap-northeast-1.amazonaws.com:443' }, 'ssm.ap-northeast-1.amazonaws.com has no address in vpc-2: enableDnsSupport is off', [setVpc(LAB.vpc2, { enableDnsSupport: false })]],
    ['a service with public addresses', { instance: '4', to: 'ssm.ap-northeast-1.amazonaws.com:443' }, 'the configuration does not say which address ssm.ap-northeast-1.amazonaws.com has', [setEndpoints({ privateDnsEnabled: false })]],
    ['an instance that is not there', { instance: '3', to: 'nobody' }, 'no instance is called "nobody"', []],
    ['IPv6', { instance: '3', to: '::1' }, '::1 is an IPv6 address, and only IPv4 is modelled', []],
    ['IPv6 with a port', { instance: '3', to: '[2001:db8::1]:443' }, '2001:db8::1 is an IPv6 address, and only IPv4 is modelled', []],
    ['IPv6 with a zone', { instance: '3', to: 'fe80::1%eth0' }, 'fe80::1%eth0 is an IPv6 address', []],
    ['IPv6 that asks', { instance: '3', from: '2001:db8::1', to: ':22' }, '2001:db8::1 is an IPv6 address, and only IPv4 is modelled', []],
    ['an octet that is none', { instance: '3', to: '300.1.1.1' }, '300.1.1.1 is not an IPv4 address', []],
    ['three octets', { instance: '3', to: '8.8.8:443' }, '8.8.8 is not an IPv4 address', []],
    ['a prefix', { instance: '3', to: '10.0.0.0/8' }, '10.0.0.0/8 is not an IPv4 address', []],
    ['an octet that is none, of who asks', { instance: '3', from: '300.1.1.1', to: ':22' }, '300.1.1.1 is not an IPv4 address', []],
    ['a name of the network that asks', { instance: '3', from: 'example.com', to: ':22' }, 'no instance is called "example.com"', []],
  ])('refuses %s', async (_, asking, message, changes) => {
    await expect(ask(asking, ...changes)).rejects.toThrow(message);
  });
});
