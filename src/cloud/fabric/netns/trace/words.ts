/** Rules and entries in the words in which AWS's console shows them. */
import type { NetworkAclEntry, SecurityGroupRule } from '../../../../lib/vpc/model.js';
import type { Direction } from '../../../../lib/vpc/security-group.js';
import type { TracedPacket } from './packets.js';

const PROTOCOLS: Readonly<Record<string, string>> = { '1': 'icmp', '6': 'tcp', '17': 'udp' };

function traffic(protocol: string, range: { readonly from: number; readonly to: number } | undefined): string {
  if (protocol === '-1') return 'all traffic';
  const name = PROTOCOLS[protocol] ?? protocol;
  if (name === 'icmp' || range === undefined || (range.from <= 0 && range.to >= 65_535)) return name;
  return `${name} ${range.from === range.to ? range.from : `${range.from}-${range.to}`}`;
}

export function groupRuleWords(rule: SecurityGroupRule, direction: Direction): string {
  const range = rule.fromPort === undefined || rule.fromPort === -1 ? undefined : { from: rule.fromPort, to: rule.toPort ?? rule.fromPort };
  return `${direction} rule: ${traffic(rule.protocol, range)} ${direction === 'egress' ? 'to' : 'from'} ${rule.cidr ?? rule.groupId ?? rule.prefixListId ?? 'nobody'}`;
}

export function aclEntryWords(entry: NetworkAclEntry | undefined, egress: boolean): string {
  const way = egress ? 'outbound' : 'inbound';
  if (entry === undefined) return `${way}, no entry matches`;
  return `${way} rule ${entry.ruleNumber}: ${entry.action} ${traffic(entry.protocol, entry.portRange)} ${egress ? 'to' : 'from'} ${entry.cidr}`;
}

/** `tcp 443 to 10.0.3.50`, as a rule would have to say it. */
export function packetWords(packet: TracedPacket, direction: Direction): string {
  const what = packet.protocol === 'icmp' ? `icmp type ${packet.icmpType ?? '?'}` : `${packet.protocol} ${packet.destinationPort ?? ''}`.trim();
  return `${what} ${direction === 'egress' ? `to ${packet.destination}` : `from ${packet.source}`}`;
}
