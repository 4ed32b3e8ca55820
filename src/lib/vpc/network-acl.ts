/** What a subnet's network ACL lets over the subnet's border: stateless, first match decides (A1–A4). */
import { formatAddress } from '../net/address.js';
import { prefixContains } from '../net/cidr.js';
import type { Flow } from '../net/flow.js';
import { PROTOCOL } from '../net/flow.js';
import { inPortRange } from '../net/port.js';
import type { AclRule } from './compile.js';
import { ANY_PROTOCOL } from './compile.js';
import type { SubnetNode } from './network.js';
import type { Direction } from './security-group.js';
import type { DoubtedVerdict } from './verdict.js';
import { allow, deny } from './verdict.js';

/** Entries of protocol 58 that name an IPv4 prefix stand for all ICMP types (A4). */
const ICMPV6 = 58;

/** Judges one packet, whichever way it belongs to (A2). Ask only when it crosses the border of the subnet (A3). */
export function networkAclVerdict(node: SubnetNode, direction: Direction, flow: Flow): DoubtedVerdict {
  const { acl } = node;
  if (acl === undefined) return deny('A1', node.subnet.subnetId, 'no network ACL is known for the subnet');
  const id = acl.acl.networkAclId;
  const peer = direction === 'ingress' ? flow.source : flow.destination;
  for (const rule of acl[direction]) {
    if (!prefixContains(rule.prefix, peer) || !matches(rule, flow)) continue;
    const by = `${id} ${direction} rule ${rule.entry.ruleNumber}`;
    if (rule.entry.action === 'unknown') return { decision: 'unknown', rule: 'A1', by, why: `first match for ${formatAddress(peer)} does what is not known here` };
    return rule.entry.action === 'allow'
      ? allow('A1', by, `first match for ${formatAddress(peer)} allows`)
      : deny('A1', by, `first match for ${formatAddress(peer)} denies`);
  }
  return deny('A1', `${id} ${direction} rule *`, `no rule matches ${formatAddress(peer)}`);
}

function matches({ protocol, entry }: AclRule, flow: Flow): boolean {
  if (protocol === ANY_PROTOCOL) return true;
  if (protocol === ICMPV6) return flow.protocol === PROTOCOL.icmp;
  if (protocol !== flow.protocol) return false;
  if (flow.protocol === PROTOCOL.tcp || flow.protocol === PROTOCOL.udp) {
    return entry.portRange === undefined || inPortRange(entry.portRange, flow.destinationPort);
  }
  if (flow.protocol === PROTOCOL.icmp && entry.icmp !== undefined && flow.icmp !== undefined) {
    return (entry.icmp.type === -1 || entry.icmp.type === flow.icmp.type) && (entry.icmp.code === -1 || entry.icmp.code === flow.icmp.code);
  }
  return true;
}
