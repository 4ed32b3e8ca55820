/** Security groups as chains: one for each group and direction, one for each list of groups that an interface wears (S1–S10). */
import { formatAddress } from '../../../../lib/net/address.js';
import { formatCidr } from '../../../../lib/net/cidr.js';
import { PROTOCOL } from '../../../../lib/net/flow.js';
import { formatPortRange } from '../../../../lib/net/port.js';
import type { GroupNode, GroupRule } from '../../../../lib/vpc/compile.js';
import { ANY_PROTOCOL } from '../../../../lib/vpc/compile.js';
import type { Direction } from '../../../../lib/vpc/security-group.js';
import type { NamespaceBuilder } from './builder.js';
import type { Port, VpcLayout } from './layout.js';
import { nftMap, nftSet } from './nft.js';
import { Numbers } from './numbers.js';
import { remarked } from './remarks.js';

/** Bits of a flow's mark: the interface of who opened it tracks it; that of who was spoken to does. */
export const TRACKED = { client: 1, server: 2 } as const;

/** Who opens a flow leaves through his egress rules, who is spoken to is entered through his ingress rules. */
const TRACKER: Readonly<Record<Direction, keyof typeof TRACKED>> = { egress: 'client', ingress: 'server' };

/** Adds the chains, and the maps `egress_of` and `ingress_of` from the router's devices to them. */
export function addGroupChains(builder: NamespaceBuilder, { vpc, ports }: VpcLayout): void {
  const worn = ports.filter((port) => port.kind !== 'nat');
  const groups = new Map(worn.flatMap((port) => port.node.groups.map((group) => [group.group.groupId, group] as const)));
  const numbers = new Numbers();
  const referenced = [...groups.values()].flatMap((group) => [...group.ingress, ...group.egress].flatMap((rule) => rule.rule.groupId ?? []));
  numbers.settle([...groups.keys(), ...referenced]);

  for (const groupId of new Set(referenced)) {
    const members = [...vpc.interfaces].filter(([, node]) => node.groupIds.has(groupId)).map(([address]) => formatAddress(address));
    builder.set(`members_${numbers.of(groupId)}`, nftSet('ipv4_addr', members));
  }
  for (const [end, bit] of Object.entries(TRACKED)) builder.chain(`track_${end}`, [`ct state new ct mark set ct mark or ${bit}`, 'accept']);
  for (const direction of ['egress', 'ingress'] as const) {
    for (const [id, group] of groups) builder.chain(`${direction}_${numbers.of(id)}`, group[direction].flatMap((rule) => admission(builder, rule, direction, numbers)));
    for (const [name, list] of lists(worn, direction, numbers)) builder.chain(name, [...untracked(list, direction), ...list.map((group) => `jump ${direction}_${numbers.of(group.group.groupId)}`), 'counter drop']);
    builder.set(`${direction}_of`, nftMap('ifname : verdict', ports.map((port) => [`"${port.device}"`, port.kind === 'nat' ? 'accept' : `goto ${listName(port, direction, numbers)}`])));
  }
}

function listName(port: Port, direction: Direction, numbers: Numbers): string {
  return ['list', direction, ...groupNumbers(port, numbers)].join('_');
}

function groupNumbers(port: Port, numbers: Numbers): number[] {
  return [...new Set(port.node.groups.map((group) => numbers.of(group.group.groupId)))].toSorted((a, b) => a - b);
}

function lists(ports: readonly Port[], direction: Direction, numbers: Numbers): Map<string, readonly GroupNode[]> {
  return new Map(ports.map((port) => [listName(port, direction, numbers), port.node.groups]));
}

function admission(builder: NamespaceBuilder, rule: GroupRule, direction: Direction, numbers: Numbers): string[] {
  const what = protocolMatch(rule);
  return what === undefined ? [] : peerMatches(builder, rule, direction, numbers).map((peer) => of(rule, `${peer}${what}goto track_${TRACKER[direction]}`));
}

const of = ({ rule }: GroupRule, text: string): string => remarked(text, { kind: 'security-group-rule', ruleId: rule.ruleId });

/**
 * Flows that the interface does not track (S8): TCP and UDP that a rule admits from or to 0.0.0.0/0, while one of the other
 * direction lets all ports of the protocol to 0.0.0.0/0. They are admitted packet by packet.
 */
function untracked(groups: readonly GroupNode[], direction: Direction): string[] {
  const back = groups.flatMap((group) => group[direction === 'egress' ? 'ingress' : 'egress']).filter((rule) => rule.anyPeer);
  return (['tcp', 'udp'] as const).flatMap((name) => {
    const protocol = PROTOCOL[name];
    if (!back.some((rule) => rule.protocol === ANY_PROTOCOL || (rule.protocol === protocol && allPorts(rule)))) return [];
    const open = groups.flatMap((group) => group[direction]).filter((rule) => rule.anyPeer && (rule.protocol === ANY_PROTOCOL || rule.protocol === protocol));
    return [...new Set(open.map((rule) => of(rule, `${rule.protocol === ANY_PROTOCOL ? `meta l4proto ${name} ` : protocolMatch(rule) ?? ''}accept`)))];
  });
}

const allPorts = (rule: GroupRule): boolean => rule.ports.from <= 0 && rule.ports.to >= 65535;

/** The protocol's part of a rule, with a space behind it; undefined for one that nothing matches. */
function protocolMatch(rule: GroupRule): string | undefined {
  switch (rule.protocol) {
    case ANY_PROTOCOL:
      return '';
    case PROTOCOL.tcp:
    case PROTOCOL.udp: {
      const name = rule.protocol === PROTOCOL.tcp ? 'tcp' : 'udp';
      if (rule.ports.from > rule.ports.to) return undefined;
      return allPorts(rule) ? `meta l4proto ${name} ` : `${name} dport ${formatPortRange(rule.ports)} `;
    }
    case PROTOCOL.icmp:
      return icmpMatch(rule.icmpType, rule.icmpCode);
    default:
      return Number.isInteger(rule.protocol) && rule.protocol >= 0 && rule.protocol <= 255 ? `meta l4proto ${rule.protocol} ` : undefined;
  }
}

/** `icmp type 8 icmp code 0 `; -1 is any. */
export function icmpMatch(type: number, code: number): string {
  return `meta l4proto icmp ${type === -1 ? '' : `icmp type ${type} `}${code === -1 ? '' : `icmp code ${code} `}`;
}

function peerMatches(builder: NamespaceBuilder, rule: GroupRule, direction: Direction, numbers: Numbers): string[] {
  const field = direction === 'ingress' ? 'ip saddr' : 'ip daddr';
  const { groupId } = rule.rule;
  if (groupId !== undefined) return [`${field} @members_${numbers.of(groupId)} `];
  if (rule.anyPeer) return [''];
  // A prefix list's.
  if (rule.peers.length > 1) return [`${field} @${builder.prefixes(rule.peers.map(formatCidr))} `];
  return rule.peers.map((peer) => `${field} ${formatCidr(peer)} `);
}
