/**
 * Where a configuration makes a difference: the addresses and ports at which a rule, an entry or a route begins or ends.
 * Between two of them all addresses (ports) are treated alike, so that one of each stretch speaks for all: "from the
 * internet" is judged for every public address by a handful of questions.
 */
import { parseAddress } from '../../net/address.js';
import { type Prefix, parseCidr, prefixLast, prefixOf } from '../../net/cidr.js';
import type { PortRange } from '../../net/port.js';
import type { Network } from '../../vpc/network.js';

/** Addresses from the first to the last, both in it. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
}

export const stretchOf = (prefix: Prefix): Stretch => ({ first: prefix.base, last: prefixLast(prefix) });

/** What no host of the internet has: private use, shared, loopback, link-local, "this network", multicast and above. */
const NOT_PUBLIC = ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16', '224.0.0.0/3'].map(prefixOf);

/** The parts of a stretch that are in none of the prefixes. */
export function without(whole: Stretch, prefixes: readonly Prefix[]): Stretch[] {
  let left: Stretch[] = [whole];
  for (const hole of prefixes.map(stretchOf)) {
    left = left.flatMap((part) => {
      if (hole.last < part.first || hole.first > part.last) return [part];
      return [{ first: part.first, last: hole.first - 1 }, { first: hole.last + 1, last: part.last }].filter(({ first, last }) => first <= last);
    });
  }
  return left;
}

/** The public part of a stretch, without what VPCs of the snapshot have as their own. */
export const publicPart = (whole: Stretch, network: Network): Stretch[] => without(whole, [...NOT_PUBLIC, ...[...network.vpcs.values()].flatMap((vpc) => vpc.prefixes)]);

export interface Boundaries {
  /** Ascending: at each of these addresses something may begin to be treated otherwise. */
  readonly addresses: readonly number[];
  readonly ports: Readonly<Record<'tcp' | 'udp', readonly number[]>>;
}

const ascending = (values: Iterable<number>): number[] => [...new Set(values)].toSorted((a, b) => a - b);

const IS = { tcp: ['tcp', '6', '-1'], udp: ['udp', '17', '-1'] } as const;

function boundariesIn({ model, publicAddresses }: Network, vpcId: string, groupIds: ReadonlySet<string>): Boundaries {
  const groups = model.securityGroups.filter((group) => groupIds.has(group.groupId)).flatMap((group) => [...group.ingress, ...group.egress]);
  const entries = model.networkAcls.filter((acl) => acl.vpcId === vpcId).flatMap((acl) => acl.entries);
  const routes = model.routeTables.filter((table) => table.vpcId === vpcId).flatMap((table) => table.routes);
  const cidrs = [
    ...groups.flatMap(({ cidr }) => cidr ?? []), ...entries.map(({ cidr }) => cidr), ...routes.map(({ destination }) => destination),
    ...model.prefixLists.flatMap((list) => list.cidrs), ...model.vpcs.flatMap((vpc) => vpc.cidrs),
  ];
  const prefixes = cidrs.flatMap((cidr) => parseCidr(cidr) ?? []).map(stretchOf);
  const alone = [...publicAddresses.keys(), ...model.networkInterfaces.flatMap((each) => (each.vpcId === vpcId ? (parseAddress(each.privateIp) ?? []) : []))];
  const portsOf = (protocol: 'tcp' | 'udp'): number[] => ascending([
    ...groups.flatMap((rule) => ((IS[protocol] as readonly string[]).includes(rule.protocol) && rule.fromPort !== undefined ? [rule.fromPort, (rule.toPort ?? rule.fromPort) + 1] : [])),
    ...entries.flatMap(({ protocol: named, portRange }) => ((IS[protocol] as readonly string[]).includes(named) && portRange !== undefined ? [portRange.from, portRange.to + 1] : [])),
  ]);
  return {
    addresses: ascending([...prefixes, ...alone.map((address) => ({ first: address, last: address }))].flatMap(({ first, last }) => [first, last + 1])),
    ports: { tcp: portsOf('tcp'), udp: portsOf('udp') },
  };
}

const known = new WeakMap<Network, Map<string, Boundaries>>();

/** Of some security groups, all route tables and network ACLs of their VPC, and the public addresses of the whole snapshot. */
export function boundariesOf(network: Network, vpcId: string, groupIds: ReadonlySet<string>): Boundaries {
  let byVpc = known.get(network);
  if (byVpc === undefined) known.set(network, (byVpc = new Map()));
  const key = [vpcId, ...[...groupIds].toSorted()].join(' ');
  let found = byVpc.get(key);
  if (found === undefined) byVpc.set(key, (found = boundariesIn(network, vpcId, groupIds)));
  return found;
}

/** One of each stretch between the boundaries: the first, or a preferred one that lies in it. */
export function spokesmen({ first, last }: Stretch, boundaries: readonly number[], preferred: readonly number[] = []): number[] {
  const begins = [first, ...boundaries.filter((at) => at > first && at <= last)];
  return begins.map((begin, i) => {
    const end = (begins[i + 1] ?? last + 1) - 1;
    return preferred.find((value) => value >= begin && value <= end) ?? begin;
  });
}

/** One port of each stretch within the range. Port 0 is nobody's. */
export const portsFor = ({ from, to }: PortRange, boundaries: readonly number[]): number[] => spokesmen({ first: Math.max(1, from), last: to }, boundaries);
