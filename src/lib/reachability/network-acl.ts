/** The step at a subnet's network ACL: the answer is judged for every port that it may be sent to (A1–A5). */
import type { PortRange } from '../net/port.js';
import { formatPortRange } from '../net/port.js';
import type { AclNode } from '../vpc/compile.js';
import { networkAclVerdict } from '../vpc/network-acl.js';
import type { SubnetNode } from '../vpc/network.js';
import type { Direction } from '../vpc/security-group.js';
import type { DoubtedVerdict } from '../vpc/verdict.js';
import type { Packet } from './packet.js';
import { type Passage, resourceOf } from './way.js';

export function passAcl({ way, unread }: Passage, subnet: SubnetNode, direction: Direction, packet: Packet): void {
  const { verdict, lost } = verdictFor(subnet, direction, packet);
  const id = resourceOf(verdict.by);
  if (lost !== undefined) {
    const why = `loses answers to ${lost.length === 1 && lost[0]?.from === lost[0]?.to ? 'port' : 'ports'} ${lost.map(formatPortRange).join(', ')}: it depends on the port that the asker or a NAT gateway takes`;
    return way.unknown('network-acl', id, { ...verdict, why }, packet, `${verdict.by} ${why}`, 'SUBNET_ACL_RESTRICTION');
  }
  if (verdict.decision === 'allow') return way.pass('network-acl', id, verdict, packet);
  if (verdict.decision === 'unknown') return way.unknown('network-acl', id, verdict, packet, `${verdict.by}: ${verdict.why}`);
  const missing = subnet.acl === undefined ? unread.of('networkAcls') : undefined;
  if (missing !== undefined) return way.unknown('network-acl', id, { ...verdict, why: missing }, packet, missing, 'UNKNOWN_RESOURCE');
  way.block('network-acl', id, verdict, packet, 'denied', 'SUBNET_ACL_RESTRICTION');
}

interface PortsVerdict {
  /** The first that is unknown, else the first that denies, if any does. */
  readonly verdict: DoubtedVerdict;
  /** Some ports are denied and others are not: those that are. */
  readonly lost?: readonly PortRange[];
}

function verdictFor(subnet: SubnetNode, direction: Direction, { flow, ports }: Packet): PortsVerdict {
  const verdict = networkAclVerdict(subnet, direction, flow);
  if (ports === undefined || subnet.acl === undefined || flow.icmp !== undefined) return { verdict };
  const starts = [ports.from, ...borders(subnet.acl, direction).filter((port) => port > ports.from && port <= ports.to)];
  const parts = starts.map((from, i) => ({ from, to: (starts[i + 1] ?? ports.to + 1) - 1, verdict: networkAclVerdict(subnet, direction, { ...flow, destinationPort: from }) }));
  const doubted = parts.find((part) => part.verdict.decision === 'unknown');
  if (doubted !== undefined) return { verdict: doubted.verdict };
  const denied = parts.filter((part) => part.verdict.decision === 'deny');
  const [first] = denied;
  if (first === undefined) return { verdict };
  return denied.length === parts.length ? { verdict: { ...first.verdict, why: `${first.verdict.why} answers to ports of ${formatPortRange(ports)}` } } : { verdict: first.verdict, lost: joined(denied) };
}

/** Neighbours as one. */
function joined(ranges: readonly PortRange[]): PortRange[] {
  const found: PortRange[] = [];
  for (const { from, to } of ranges) {
    const last = found.at(-1);
    if (last !== undefined && last.to + 1 === from) found[found.length - 1] = { from: last.from, to };
    else found.push({ from, to });
  }
  return found;
}

const bordersOf = new WeakMap<AclNode, Readonly<Record<Direction, readonly number[]>>>();

/** Ports at which another entry may decide than below. */
function borders(acl: AclNode, direction: Direction): readonly number[] {
  let known = bordersOf.get(acl);
  if (known === undefined) {
    const of = (rules: AclNode['ingress']): number[] => [...new Set(rules.flatMap(({ entry: { portRange } }) => (portRange === undefined ? [] : [portRange.from, portRange.to + 1])))].toSorted((a, b) => a - b);
    bordersOf.set(acl, (known = { ingress: of(acl.ingress), egress: of(acl.egress) }));
  }
  return known[direction];
}
