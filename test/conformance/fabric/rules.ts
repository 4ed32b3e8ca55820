/** Rule by rule of `vpc-semantics.md`: what is changed in the lab, what is tried, and what is then seen. */
import type { BlockPublicAccess } from '../../../src/lib/vpc/model.js';
import type { Change } from './lab-network.js';
import {
  addGatewayEndpoint, addInterface, ALLOW_ALL_EGRESS, detachGateway, entry, icmpFrom, LAB, OPEN_ENTRIES, REGION, removeNat, route, setEgress,
  setEndpoints, setEntries, setIngress, setInterface, setNat, setRoutes, setTable, setVpc, tcpFrom, tcpFromGroup,
} from './lab-network.js';
import type { Lab } from './probes.js';
import { greet, line, SERVICE, serviceHost } from './probes.js';

export interface Scenario {
  readonly rule: string;
  readonly what: string;
  readonly changes: readonly Change[];
  readonly probe: (lab: Lab) => Promise<string>;
  readonly seen: string;
}

const { ip, eni, acl } = LAB;
const GOOGLE = '8.8.8.8';
const SSM = `ssm.${REGION}.amazonaws.com`;
const ANYWHERE = '0.0.0.0/0';

function scenario(rule: string, what: string, changes: readonly Change[], probe: Scenario['probe'], seen: string): Scenario {
  return { rule, what, changes, probe, seen };
}

const pingGoogle = (actor: Parameters<Lab['ping']>[0]) => (lab: Lab) => lab.ping(actor, GOOGLE);
/** Pings a host that answers, at an address that the gateway may or may not carry. */
async function pingHostAt(lab: Lab, address: string): Promise<string> {
  await lab.fabric.serve(REGION, [{ addresses: [address], names: ['host.example'], tcp: new Map(), answersPing: true }]);
  return lab.ping('one', address);
}

/** All that is seen when it is tried often enough for a choice of ports to show: half of them would all have to be lucky. */
const someTimes = async (probe: () => Promise<string>): Promise<ReadonlySet<string>> => new Set(await Promise.all(Array.from({ length: 24 }, probe)));

const portRange = (from: number, to: number) => ({ protocol: '6', portRange: { from, to } });

const SECOND = '10.0.1.99';
const PUBLIC_SECOND = '198.18.0.99';
const secondAddress = setInterface(eni.one, { secondaryAddresses: [{ privateIp: SECOND, publicIp: PUBLIC_SECOND }] });
const secondInterface = (more: Parameters<typeof addInterface>[5] = {}): Change => addInterface('eni-1b', LAB.vpc1, LAB.publicSubnet, SECOND, [LAB.sg1], { instanceId: 'i-1', deviceIndex: 1, publicIp: PUBLIC_SECOND, ...more });

/** Seconds; AWS lets nobody be told less than 60, which cannot be waited for on the kernel's clock. */
const FORGETFUL = 2;
const forgetful = setInterface(eni.one, { tcpEstablishedTimeout: FORGETFUL });
const fromLaptop = setIngress(LAB.sg1, tcpFrom(22, '198.51.100.0/24'));

/** What becomes of a connection to instance 1 when its rules are `then`, and nobody speaks for longer than its interface remembers. */
const afterSilence = (...then: readonly Change[]) => async (lab: Lab): Promise<string> => {
  const stream = await lab.connect('laptop', LAB.public.one, 22);
  await line(stream);
  await lab.change(forgetful, ...then);
  await lab.idle(FORGETFUL * 1.25);
  const heard = await lab.echo(stream, 'still there?');
  stream.destroy();
  return heard;
};

/** Connections that nobody speaks on. */
const SILENT_CONNECTIONS: readonly Scenario[] = [
  scenario('S10', 'a tracked connection without its rule does not outlive what its interface remembers', [forgetful, fromLaptop], afterSilence(setIngress(LAB.sg1)), 'stalled'),
  scenario('S10', 'with its rule it is tracked anew', [forgetful, fromLaptop], afterSilence(fromLaptop), 'alive'),
  scenario('S8', 'an untracked connection that lost its egress rule is cut, and stays cut in silence: of it nothing is there to be forgotten', [forgetful], afterSilence(setEgress(LAB.sg1)), 'stalled'),
];

/** Further addresses and interfaces of an instance. */
const MORE_ADDRESSES: readonly Scenario[] = [
  scenario('E3', 'a secondary address answers as itself', [secondAddress], (lab) => lab.tcp('three', SECOND, 22), 'open: 10.0.2.18'),
  scenario('E3', 'and what else has the address nothing', [], (lab) => lab.tcp('three', SECOND, 22), 'silent'),
  scenario('I1', 'the Elastic IP of a secondary address leads to it', [secondAddress], (lab) => lab.tcp('laptop', PUBLIC_SECOND, 22), 'open: 198.51.100.7'),
  scenario('I1', 'and the first one to the first still', [secondAddress], (lab) => lab.tcp('laptop', LAB.public.one, 22), 'open: 198.51.100.7'),
  scenario('I1', 'the instance itself goes out as its first address', [secondAddress], (lab) => lab.tcp('one', SERVICE.ssm, 443), `open: ${LAB.public.one}`),
  scenario('S5', 'a reference matches a secondary address of the member', [secondAddress, setIngress(LAB.sg2, tcpFromGroup(22, LAB.sg1))], (lab) => lab.tcp('one', ip.three, 22), 'open: 10.0.1.16'),
  scenario('I3', 'a second interface has servers, addresses and groups of its own', [secondInterface()], (lab) => lab.tcp('laptop', PUBLIC_SECOND, 22), 'open: 198.51.100.7'),
  scenario('S4', 'whose groups decide', [secondInterface({ groupIds: [LAB.sg2] })], (lab) => lab.tcp('laptop', PUBLIC_SECOND, 22), 'silent'),
  scenario('I3', 'an interface that is attached to nothing has nobody', [secondInterface({ instanceId: undefined, up: false })], (lab) => lab.tcp('laptop', PUBLIC_SECOND, 22), 'silent'),
  scenario('R12', 'an instance reaches its own second interface inside itself', [secondInterface({ groupIds: [LAB.sg2] })], (lab) => lab.tcp('one', SECOND, 22), `open: ${SECOND}`),
];

/** The healthy lab (lab.md, "What must be seen on each of them"; fabric.md §2 has the hop counts). */
const MATRIX: readonly Scenario[] = [
  scenario('I1', 'instance 1 pings the internet', [], pingGoogle('one'), 'ttl 117'),
  scenario('I1', 'instance 2 pings the internet with no inbound rule at all', [], pingGoogle('two'), 'ttl 117'),
  scenario('N5', 'instance 3 pings the internet, the NAT gateway being one hop', [], pingGoogle('three'), 'ttl 116'),
  scenario('R8', 'instance 4 pings the internet and hears nothing', [], pingGoogle('four'), 'silent'),
  scenario('I1', 'the laptop reaches instance 1 by SSH', [], (lab) => lab.tcp('laptop', LAB.public.one, 22), 'open: 198.51.100.7'),
  scenario('S4', 'the laptop does not reach a port of instance 1 that no rule names', [], (lab) => lab.tcp('laptop', LAB.public.one, 8080), 'silent'),
  scenario('S2', 'the laptop does not reach instance 2, whose group admits nothing', [], (lab) => lab.tcp('laptop', LAB.public.two, 22), 'silent'),
  scenario('I1', 'instance 2 reaches the service as its own public address', [], (lab) => lab.tcp('two', SERVICE.ssm, 443), 'open: 198.18.0.12'),
  scenario('N5', 'instance 3 reaches the service as the Elastic IP', [], (lab) => lab.tcp('three', SERVICE.ssm, 443), 'open: 198.18.0.10'),
  scenario('P5', 'instance 4 reaches the service by its endpoint', [], (lab) => lab.tcp('four', ip.ssm, 443), 'open: 10.0.3.19 by vpce-3a'),
  scenario('R8', 'instance 4 does not reach the public address of the service', [], (lab) => lab.tcp('four', SERVICE.ssm, 443), 'silent'),
];

const ADDRESSES: readonly Scenario[] = [
  scenario('V5', 'm7: instance 1 does not reach the address of instance 4, which is in another VPC of the same range', [setIngress(LAB.sg3, tcpFrom(22, ANYWHERE))], (lab) => lab.tcp('one', ip.four, 22), 'silent'),
  scenario('V5', 'an address that both VPCs have is the one of the own VPC', [addInterface('eni-twin', LAB.vpc2, LAB.otherSubnet, ip.one, [LAB.sgDefault2]), setIngress(LAB.sg2, tcpFrom(22, ANYWHERE))], (lab) => lab.tcp('three', ip.one, 22), 'open: 10.0.2.18'),
  scenario('V4', 'nothing is delivered to a broadcast address', [], (lab) => lab.ping('one', '255.255.255.255'), 'silent'),
  scenario('V3', 'VPC + 2 is no host of its own', [], (lab) => lab.ping('three', '10.0.0.2'), 'silent'),
];

const ROUTES: readonly Scenario[] = [
  scenario('R2', 'the longest prefix wins over the default route', [setRoutes(LAB.privateTable, route('nat-gateway', LAB.nat), route('internet-gateway', LAB.igw, '8.8.8.0/24'))], pingGoogle('three'), 'silent'),
  scenario('R2', 'a longer prefix to the NAT gateway is enough', [setRoutes(LAB.privateTable, route('nat-gateway', LAB.nat, '8.8.8.8/32'))], pingGoogle('three'), 'ttl 116'),
  scenario('R3', 'a subnet without a table uses the main one', [setRoutes(LAB.main1, route('nat-gateway', LAB.nat)), setTable(LAB.privateTable, { subnetIds: [] })], pingGoogle('three'), 'ttl 116'),
  scenario('R5', 'another main table re-routes the implicit subnets', [setTable(LAB.privateTable, { subnetIds: [] }), setTable(LAB.main1, { main: false }), setTable(LAB.privateTable, { main: true })], pingGoogle('three'), 'ttl 116'),
  scenario('R6', 'a blackhole wins its match and does not fall through', [setRoutes(LAB.publicTable, route('internet-gateway', LAB.igw), route('nat-gateway', 'nat-gone', '8.8.8.0/24', 'blackhole'))], pingGoogle('one'), 'silent'),
  scenario('R7', 'the route to a deleted NAT gateway is a blackhole', [removeNat, setRoutes(LAB.privateTable, route('nat-gateway', LAB.nat, ANYWHERE, 'blackhole'))], pingGoogle('three'), 'silent'),
  scenario('R8', 'm1: without its default route instance 3 is silent', [setRoutes(LAB.privateTable)], (lab) => lab.tcp('three', SERVICE.ssmmessages, 443), 'silent'),
  scenario('R8', 'a route to what the fabric does not have carries nothing', [setRoutes(LAB.privateTable, route('unsupported', 'tgw-1'))], pingGoogle('three'), 'silent'),
  scenario('R10', 'link-local addresses are not forwarded', [], (lab) => lab.tcp('one', '169.254.169.1', 80), 'silent'),
  scenario('R12', 'inside a subnet no route is needed', [setRoutes(LAB.publicTable), setIngress(LAB.sg2, tcpFrom(22, '10.0.1.0/24'))], (lab) => lab.tcp('one', ip.two, 22), 'open: 10.0.1.16'),
  scenario('R12', 'the VPC router does not answer', [], (lab) => lab.ping('one', '10.0.1.1'), 'silent'),
  scenario('R1', 'between subnets of a VPC the local route leads', [setIngress(LAB.sg2, tcpFrom(22, '10.0.0.0/16'))], (lab) => lab.tcp('one', ip.three, 22), 'open: 10.0.1.16'),
  scenario('R8', 'an address of the VPC that nothing has is silent', [], (lab) => lab.ping('one', '10.0.77.9'), 'silent'),
  scenario('E3', 'a route to an interface with the source/dest check carries nothing', [setRoutes(LAB.privateTable, route('network-interface', eni.one))], pingGoogle('three'), 'silent'),
];

const INTERNET_GATEWAY: readonly Scenario[] = [
  scenario('I1', 'a detached gateway carries nothing out', [detachGateway], pingGoogle('one'), 'silent'),
  scenario('I1', 'a detached gateway lets nothing in', [detachGateway], (lab) => lab.tcp('laptop', LAB.public.one, 22), 'silent'),
  scenario('I2', 'without a public address a public subnet has no internet', [setInterface(eni.two, { publicIp: undefined })], pingGoogle('two'), 'silent'),
  scenario('I3', 'a public address without a running instance is silent', [setInterface(eni.one, { up: false })], (lab) => lab.tcp('laptop', LAB.public.one, 22), 'silent'),
  scenario('I3', 'a bare interface has no internet', [setIngress(LAB.sg2, tcpFrom(22, ANYWHERE)), setInterface(eni.two, { instanceId: undefined })], (lab) => lab.tcp('laptop', LAB.public.two, 22), 'silent'),
  scenario('I4', 'the gateway drops private destinations', [], (lab) => pingHostAt(lab, '192.168.1.1'), 'silent'),
  scenario('I4', 'the gateway drops 100.64.0.0/10', [], (lab) => pingHostAt(lab, '100.64.0.1'), 'silent'),
  scenario('I4', 'and no others: a host at a public address answers', [], (lab) => pingHostAt(lab, '203.0.113.5'), 'ttl 117'),
  scenario('I6', 'a packet of 1500 bytes that must not be fragmented passes', [], (lab) => lab.ping('one', GOOGLE, { size: 1472, dontFragment: true }), 'ttl 117'),
  scenario('I6', 'a larger one is answered by frag-needed', [], async (lab) => (await lab.ping('one', GOOGLE, { size: 1473, dontFragment: true })).replace(/ from .*/, ''), 'frag-needed'),
  scenario('I6', 'a larger one that may be fragmented passes', [], (lab) => lab.ping('one', GOOGLE, { size: 8000 }), 'ttl 117'),
  scenario('I7', 'in a private subnet a public address is unreachable, the answer having no way', [setRoutes(LAB.publicTable)], (lab) => lab.tcp('laptop', LAB.public.one, 22), 'silent'),
  scenario('I7', 'an answer that leaves by the NAT gateway is not the answer to anything', [setInterface(eni.three, { publicIp: '198.18.0.13' }), setIngress(LAB.sg2, tcpFrom(22, ANYWHERE))], (lab) => lab.tcp('laptop', '198.18.0.13', 22), 'silent'),
  scenario('I8', 'instance 1 reaches its own public address by the gateway and back', [], (lab) => lab.tcp('one', LAB.public.one, 22), 'open: 198.18.0.11'),
  scenario('I8', 'instance 3 reaches the public address of instance 1 as the Elastic IP', [], (lab) => lab.tcp('three', LAB.public.one, 22), 'open: 198.18.0.10'),
  scenario('I8', 'a group reference does not match by the public way', [setIngress(LAB.sg1, tcpFromGroup(22, LAB.sg2))], (lab) => lab.tcp('two', LAB.public.one, 22), 'silent'),
  scenario('I8', 'the same reference matches by the private way', [setIngress(LAB.sg1, tcpFromGroup(22, LAB.sg2))], (lab) => lab.tcp('two', ip.one, 22), 'open: 10.0.1.17'),
];

const blocked = (mode: BlockPublicAccess['mode'], ...exclusions: readonly Omit<BlockPublicAccess['exclusions'][number], 'exclusionId'>[]): Change =>
  (model) => ({ ...model, blockPublicAccess: { mode, exclusions: exclusions.map((each, index) => ({ exclusionId: `vpcbpa-exclude-${index}`, ...each })) } });
/** What of each way is open: instance 2 out, the laptop to instance 1, instance 3 by the NAT gateway, instance 4 by its endpoint. */
const ways = async (lab: Lab): Promise<string> => {
  const each = await Promise.all([lab.tcp('two', SERVICE.ssm, 443), lab.tcp('laptop', LAB.public.one, 22), lab.tcp('three', SERVICE.ssm, 443), lab.tcp('four', ip.ssm, 443)]);
  return ['out', 'in', 'nat', 'endpoint'].filter((_, index) => each[index]?.startsWith('open')).join(' ');
};

const BLOCK_PUBLIC_ACCESS: readonly Scenario[] = [
  scenario('I10', 'off, it blocks nothing', [blocked('off')], ways, 'out in nat endpoint'),
  scenario('I10', 'both ways blocked, nothing passes an internet gateway, and PrivateLink does not notice', [blocked('block-bidirectional')], ways, 'endpoint'),
  scenario('I10', 'nor does a ping', [blocked('block-bidirectional')], pingGoogle('two'), 'silent'),
  scenario('I10', 'names still resolve', [blocked('block-bidirectional')], (lab) => lab.resolve('two', SSM), SERVICE.ssm),
  scenario('I10', 'an excluded VPC has all ways', [blocked('block-bidirectional', { resourceId: LAB.vpc1, mode: 'allow-bidirectional' })], ways, 'out in nat endpoint'),
  scenario('I10', 'an excluded subnet has them, its NAT gateway too', [blocked('block-bidirectional', { resourceId: LAB.publicSubnet, mode: 'allow-bidirectional' })], ways, 'out in nat endpoint'),
  scenario('I10', 'an exclusion of another subnet lifts nothing', [blocked('block-bidirectional', { resourceId: LAB.otherSubnet, mode: 'allow-bidirectional' })], ways, 'endpoint'),
  scenario('I10', 'with allow-egress nothing gets in', [blocked('block-bidirectional', { resourceId: LAB.publicSubnet, mode: 'allow-egress' })], ways, 'out nat endpoint'),
  scenario('I11', 'with ingress blocked only the NAT gateway gets out', [blocked('block-ingress')], ways, 'nat endpoint'),
  scenario('I11', 'pings of an instance with a public address too', [blocked('block-ingress')], pingGoogle('two'), 'silent'),
  scenario('I11', 'and those by the NAT gateway are answered', [blocked('block-ingress')], pingGoogle('three'), 'ttl 116'),
  scenario('I11', 'allow-egress lifts nothing of it', [blocked('block-ingress', { resourceId: LAB.publicSubnet, mode: 'allow-egress' })], ways, 'nat endpoint'),
  scenario('I11', 'an exclusion for both ways does', [blocked('block-ingress', { resourceId: LAB.publicSubnet, mode: 'allow-bidirectional' })], ways, 'out in nat endpoint'),
];

const NAT_GATEWAY: readonly Scenario[] = [
  scenario('N2', 'a NAT gateway that is not available carries nothing', [setNat({ state: 'pending' })], pingGoogle('three'), 'silent'),
  scenario('N5', 'the network ACL of its subnet applies on the way out', [setEntries(acl.public, entry(90, true, 'deny', { cidr: '8.8.8.8/32' }), ...OPEN_ENTRIES)], pingGoogle('three'), 'silent'),
  scenario('N5', 'the network ACL of its subnet applies to what comes from its client', [setEntries(acl.public, entry(90, false, 'deny', { cidr: '10.0.2.0/24' }), ...OPEN_ENTRIES)], pingGoogle('three'), 'silent'),
  scenario('N7', 'the Elastic IP does not answer ping', [], (lab) => lab.ping('laptop', LAB.public.nat), 'silent'),
  scenario('N7', 'the private address does not answer ping', [], (lab) => lab.ping('three', ip.nat), 'silent'),
  scenario('N7', 'nothing gets in by the Elastic IP', [], (lab) => lab.tcp('laptop', LAB.public.nat, 22), 'silent'),
  scenario('N8', 'its subnet has to admit the ports from 1024 on', [setEntries(acl.public, entry(100, true, 'allow'), entry(90, false, 'allow', portRange(32768, 65535)), entry(91, false, 'allow', { cidr: '10.0.0.0/16' }))], async (lab) => (await someTimes(() => lab.tcp('three', SERVICE.ssm, 443))).has('silent') ? 'silent' : 'open', 'silent'),
  scenario('N8', 'with those ports it carries on', [setEntries(acl.public, entry(100, true, 'allow'), entry(90, false, 'allow', portRange(1024, 65535)), entry(91, false, 'allow', { cidr: '10.0.0.0/16' }))], (lab) => lab.tcp('three', SERVICE.ssm, 443), 'open: 198.18.0.10'),
  scenario('N11', 'ping in fragments is lost', [], (lab) => lab.ping('three', GOOGLE, { size: 10_000 }), 'silent'),
  scenario('N11', 'and so is one whose answer comes in fragments', [], (lab) => lab.ping('three', GOOGLE, { size: 1473 }), 'silent'),
  scenario('N11', 'one that fits is not', [], (lab) => lab.ping('three', GOOGLE, { size: 1472 }), 'ttl 116'),
  scenario('N12', 'what is larger than 8500 bytes and must not be fragmented is answered', [], async (lab) => (await lab.ping('three', GOOGLE, { size: 8473, dontFragment: true })).replace(/ from .*/, ''), 'frag-needed'),
  scenario('N12', 'and the internet takes 1500, by whatever way', [], async (lab) => (await lab.fabric.ping(lab.source('three'), { to: GOOGLE, ttl: 64, size: 8472, dontFragment: true, sequence: 1, identifier: 7, timeoutMs: 1000 }))?.mtu?.toString() ?? 'silent', '1500'),
  scenario('N12', 'the mtu that is told is that of the NAT gateway', [], async (lab) => (await lab.fabric.ping(lab.source('three'), { to: GOOGLE, ttl: 64, size: 8473, dontFragment: true, sequence: 1, identifier: 7, timeoutMs: 1000 }))?.mtu?.toString() ?? 'silent', '8500'),
  scenario('N13', 'a NAT gateway whose subnet leads back to it is no way out', [setRoutes(LAB.publicTable, route('nat-gateway', LAB.nat))], pingGoogle('three'), 'silent'),
  scenario('N13', 'a NAT gateway in a subnet without a default route is no way out', [setRoutes(LAB.publicTable)], pingGoogle('three'), 'silent'),
  scenario('N5', 'the last hop ends at the NAT gateway', [], (lab) => lab.ping('three', GOOGLE, { ttl: 1 }), 'ttl-exceeded from 10.0.1.200'),
  scenario('N5', 'two hops are enough behind it', [], (lab) => lab.ping('three', GOOGLE, { ttl: 2 }), 'ttl 116'),
  scenario('I1', 'the VPC router and the internet gateway are no visible hops', [], (lab) => lab.ping('one', GOOGLE, { ttl: 1 }), 'ttl 117'),
];

const SECURITY_GROUPS: readonly Scenario[] = [
  scenario('S1', 'several groups are united', [setInterface(eni.two, { groupIds: [LAB.sg2, LAB.sg1] })], (lab) => lab.tcp('laptop', LAB.public.two, 22), 'open: 198.51.100.7'),
  scenario('S3', 'without egress rules nothing leaves', [setEgress(LAB.sg2)], pingGoogle('two'), 'silent'),
  scenario('S3', 'without egress rules names still resolve', [setEgress(LAB.sg2)], (lab) => lab.resolve('two', SSM), SERVICE.ssm),
  scenario('S4', 'm5: without its rule SSH to instance 1 is silent', [setIngress(LAB.sg1)], (lab) => lab.tcp('laptop', LAB.public.one, 22), 'silent'),
  scenario('S4', 'm5: instances 2 to 4 do not notice', [setIngress(LAB.sg1)], async (lab) => [await lab.tcp('two', SERVICE.ssm, 443), await lab.tcp('three', SERVICE.ssm, 443), await lab.tcp('four', ip.ssm, 443)].map((each) => each.slice(0, 4)).join(' '), 'open open open'),
  scenario('S4', 'a rule for another address does not match', [setIngress(LAB.sg1, tcpFrom(22, '203.0.113.0/24'))], (lab) => lab.tcp('laptop', LAB.public.one, 22), 'silent'),
  scenario('S4', 'a rule for the very address matches', [setIngress(LAB.sg1, tcpFrom(22, '198.51.100.7/32'))], (lab) => lab.tcp('laptop', LAB.public.one, 22), 'open: 198.51.100.7'),
  scenario('S4', 'an ICMP rule admits ping', [setIngress(LAB.sg1, icmpFrom(ANYWHERE))], (lab) => lab.ping('laptop', LAB.public.one), 'ttl 64'),
  scenario('S4', 'an ICMP rule for another type does not', [setIngress(LAB.sg1, { ruleId: 'sgr-icmp', protocol: 'icmp', fromPort: 13, toPort: -1, cidr: ANYWHERE })], (lab) => lab.ping('laptop', LAB.public.one), 'silent'),
  scenario('S4', 'a TCP rule does not admit ping', [], (lab) => lab.ping('laptop', LAB.public.one), 'silent'),
  scenario('S5', 'a reference matches an interface that wears the group', [setIngress(LAB.sg1, tcpFromGroup(22, LAB.sg2))], (lab) => lab.tcp('three', ip.one, 22), 'open: 10.0.2.18'),
  scenario('S5', 'a reference does not match another group', [setIngress(LAB.sg1, tcpFromGroup(22, LAB.sg1))], (lab) => lab.tcp('three', ip.one, 22), 'silent'),
  scenario('S6', 'a reference does not survive NAT', [setIngress(LAB.sg1, tcpFromGroup(22, LAB.sg2))], (lab) => lab.tcp('three', LAB.public.one, 22), 'silent'),
  scenario('S7', 'the answer needs no egress rule', [setEgress(LAB.sg1)], (lab) => lab.tcp('laptop', LAB.public.one, 22), 'open: 198.51.100.7'),
  scenario('S14', 'an endpoint with the default group admits nobody else', [setInterface(eni.ssm, { groupIds: [LAB.sgDefault2] })], (lab) => lab.tcp('four', ip.ssm, 443), 'silent'),
  scenario('S14', 'but those who wear it', [setInterface(eni.ssm, { groupIds: [LAB.sgDefault2] })], (lab) => lab.tcp('five', ip.ssm, 443), 'open: 10.0.4.20 by vpce-3a'),
];

const denied = (direction: 'in' | 'out', more = {}) => [entry(90, direction === 'out', 'deny', more), ...OPEN_ENTRIES];
const NETWORK_ACLS: readonly Scenario[] = [
  scenario('A2', 'behind a NAT gateway the word that a packet is too large is one that can be denied', [setEntries(acl.private1, entry(80, false, 'deny', { protocol: '1', icmp: { type: 3, code: 4 } }), ...OPEN_ENTRIES)], (lab) => lab.ping('three', GOOGLE, { size: 1473, dontFragment: true }), 'silent'),
  scenario('A1', 'the lowest number that matches decides', [setEntries(acl.public, entry(80, false, 'allow', portRange(22, 22)), ...denied('in'))], (lab) => lab.tcp('laptop', LAB.public.one, 22), 'open: 198.51.100.7'),
  scenario('A1', 'what no entry matches is denied', [setEntries(acl.public)], pingGoogle('one'), 'silent'),
  scenario('A2', 'the answer needs the ephemeral ports out', [setEntries(acl.public, entry(100, false, 'allow'), entry(100, true, 'allow', portRange(443, 443)))], (lab) => lab.tcp('laptop', LAB.public.one, 22), 'silent'),
  scenario('A2', 'with the ephemeral ports out it answers', [setEntries(acl.public, entry(100, false, 'allow'), entry(100, true, 'allow', portRange(1024, 65535)))], (lab) => lab.tcp('laptop', LAB.public.one, 22), 'open: 198.51.100.7'),
  scenario('A2', 'the answer needs the ephemeral ports in', [setEntries(acl.public, entry(100, true, 'allow'), entry(100, false, 'allow', portRange(22, 22)))], (lab) => lab.tcp('two', SERVICE.ssm, 443), 'silent'),
  scenario('A2', 'ports from 32768 are those of Linux', [setEntries(acl.public, entry(100, true, 'allow'), entry(100, false, 'allow', portRange(32768, 60999)))], (lab) => lab.tcp('two', SERVICE.ssm, 443), 'open: 198.18.0.12'),
  scenario('A3', 'inside a subnet no network ACL applies: instance 4 and its endpoint', [setEntries(acl.private2)], (lab) => lab.tcp('four', ip.ssm, 443), 'open: 10.0.3.19 by vpce-3a'),
  scenario('A3', 'between subnets both apply: leaving', [setIngress(LAB.sg1, tcpFrom(22, '10.0.0.0/16')), setEntries(acl.private1, ...denied('out', { cidr: '10.0.1.0/24' }))], (lab) => lab.tcp('three', ip.one, 22), 'silent'),
  scenario('A3', 'between subnets both apply: entering', [setIngress(LAB.sg1, tcpFrom(22, '10.0.0.0/16')), setEntries(acl.public, ...denied('in', { cidr: '10.0.2.0/24' }))], (lab) => lab.tcp('three', ip.one, 22), 'silent'),
  scenario('A4', 'ICMP entries by type: the request out', [setEntries(acl.public, entry(90, true, 'deny', { protocol: '1', icmp: { type: 8, code: -1 } }), ...OPEN_ENTRIES)], pingGoogle('one'), 'silent'),
  scenario('A4', 'ICMP entries by type: the reply in', [setEntries(acl.public, entry(90, false, 'deny', { protocol: '1', icmp: { type: 0, code: -1 } }), ...OPEN_ENTRIES)], pingGoogle('one'), 'silent'),
  scenario('A4', 'ICMP entries by type: another type does not matter', [setEntries(acl.public, entry(90, false, 'deny', { protocol: '1', icmp: { type: 8, code: -1 } }), ...OPEN_ENTRIES)], pingGoogle('one'), 'ttl 117'),
  scenario('A4', 'protocol 58 with an IPv4 prefix stands for all ICMP', [setEntries(acl.public, entry(90, true, 'deny', { protocol: '58' }), ...OPEN_ENTRIES)], pingGoogle('one'), 'silent'),
  scenario('A7', 'the resolver is not filtered', [setEntries(acl.public)], (lab) => lab.resolve('two', SSM), SERVICE.ssm),
];

const ENDPOINTS: readonly Scenario[] = [
  scenario('P3', 'm2: without 443 on the endpoints\' group instance 4 is cut off', [setIngress(LAB.sgEndpoint)], (lab) => lab.tcp('four', ip.ssmmessages, 443), 'silent'),
  scenario('P3', 'the egress rules of the endpoint do not matter to its answers', [setEgress(LAB.sgEndpoint)], (lab) => lab.tcp('four', ip.ssm, 443), 'open: 10.0.3.19 by vpce-3a'),
  scenario('P2', 'an endpoint that is pending carries nothing', [setEndpoints({ state: 'pending' })], (lab) => lab.tcp('four', ip.ssm, 443), 'silent'),
  scenario('P8', 'another subnet uses the endpoint by the local route', [setIngress(LAB.sgEndpoint, tcpFrom(443, '10.0.4.0/24'))], (lab) => lab.tcp('five', ip.ssm, 443), 'open: 10.0.4.20 by vpce-3a'),
  scenario('P12', 'an endpoint answers on 443 only', [setIngress(LAB.sgEndpoint, { ruleId: 'sgr-all', protocol: '-1', cidr: ANYWHERE })], async (lab) => {
    await lab.fabric.serve(REGION, [{ ...serviceHost('ssm'), tcp: new Map([[80, greet], [443, greet]]) }]);
    return lab.tcp('four', ip.ssm, 80);
  }, 'silent'),
  scenario('P13', 'an endpoint does not answer ping', [setIngress(LAB.sgEndpoint, { ruleId: 'sgr-all', protocol: '-1', cidr: ANYWHERE })], (lab) => lab.ping('four', ip.ssm), 'silent'),
  scenario('P14', 'a gateway endpoint carries TCP without any internet', [addGatewayEndpoint], (lab) => lab.tcp('four', SERVICE.s3, 443), 'open: 10.0.3.19 by vpce-s3'),
  scenario('P15', 'and the rest of the internet stays silent', [addGatewayEndpoint], pingGoogle('four'), 'silent'),
  scenario('P14', 'the group has to admit the prefix list', [addGatewayEndpoint, setEgress(LAB.sg3, { ruleId: 'sgr-other', protocol: 'tcp', fromPort: 443, toPort: 443, cidr: '10.0.0.0/16' })], (lab) => lab.tcp('four', SERVICE.s3, 443), 'silent'),
  scenario('P14', 'a rule that names the prefix list admits it', [addGatewayEndpoint, setEgress(LAB.sg3, { ruleId: 'sgr-pl', protocol: 'tcp', fromPort: 443, toPort: 443, prefixListId: 'pl-s3' })], (lab) => lab.tcp('four', SERVICE.s3, 443), 'open: 10.0.3.19 by vpce-s3'),
  scenario('P14', 'and nothing else', [setEgress(LAB.sg2, { ruleId: 'sgr-pl', protocol: '-1', prefixListId: 'pl-s3' })], pingGoogle('two'), 'silent'),
  scenario('P14', 'the network ACL sees the answer of the gateway endpoint', [addGatewayEndpoint, setEntries(acl.private2, ...denied('in', { cidr: '198.19.0.0/16' }))], (lab) => lab.tcp('four', SERVICE.s3, 443), 'silent'),
];

const NAMES: readonly Scenario[] = [
  scenario('P5', 'private DNS leads to the endpoint', [], (lab) => lab.resolve('four', SSM), ip.ssm),
  scenario('P5', 'in this VPC only', [], (lab) => lab.resolve('three', SSM), SERVICE.ssm),
  scenario('P9', 'for the whole VPC, an instance that the endpoint does not admit included', [], (lab) => lab.resolve('five', `${SSM}.`), ip.ssm),
  scenario('P6', 'without private DNS the public name keeps its address', [setEndpoints({ privateDnsEnabled: false })], (lab) => lab.resolve('four', SSM), SERVICE.ssm),
  scenario('P4', 'without enableDnsHostnames the name falls back to the public address', [setVpc(LAB.vpc2, { enableDnsHostnames: false })], (lab) => lab.resolve('four', SSM), SERVICE.ssm),
  scenario('P2', 'an endpoint that is pending captures no name', [setEndpoints({ state: 'pending' })], (lab) => lab.resolve('four', SSM), SERVICE.ssm),
  scenario('P7', 'endpoint names are public and give the private address', [], (lab) => lab.resolve('laptop', `vpce-3a-0a1b2c3d.${SSM.replace('.amazonaws', '.vpce.amazonaws')}`), ip.ssm),
  scenario('L2', 'public names resolve without any internet', [], (lab) => lab.resolve('four', 'dns.google'), GOOGLE),
  scenario('L3', 'without enableDnsSupport the resolver is silent', [setVpc(LAB.vpc2, { enableDnsSupport: false })], (lab) => lab.resolve('four', SSM), 'silent'),
  scenario('L4', 'the private host name resolves', [], (lab) => lab.resolve('three', `ip-10-0-1-16.${REGION}.compute.internal`), ip.one),
  scenario('L4', 'not for an address that nothing has', [], (lab) => lab.resolve('three', `ip-10-0-1-99.${REGION}.compute.internal`), 'nxdomain'),
  scenario('L4', 'not without enableDnsHostnames', [setVpc(LAB.vpc1, { enableDnsHostnames: false })], (lab) => lab.resolve('three', `ip-10-0-1-16.${REGION}.compute.internal`), 'nxdomain'),
  scenario('L4', 'not from outside', [], (lab) => lab.resolve('laptop', `ip-10-0-1-16.${REGION}.compute.internal`), 'nxdomain'),
  scenario('L5', 'the public host name is the private address inside the VPC', [], (lab) => lab.resolve('three', `ec2-198-18-0-11.${REGION}.compute.amazonaws.com`), ip.one),
  scenario('L5', 'and the public address in another VPC', [], (lab) => lab.resolve('four', `ec2-198-18-0-11.${REGION}.compute.amazonaws.com`), LAB.public.one),
  scenario('L5', 'and the public address outside', [], (lab) => lab.resolve('laptop', `EC2-198-18-0-11.${REGION}.compute.amazonaws.com`), LAB.public.one),
  scenario('L5', 'an address that nobody has has no name', [setInterface(eni.one, { publicIp: undefined })], (lab) => lab.resolve('laptop', `ec2-198-18-0-11.${REGION}.compute.amazonaws.com`), 'nxdomain'),
  scenario('L1', 'a name that is not there is nxdomain', [], (lab) => lab.resolve('one', 'nothing.example'), 'nxdomain'),
  scenario('L1', 'as is what is no name: an empty label', [], (lab) => lab.resolve('one', `${SSM}..x`), 'nxdomain'),
  scenario('L1', 'a label of more than 63 bytes', [], (lab) => lab.resolve('one', `${'a'.repeat(64)}.example`), 'nxdomain'),
  scenario('L14', 'with a name server of the internet only, the private DNS of endpoints is lost, and an isolated instance asks in vain', [setVpc(LAB.vpc2, { domainNameServers: [GOOGLE] })], (lab) => lab.resolve('four', SSM), 'silent'),
  scenario('L14', 'where it is reached it answers what public DNS knows', [setVpc(LAB.vpc1, { domainNameServers: [GOOGLE] })], (lab) => lab.resolve('three', SSM), SERVICE.ssm),
  scenario('L14', 'and no private host names', [setVpc(LAB.vpc1, { domainNameServers: [GOOGLE] })], (lab) => lab.resolve('three', `ip-10-0-1-16.${REGION}.compute.internal`), 'nxdomain'),
  scenario('L14', 'it is asked by packets, which need an egress rule', [setVpc(LAB.vpc1, { domainNameServers: [GOOGLE] }), setEgress(LAB.sg2)], (lab) => lab.resolve('two', SSM), 'silent'),
  scenario('L14', 'the next server is asked when one is silent', [setVpc(LAB.vpc2, { domainNameServers: ['10.0.3.53', 'AmazonProvidedDNS'] })], (lab) => lab.resolve('four', SSM), ip.ssm),
  scenario('L14', 'VPC + 2 is the same resolver by its address', [setVpc(LAB.vpc2, { domainNameServers: ['10.0.0.2'] })], (lab) => lab.resolve('four', SSM), ip.ssm),
  scenario('L14', 'a host that is no name server does not answer', [setVpc(LAB.vpc1, { domainNameServers: [SERVICE.ssm] })], (lab) => lab.resolve('two', SSM), 'silent'),
  scenario('L14', 'without any server nothing resolves', [setVpc(LAB.vpc1, { domainNameServers: [] })], (lab) => lab.resolve('two', SSM), 'silent'),
  scenario('L1', 'the laptop resolves the service publicly', [], (lab) => lab.resolve('laptop', SSM), SERVICE.ssm),
];

const METADATA: readonly Scenario[] = [
  scenario('L13', 'metadata needs no route, no egress rule and no network ACL', [setEgress(LAB.sg3), setEntries(acl.private2)], (lab) => lab.tcp('four', '169.254.169.254', 80), 'open: metadata for eni-4'),
  scenario('L13', 'metadata tells the askers apart', [], (lab) => lab.tcp('three', '169.254.169.254', 80), 'open: metadata for eni-3'),
  scenario('L13', 'metadata listens on port 80 only', [], (lab) => lab.tcp('one', '169.254.169.254', 8080), 'silent'),
  scenario('L13', 'the internet has no metadata', [], (lab) => lab.tcp('laptop', '169.254.169.254', 80), 'silent'),
  scenario('L2', 'metadata does not answer ping', [setEgress(LAB.sg1, ALLOW_ALL_EGRESS)], (lab) => lab.ping('one', '169.254.169.254'), 'silent'),
];

export const SCENARIOS: readonly Scenario[] = [
  ...MATRIX, ...ADDRESSES, ...MORE_ADDRESSES, ...SILENT_CONNECTIONS, ...ROUTES, ...INTERNET_GATEWAY, ...BLOCK_PUBLIC_ACCESS, ...NAT_GATEWAY, ...SECURITY_GROUPS, ...NETWORK_ACLS, ...ENDPOINTS, ...NAMES, ...METADATA,
];
