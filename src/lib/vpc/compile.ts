/** Security groups, network ACLs and route tables with their prefixes and protocols parsed, ready to be asked often. */
import type { PortRange } from '../net/port.js';
import { ALL_PORTS } from '../net/port.js';
import type { Prefix } from '../net/cidr.js';
import { parseCidr } from '../net/cidr.js';
import { PROTOCOL } from '../net/flow.js';
import type { NetworkAcl, NetworkAclEntry, PrefixList, Route, RouteTable, SecurityGroup, SecurityGroupRule } from './model.js';

/** -1 stands for all protocols. */
export const ANY_PROTOCOL = -1;

export interface GroupRule {
  readonly rule: SecurityGroupRule;
  readonly protocol: number;
  /** TCP and UDP. */
  readonly ports: PortRange;
  /** ICMP; -1 is any. */
  readonly icmpType: number;
  readonly icmpCode: number;
  /** Peers by address; empty for a group reference, and for IPv6 (V14). */
  readonly peers: readonly Prefix[];
  /** True for 0.0.0.0/0. */
  readonly anyPeer: boolean;
}

export interface GroupNode {
  readonly group: SecurityGroup;
  readonly ingress: readonly GroupRule[];
  readonly egress: readonly GroupRule[];
}

export interface AclRule {
  readonly entry: NetworkAclEntry;
  readonly protocol: number;
  readonly prefix: Prefix;
}

export interface AclNode {
  readonly acl: NetworkAcl;
  /** In the order of evaluation (A1). */
  readonly ingress: readonly AclRule[];
  readonly egress: readonly AclRule[];
}

export interface RouteRule {
  readonly route: Route;
  readonly prefix: Prefix;
}

export interface RouteTableNode {
  readonly table: RouteTable;
  /** Longest prefix first; a static route before a prefix list's of the same length (R2, R9). */
  readonly routes: readonly RouteRule[];
}

export type PrefixLists = ReadonlyMap<string, readonly Prefix[]>;

export function compilePrefixLists(lists: readonly PrefixList[]): PrefixLists {
  return new Map(lists.map((list) => [list.prefixListId, list.cidrs.flatMap((cidr) => parseCidr(cidr) ?? [])]));
}

const PROTOCOL_NUMBERS: Readonly<Record<string, number>> = { ...PROTOCOL, icmpv6: 58 };

/** `tcp` → 6, `6` → 6, `-1` → {@link ANY_PROTOCOL}; NaN, which equals nothing, for a name that is not known. */
function protocolNumber(text: string): number {
  return PROTOCOL_NUMBERS[text] ?? Number(text);
}

function compileGroupRule(rule: SecurityGroupRule, lists: PrefixLists): GroupRule {
  const prefix = rule.cidr === undefined ? undefined : parseCidr(rule.cidr);
  const peers = prefix === undefined ? lists.get(rule.prefixListId ?? '') ?? [] : [prefix];
  return {
    rule,
    protocol: protocolNumber(rule.protocol),
    ports: rule.fromPort === undefined || rule.fromPort === -1
      ? ALL_PORTS
      : { from: rule.fromPort, to: rule.toPort ?? rule.fromPort },
    icmpType: rule.fromPort ?? -1,
    icmpCode: rule.toPort ?? -1,
    peers,
    anyPeer: peers.some((peer) => peer.length === 0),
  };
}

export function compileGroup(group: SecurityGroup, lists: PrefixLists): GroupNode {
  return {
    group,
    ingress: group.ingress.map((rule) => compileGroupRule(rule, lists)),
    egress: group.egress.map((rule) => compileGroupRule(rule, lists)),
  };
}

export function compileAcl(acl: NetworkAcl): AclNode {
  const rules = acl.entries
    .flatMap((entry): AclRule[] => {
      const prefix = parseCidr(entry.cidr);
      return prefix === undefined ? [] : [{ entry, protocol: protocolNumber(entry.protocol), prefix }];
    })
    .toSorted((a, b) => a.entry.ruleNumber - b.entry.ruleNumber);
  return { acl, ingress: rules.filter((rule) => !rule.entry.egress), egress: rules.filter((rule) => rule.entry.egress) };
}

export function compileRouteTable(table: RouteTable, lists: PrefixLists): RouteTableNode {
  const routes = table.routes
    .flatMap((route): RouteRule[] => {
      const prefix = parseCidr(route.destination);
      return (prefix === undefined ? lists.get(route.destination) ?? [] : [prefix]).map((each) => ({ route, prefix: each }));
    })
    .toSorted((a, b) => b.prefix.length - a.prefix.length || listed(a.route) - listed(b.route));
  return { table, routes };
}

function listed(route: Route): number {
  return route.destination.startsWith('pl-') ? 1 : 0;
}
