/** What the security groups of an interface admit, and whether the flow is tracked (S1–S10). */
import { formatAddress } from '../net/address.js';
import { prefixContains } from '../net/cidr.js';
import type { Flow } from '../net/flow.js';
import { PROTOCOL, protocolName } from '../net/flow.js';
import { inPortRange } from '../net/port.js';
import type { GroupRule } from './compile.js';
import { ANY_PROTOCOL } from './compile.js';
import type { InterfaceNode } from './network.js';
import type { Reason, Verdict } from './verdict.js';
import { allow, deny } from './verdict.js';

/** Seconds of silence after which an interface forgets an established TCP connection, unless it is told otherwise (S10); on Nitro v6 350. */
export const TCP_ESTABLISHED_TIMEOUT = 432_000;

export type Direction = 'ingress' | 'egress';

/** Answers for a packet that no tracked connection covers. `direction` is seen from the interface. */
export function securityGroupVerdict(node: InterfaceNode, direction: Direction, flow: Flow): Verdict {
  const peer = direction === 'ingress' ? flow.source : flow.destination;
  for (const group of node.groups) {
    for (const rule of group[direction]) {
      if (!matchesProtocol(rule, flow) || !matchesPeer(rule, node, peer)) continue;
      return allow(rule.rule.groupId === undefined ? 'S4' : 'S5', `${group.group.groupId} ${rule.rule.ruleId}`, `admits ${describe(flow, direction)}`);
    }
  }
  const groups = node.groups.map((group) => group.group.groupId).join(', ');
  const empty = direction === 'egress' && node.groups.every((group) => group.egress.length === 0);
  return deny(empty ? 'S3' : 'S4', groups === '' ? node.id : groups, `no ${direction} rule admits ${describe(flow, direction)}`);
}

function describe(flow: Flow, direction: Direction): string {
  const what = flow.protocol === PROTOCOL.tcp || flow.protocol === PROTOCOL.udp
    ? `${protocolName(flow.protocol)}/${flow.destinationPort}`
    : protocolName(flow.protocol);
  return direction === 'ingress' ? `${what} from ${formatAddress(flow.source)}` : `${what} to ${formatAddress(flow.destination)}`;
}

function matchesProtocol(rule: GroupRule, flow: Flow): boolean {
  if (rule.protocol === ANY_PROTOCOL) return true;
  if (rule.protocol !== flow.protocol) return false;
  if (flow.protocol === PROTOCOL.tcp || flow.protocol === PROTOCOL.udp) return inPortRange(rule.ports, flow.destinationPort);
  if (flow.protocol === PROTOCOL.icmp && flow.icmp !== undefined) {
    return (rule.icmpType === -1 || rule.icmpType === flow.icmp.type) && (rule.icmpCode === -1 || rule.icmpCode === flow.icmp.code);
  }
  return true;
}

/** By address or prefix list (S4), or because the interface at that private address of the same VPC wears the group (S5, S6). */
function matchesPeer(rule: GroupRule, node: InterfaceNode, address: number): boolean {
  const { groupId } = rule.rule;
  if (groupId !== undefined) return node.vpc.interfaces.get(address)?.groupIds.has(groupId) === true;
  for (const peer of rule.peers) if (prefixContains(peer, address)) return true;
  return false;
}

export interface Tracking extends Reason {
  readonly decision: 'tracked' | 'untracked';
}

/**
 * Whether the interface tracks a flow that its groups admit in `direction` (S8): untracked is TCP or UDP admitted by
 * 0.0.0.0/0 while a rule of the other direction lets all ports of that protocol to 0.0.0.0/0. A flow that several rules admit
 * counts as untracked when one of them is such a rule (AWS documents only the single rule).
 */
export function trackingOf(node: InterfaceNode, direction: Direction, flow: Flow): Tracking {
  if (flow.protocol !== PROTOCOL.tcp && flow.protocol !== PROTOCOL.udp) {
    return { decision: 'tracked', rule: 'S8', by: node.id, why: `${protocolName(flow.protocol)} is always tracked` };
  }
  const open = find(node, direction, (rule) => rule.anyPeer && matchesProtocol(rule, flow));
  const back = find(node, direction === 'ingress' ? 'egress' : 'ingress', (rule) => rule.anyPeer && coversAllPorts(rule, flow.protocol));
  return open === undefined || back === undefined
    ? { decision: 'tracked', rule: 'S7', by: node.id, why: 'not open to 0.0.0.0/0 in both directions' }
    : { decision: 'untracked', rule: 'S8', by: `${open} ${back}`, why: 'open to 0.0.0.0/0, and all ports open in the other direction' };
}

/**
 * Whether an interface has forgotten an established TCP connection after so many seconds of silence (S10). Of one that it does not
 * track it has nothing to forget: what its rules do not let pass stays cut, however long nobody speaks (S8).
 */
export function isForgotten({ decision }: Tracking, seconds: number, timeout = TCP_ESTABLISHED_TIMEOUT): boolean {
  return decision === 'tracked' && seconds > timeout;
}

function find(node: InterfaceNode, direction: Direction, test: (rule: GroupRule) => boolean): string | undefined {
  for (const group of node.groups) {
    for (const rule of group[direction]) if (test(rule)) return rule.rule.ruleId;
  }
  return undefined;
}

function coversAllPorts(rule: GroupRule, protocol: number): boolean {
  if (rule.protocol === ANY_PROTOCOL) return true;
  return rule.protocol === protocol && rule.ports.from <= 0 && rule.ports.to >= 65535;
}
