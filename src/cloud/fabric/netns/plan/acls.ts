/** Network ACLs as chains: stateless, asked once on leaving a subnet and once on entering one (A1–A4). */
import { formatCidr } from '../../../../lib/net/cidr.js';
import { PROTOCOL } from '../../../../lib/net/flow.js';
import { formatPortRange } from '../../../../lib/net/port.js';
import type { AclNode, AclRule } from '../../../../lib/vpc/compile.js';
import { ANY_PROTOCOL } from '../../../../lib/vpc/compile.js';
import type { SubnetNode } from '../../../../lib/vpc/network.js';
import type { Direction } from '../../../../lib/vpc/security-group.js';
import type { NamespaceBuilder } from './builder.js';
import { icmpMatch } from './groups.js';
import type { VpcLayout } from './layout.js';
import { nftMap, nftSet } from './nft.js';
import { Numbers } from './numbers.js';
import { remarked } from './remarks.js';

/** Entries of protocol 58 that name an IPv4 prefix stand for all ICMP types (A4). */
const ICMPV6 = 58;

/** What a subnet's network ACL says, as the verdict of a rule. */
export type AclVerdict = (subnet: SubnetNode, direction: Direction) => string;

/** Adds the chains, the maps `acl_out` (subnet's mark) and `acl_in` (router's device) to them, and `same_subnet`. */
export function addAclChains(builder: NamespaceBuilder, layout: VpcLayout): AclVerdict {
  const { marks } = layout;
  const acls = new Map(layout.vpc.subnets.flatMap((subnet) => (subnet.acl === undefined ? [] : [[subnet.acl.acl.networkAclId, subnet.acl] as const])));
  const numbers = new Numbers();
  numbers.settle(acls.keys());
  for (const [id, acl] of acls) {
    for (const direction of ['egress', 'ingress'] as const) builder.chain(`acl_${direction}_${numbers.of(id)}`, entries(acl, direction));
  }
  // A subnet for which no network ACL is known lets nothing through.
  const verdict: AclVerdict = (subnet, direction) => (subnet.acl === undefined ? 'drop' : `goto acl_${direction}_${numbers.of(subnet.acl.acl.networkAclId)}`);
  builder.set('acl_out', nftMap('mark : verdict', [...marks].map(([subnet, mark]) => [String(mark), verdict(subnet, 'egress')])));
  builder.set('acl_in', nftMap('ifname : verdict', layout.ports.map((port) => [`"${port.device}"`, verdict(port.node.subnet, 'ingress')])));
  builder.set('same_subnet', nftSet('mark . ifname', layout.ports.map((port) => `${marks.get(port.node.subnet) ?? 0} . "${port.device}"`)));
  return verdict;
}

function entries(acl: AclNode, direction: Direction): string[] {
  const peer = direction === 'ingress' ? 'ip saddr' : 'ip daddr';
  const of = (text: string, entry: string): string => remarked(text, { kind: 'network-acl-entry', networkAclId: acl.acl.networkAclId, entry });
  return [
    ...acl[direction].map((rule) =>
      of(`${rule.prefix.length === 0 ? '' : `${peer} ${formatCidr(rule.prefix)} `}${entryMatch(rule)}${rule.entry.action === 'allow' ? 'accept' : 'counter drop'}`, String(rule.entry.ruleNumber))),
    of('counter drop', '*'),
  ];
}

function entryMatch({ protocol, entry }: AclRule): string {
  switch (protocol) {
    case ANY_PROTOCOL:
      return '';
    case PROTOCOL.tcp:
    case PROTOCOL.udp: {
      const name = protocol === PROTOCOL.tcp ? 'tcp' : 'udp';
      return entry.portRange === undefined ? `meta l4proto ${name} ` : `${name} dport ${formatPortRange(entry.portRange)} `;
    }
    case PROTOCOL.icmp:
      return icmpMatch(entry.icmp?.type ?? -1, entry.icmp?.code ?? -1);
    case ICMPV6:
      return icmpMatch(-1, -1);
    default:
      return `meta l4proto ${protocol} `;
  }
}
