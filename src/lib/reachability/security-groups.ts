/** The step at an interface's security groups: the request asks their rules, its answer belongs to the connection (S1–S7). */
import type { InterfaceNode } from '../vpc/network.js';
import { type Direction, securityGroupVerdict } from '../vpc/security-group.js';
import { deny, type Verdict } from '../vpc/verdict.js';
import type { Packet } from './packet.js';
import type { ExplanationCode } from './trace.js';
import { isListKnown } from './unread.js';
import { type Passage, resourceOf } from './way.js';

export function passGroups(passage: Passage, node: InterfaceNode, direction: Direction, packet: Packet): void {
  const { way } = passage;
  if (way.leg === 'reply') {
    const group = node.groups[0]?.group.groupId ?? node.id;
    return way.pass('security-group', group, { rule: 'S7', by: group, why: 'the answer of an admitted request needs no rule' }, packet);
  }
  const verdict = securityGroupVerdict(node, direction, packet.flow);
  const id = resourceOf(verdict.by);
  if (verdict.decision === 'allow') return way.pass('security-group', id, verdict, packet);
  const missing = unreadAt(passage, node, direction);
  if (missing !== undefined) return way.unknown('security-group', id, { ...verdict, why: missing }, packet, missing, 'UNKNOWN_RESOURCE');
  const lost = lostReference(passage, node, direction, packet);
  way.block('security-group', id, lost ?? verdict, packet, 'denied', codeOf(node, direction, lost));
}

function codeOf(node: InterfaceNode, direction: Direction, lost: Verdict | undefined): ExplanationCode {
  if (lost !== undefined) return 'SG_REFERENCES_NOT_PRESERVED';
  return node.groups.every((group) => group[direction].length === 0) ? 'SG_HAS_NO_RULES' : 'ENI_SG_RULES_MISMATCH';
}

/** What of the groups is not in the model, any of which might admit the packet. */
function unreadAt({ network, unread }: Passage, node: InterfaceNode, direction: Direction): string | undefined {
  const group = node.groups.length < node.groupIds.size ? [...node.groupIds].find((id) => node.groups.every((each) => each.group.groupId !== id)) : undefined;
  if (group !== undefined) return unread.of('securityGroups') ?? `${group} is not in the snapshot`;
  for (const each of node.groups) {
    for (const { rule } of each[direction]) {
      if (rule.prefixListId !== undefined && !isListKnown(network, rule.prefixListId)) return unread.of('prefixLists') ?? `${rule.prefixListId} is not in the snapshot`;
    }
  }
  return undefined;
}

/** A rule names a group that the sender wears, but what comes has another source address by now (S6). */
function lostReference({ opener }: Passage, node: InterfaceNode, direction: Direction, { flow }: Packet): Verdict | undefined {
  if (opener === undefined || direction === 'egress' || opener.vpc !== node.vpc || flow.source === opener.address) return undefined;
  const named = node.groups.flatMap((group) => group.ingress).find(({ rule }) => rule.groupId !== undefined && opener.groupIds.has(rule.groupId));
  if (named === undefined) return undefined;
  const groups = node.groups.map((group) => group.group.groupId).join(', ');
  return deny('S6', groups, `the reference to ${named.rule.groupId} does not survive the translation of the source`);
}
