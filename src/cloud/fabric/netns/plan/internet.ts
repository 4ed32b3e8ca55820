/** The holder's own namespace: the simulated internet with its hosts, and this process's ends of all side doors. */
import type { InternetHost } from '../../fabric.js';
import { INTERNET } from '../../fabric.js';
import { DOORS, IDENTITIES, LINK_LOCAL_SERVERS, PLUMBING, SIDE_DOORS } from '../addresses.js';
import { NamespaceBuilder } from './builder.js';
import type { Layout, VpcLayout } from './layout.js';
import { nftSet } from './nft.js';
import { hasPrivateLink } from './router.js';
import type { NamespaceState } from './state.js';
import { addTtlChain } from './ttl.js';

/** The internet's ends of a VPC's links. */
export const internetLinks = (layout: VpcLayout) => ({ services: `m-${layout.number}`, gateway: `w-${layout.number}`, privateLink: `d-${layout.number}` }) as const;

/** TTL that hosts of the internet answer with, as it is left where it reaches the internet gateway: 8.8.8.8 shows ttl=117 there (`fabric.md` §2). */
const INTERNET_TTL = 117;

/** Routing tables: of side doors, and of doors. */
const SIDE_DOOR_TABLES = 20_000;
const DOOR_TABLES = 200_000;

export function internetState(layout: Layout, hosts: readonly InternetHost[], groups: string): NamespaceState {
  const builder = new NamespaceBuilder('router');
  builder.sysctl('ipv4/ping_group_range', groups);
  builder.sysctl('ipv4/ip_nonlocal_bind', '1');
  // What this process sends in a machine's name goes by that machine, also to an address that is here.
  builder.first('rule add pref 1000 lookup local', 'rule del pref 0', `route add local ${SIDE_DOORS} dev lo`, `route add local ${DOORS} dev lo`, 'route add default dev lo');
  const addresses = new Set([INTERNET.laptop, ...LINK_LOCAL_SERVERS, ...hosts.flatMap((host) => host.addresses)]);
  for (const address of addresses) builder.address(`${address}/32`, 'lo');
  for (const vpc of layout.vpcs) addVpc(builder, vpc);
  for (const machine of layout.machines.values()) {
    const table = SIDE_DOOR_TABLES + machine.number;
    builder.up(machine.device, false);
    builder.route('default', `dev ${machine.device}`, { table, link: machine.device });
    // Whose root took the link away must not find the internet's own addresses behind it.
    builder.route('default', '', { table, type: 'blackhole', metric: 9999 });
    builder.rule(`pref 100 from ${machine.sideDoor} lookup ${table}`);
  }
  addTable(builder, layout, hosts);
  return builder.build();
}

function addVpc(builder: NamespaceBuilder, layout: VpcLayout): void {
  const links = internetLinks(layout);
  builder.up(links.services, false);
  for (const port of layout.ports) builder.route(port.identity, `dev ${links.services}`, { link: links.services });
  if (layout.vpc.internetGateway !== undefined) builder.up(links.gateway, false);
  for (const pair of layout.publicPairs) builder.route(pair.publicAddress, `dev ${links.gateway}`, { link: links.gateway });
  if (!hasPrivateLink(layout)) return;
  const table = DOOR_TABLES + layout.number;
  builder.up(links.privateLink, false);
  builder.route('default', `dev ${links.privateLink}`, { table, link: links.privateLink });
  builder.route('default', '', { table, type: 'blackhole', metric: 9999 });
  for (const door of layout.doors) builder.rule(`pref 200 from ${door.address} lookup ${table}`);
}

function addTable(builder: NamespaceBuilder, layout: Layout, hosts: readonly InternetHost[]): void {
  const answering = hosts.filter((host) => host.answersPing);
  const doors = layout.doors.filter((door) => door.host.answersPing && door.port === undefined);
  builder.set('answers_ping', nftSet('ipv4_addr', [...new Set([...answering.flatMap((host) => host.addresses), ...doors.map((door) => door.address)])]));
  builder.set('side_doors', nftSet('ifname . ipv4_addr', [...layout.machines.values()].map((machine) => `"${machine.device}" . ${machine.sideDoor}`)));
  builder.set('doors', nftSet('ifname . ipv4_addr', layout.vpcs.flatMap((vpc) => vpc.doors.map((door) => `"${internetLinks(vpc).privateLink}" . ${door.address}`))));
  addTtlChain(builder);
  // From each link only what it is for: whoever is root in a machine can send what he likes into its side door.
  builder.chain('arrival', [
    'iifname "s-*" iifname . ip daddr != @side_doors counter drop',
    'iifname "d-*" iifname . ip daddr != @doors counter drop',
    `iifname "m-*" ip saddr != ${IDENTITIES} counter drop`,
    `iifname "m-*" ip daddr != { ${LINK_LOCAL_SERVERS.join(', ')} } counter drop`,
    `iifname "w-*" ip saddr ${PLUMBING} counter drop`,
    `iifname "w-*" ip daddr ${PLUMBING} counter drop`,
    // From one gateway to the next (I8) it is no hop that shows, nor one that ends what has one hop left.
    'iifname "w-*" fib daddr type != local jump ttl',
  ], 'type filter hook prerouting priority raw; policy accept;');
  builder.chain('forwarding', ['iifname "w-*" oifname "w-*" accept'], 'type filter hook forward priority 0; policy drop;');
  builder.chain('pings', ['icmp type echo-request ip daddr != @answers_ping counter drop'], 'type filter hook input priority 0; policy accept;');
  builder.chain('answers', [
    'icmp type echo-reply ip saddr @answers_ping ip ttl set ' + INTERNET_TTL,
    'icmp type { destination-unreachable, redirect, time-exceeded } counter drop',
    // Addresses that nobody has: silence.
    'oifname "lo" fib daddr type != local counter drop',
  ], 'type filter hook output priority 0; policy accept;');
}
