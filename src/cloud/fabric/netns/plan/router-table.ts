/** What a VPC's router lets pass, as an nftables table: each layer a base chain of its own, so that to accept ends one layer only. */
import { addressOf, formatAddress } from '../../../../lib/net/address.js';
import { blockPublicAccessVerdict, type OpenedFrom } from '../../../../lib/vpc/block-public-access.js';
import { METADATA_SERVER, PLUMBING, RESOLVER_SERVER, TIME_SERVER } from '../addresses.js';
import { addAclChains } from './acls.js';
import type { NamespaceBuilder } from './builder.js';
import { addGroupChains, TRACKED } from './groups.js';
import { addLargePacketGates } from './large-packets.js';
import type { Port, VpcLayout } from './layout.js';
import { nftMap, nftSet } from './nft.js';
import { remarked, type SemanticRule } from './remarks.js';
import { addTtlChain } from './ttl.js';

/** What no internet gateway carries (I4), and what is nowhere outside. */
const NOT_PUBLIC = '{ 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16, 224.0.0.0/3 }';

/** A rule that decides by one of the semantics'. */
const by = (rule: SemanticRule, text: string): string => remarked(text, { kind: 'rule', rule });

const hook = (type: string, at: string, priority: number | string, policy: 'accept' | 'drop' = 'accept'): string => `type ${type} hook ${at} priority ${priority}; policy ${policy};`;

export function addRouterTable(builder: NamespaceBuilder, layout: VpcLayout): void {
  const { ports } = layout;
  const pairs = (use: (port: Port, address: string) => string): string[] => ports.flatMap((port) => port.addresses.map((address) => use(port, address)));
  builder.set('subnet_of', nftMap('ifname : mark', ports.map((port) => [`"${port.device}"`, String(layout.marks.get(port.node.subnet) ?? 0)])));
  builder.set('own_address', nftSet('ifname . ipv4_addr', pairs((port, address) => `"${port.device}" . ${address}`)));
  builder.set('unchecked', nftSet('ifname', ports.filter((port) => !port.node.interface.sourceDestCheck).map((port) => `"${port.device}"`)));
  builder.set('identity_of', nftMap('ipv4_addr : ipv4_addr', ports.flatMap((port) => port.addresses.map((address) => [address, port.identity] as const))));
  builder.set('private_of', nftMap('ipv4_addr : ipv4_addr', layout.publicPairs.map((pair) => [pair.publicAddress, pair.privateAddress])));
  builder.set('public_of', nftMap('ipv4_addr : ipv4_addr', layout.publicPairs.map((pair) => [pair.privateAddress, pair.publicAddress])));
  // PrivateLink and NAT gateways track what goes through them, whatever the groups look like (S9).
  builder.set('always_tracked', nftSet('ifname', ['"pl"', ...ports.filter((port) => port.kind !== 'machine').map((port) => `"${port.device}"`)]));
  addTtlChain(builder);
  addArrival(builder, layout);
  addPublicAccess(builder, layout);
  addServices(builder, layout);
  const aclVerdict = addAclChains(builder, layout);
  addAclGates(builder);
  addGroupChains(builder, layout);
  addGroupGates(builder);
  addLargePacketGates(builder, layout, aclVerdict);
  addTimeouts(builder, layout);
  addDeparture(builder);
}

function addArrival(builder: NamespaceBuilder, { vpc }: VpcLayout): void {
  const linkLocal = `{ 169.254.0.0/16${vpc.resolverAddress === undefined ? '' : `, ${formatAddress(vpc.resolverAddress)}`} }`;
  // The internet gateway translates address by address, and remembers nothing: before and after everything else.
  builder.chain('from_internet', [by('I4', `ip saddr ${NOT_PUBLIC} counter drop`), 'ip daddr set ip daddr map @private_of accept', by('I2', 'counter drop')]);
  builder.chain('arrival', [
    'meta mark set iifname map @subnet_of',
    'iifname { "e-*", "igw", "pl" } jump ttl',
    'iifname "igw" goto from_internet',
    // The source check (E3).
    by('E3', 'iifname "e-*" iifname != @unchecked iifname . ip saddr != @own_address counter drop'),
    by('V4', 'iifname "e-*" ip daddr 224.0.0.0/3 counter drop'),
    // Metadata service and resolver know their askers by their addresses: no one else's, though the check is off.
    by('L1', `iifname "e-*" ip daddr ${linkLocal} iifname . ip saddr != @own_address counter drop`),
  ], hook('filter', 'prerouting', 'raw'));
}

/**
 * Block Public Access (I10, I11), asked of each packet to and from the internet gateway: whom it carries nothing for, and for whom
 * only what was begun inside. Further packets of a connection are judged as its first one, so that a change cuts what it no longer allows.
 */
function addPublicAccess(builder: NamespaceBuilder, { network, publicPairs, vpc }: VpcLayout): void {
  const { blockPublicAccess } = network.model;
  if (blockPublicAccess === undefined || blockPublicAccess.mode === 'off') return;
  const judged = publicPairs.flatMap(({ privateAddress }) => {
    const node = vpc.interfaces.get(addressOf(privateAddress));
    return node === undefined ? [] : [{ privateAddress, denies: (opened: OpenedFrom) => blockPublicAccessVerdict(network, node, opened).decision === 'deny' }];
  });
  builder.set('no_public_access', nftSet('ipv4_addr', judged.filter(({ denies }) => denies('inside')).map(({ privateAddress }) => privateAddress)));
  builder.set('no_public_ingress', nftSet('ipv4_addr', judged.filter(({ denies }) => !denies('inside') && denies('outside')).map(({ privateAddress }) => privateAddress)));
  const chain = (name: string, priority: number, ...rules: readonly string[]): void => builder.chain(name, rules.map((rule) => by('I10', `${rule} counter drop`)), hook('filter', 'forward', priority));
  // The gateway is the first that an incoming packet meets, and the last that an outgoing one does.
  chain('public_access_in', -25, 'iifname "igw" ip daddr @no_public_access', 'iifname "igw" ip daddr @no_public_ingress ct direction original');
  chain('public_access_out', -4, 'oifname "igw" ip saddr @no_public_access', 'oifname "igw" ip saddr @no_public_ingress ct direction reply');
}

/** Metadata service, resolver and time service: reached without route, security group and network ACL (L1, L2, L13). */
function addServices(builder: NamespaceBuilder, { vpc }: VpcLayout): void {
  const resolver = vpc.resolverAddress === undefined ? '' : `${formatAddress(vpc.resolverAddress)}, `;
  builder.chain('services', [
    `iifname "e-*" ip daddr 169.254.169.254 tcp dport 80 dnat to ${METADATA_SERVER}`,
    ...['udp', 'tcp'].map((protocol) => `iifname "e-*" ip daddr { ${resolver}169.254.169.253 } ${protocol} dport 53 dnat to ${RESOLVER_SERVER}`),
    `iifname "e-*" ip daddr 169.254.169.123 udp dport 123 dnat to ${TIME_SERVER}`,
  ], hook('nat', 'prerouting', 'dstnat'));
  builder.chain('identities', ['oifname "svc" snat to ip saddr map @identity_of'], hook('nat', 'postrouting', 'srcnat'));
}

function addAclGates(builder: NamespaceBuilder): void {
  const gate = ['iifname "svc" accept', 'oifname "svc" accept', by('A3', 'meta mark . oifname @same_subnet accept')];
  builder.chain('acl_leaving', [...gate, 'meta mark vmap @acl_out'], hook('filter', 'forward', -20));
  builder.chain('acl_entering', [...gate, 'oifname vmap @acl_in'], hook('filter', 'forward', -15));
}

/**
 * Two gates: the sender's egress rules, then the receiver's ingress rules. A packet passes one as part of a flow that the
 * interface there tracks (S7); of any other it has to be admitted by the rules (S8).
 */
function addGroupGates(builder: NamespaceBuilder): void {
  const passes = (direction: 'original' | 'reply', bit: number): string => by('S7', `ct direction ${direction} ct mark and ${bit} == ${bit} accept`);
  const services = ['iifname "svc" ct state established accept', 'oifname "svc" ct status dnat accept', 'iifname "svc" counter drop', 'oifname "svc" counter drop'];
  builder.chain('egress_gate', [
    ...services,
    by('R8', 'oifname "lo" counter drop'),
    by('V4', `ip daddr { 169.254.0.0/16, ${PLUMBING} } counter drop`),
    by('I4', `oifname "igw" ip daddr ${NOT_PUBLIC} counter drop`),
    'ct state invalid counter drop',
    'ct state related accept',
    passes('original', TRACKED.client),
    passes('reply', TRACKED.server),
    'iifname { "igw", "pl" } accept',
    'iifname vmap @egress_of',
  ], hook('filter', 'forward', -10, 'drop'));
  builder.chain('ingress_gate', [
    ...services,
    // The destination check (E3).
    by('E3', 'oifname "e-*" oifname != @unchecked oifname . ip daddr != @own_address counter drop'),
    'ct state related accept',
    passes('original', TRACKED.server),
    passes('reply', TRACKED.client),
    'oifname { "igw", "pl" } accept',
    'oifname vmap @ingress_of',
  ], hook('filter', 'forward', -5, 'drop'));
  // Whatever let it pass.
  builder.chain('always_tracking', [`ct state new oifname @always_tracked ct mark set ct mark or ${TRACKED.client + TRACKED.server}`], hook('filter', 'forward', -3));
}

/**
 * Interfaces that forget sooner than others (S10); a flow of two of them is forgotten by the more forgetful, for both. What neither tracks has
 * nothing to be forgotten (S8), and keeps the entry by which it is known not to be a new one.
 */
function addTimeouts(builder: NamespaceBuilder, { ports }: VpcLayout): void {
  const told = ports.flatMap((port) => {
    const { tcpEstablishedTimeout: seconds } = port.node.interface;
    return seconds === undefined ? [] : [{ device: port.device, seconds }];
  }).toSorted((a, b) => b.seconds - a.seconds);
  builder.chain('timeouts', told.flatMap(({ device, seconds }) => {
    const name = builder.timeout(seconds);
    return ['iifname', 'oifname'].map((side) => `${side} "${device}" ct state new ct mark and ${TRACKED.client + TRACKED.server} != 0 meta l4proto tcp ct timeout set "${name}"`);
  }), hook('filter', 'forward', -2));
}

function addDeparture(builder: NamespaceBuilder): void {
  builder.chain('to_internet', ['ip saddr set ip saddr map @public_of accept', by('I2', 'counter drop')]);
  builder.chain('departure', ['oifname "igw" goto to_internet'], hook('filter', 'postrouting', 300));
  // Through the gateway segments are of the internet's size.
  builder.chain('segments', ['iifname "igw" tcp flags syn tcp option maxseg size set 1460', 'oifname "igw" tcp flags syn tcp option maxseg size set 1460'], hook('filter', 'forward', 0));
  // Nobody sees the router: it answers nothing, and says nothing but that a packet is too large.
  builder.chain('to_router', [], hook('filter', 'input', 0, 'drop'));
  builder.chain('from_router', ['icmp type destination-unreachable icmp code frag-needed accept', 'meta l4proto icmp counter drop'], hook('filter', 'output', 0));
}
