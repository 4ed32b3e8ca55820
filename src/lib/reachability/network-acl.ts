/** The step at a subnet's network ACL: the answer is judged for every port that it may be sent to (A1–A5). */
import type { PortRange } from '../net/port.js';
import { formatPortRange, inPortRange } from '../net/port.js';
import type { AclNode } from '../vpc/compile.js';
import { networkAclVerdict } from '../vpc/network-acl.js';
import type { SubnetNode } from '../vpc/network.js';
import type { Direction } from '../vpc/security-group.js';
import type { Verdict } from '../vpc/verdict.js';
import type { Packet } from './packet.js';
import { type Passage, resourceOf } from './way.js';

export function passAcl({ way, unread }: Passage, subnet: SubnetNode, direction: Direction, packet: Packet): void {
  const verdict = verdictFor(subnet, direction, packet);
  const id = resourceOf(verdict.by);
  if (verdict.decision === 'allow') return way.pass('network-acl', id, verdict, packet);
  const missing = subnet.acl === undefined ? unread.of('networkAcls') : undefined;
  if (missing !== undefined) return way.unknown('network-acl', id, { ...verdict, why: missing }, packet, missing, 'UNKNOWN_RESOURCE');
  way.block('network-acl', id, verdict, packet, 'denied', 'SUBNET_ACL_RESTRICTION');
}

/** The first ports that are denied decide: connections from these are lost, whatever becomes of the others. */
function verdictFor(subnet: SubnetNode, direction: Direction, { flow, ports }: Packet): Verdict {
  const verdict = networkAclVerdict(subnet, direction, flow);
  if (ports === undefined || subnet.acl === undefined || flow.icmp !== undefined) return verdict;
  let [lost, from] = [verdict, ports.from];
  for (const port of borders(subnet.acl, direction)) {
    if (!inPortRange(ports, port)) continue;
    const other = networkAclVerdict(subnet, direction, { ...flow, destinationPort: port });
    if (lost.decision === 'deny' && other.decision === 'allow') return ofPorts(lost, { from, to: port - 1 });
    if (lost.decision === 'allow') [lost, from] = [other, port];
  }
  return lost.decision === 'allow' ? verdict : ofPorts(lost, { from, to: ports.to });
}

const ofPorts = (verdict: Verdict, ports: PortRange): Verdict => ({ ...verdict, why: `${verdict.why} answers to ports of ${formatPortRange(ports)}` });

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
