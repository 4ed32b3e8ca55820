/**
 * Packets that are too large for where they go, and must not be fragmented. The kernel says so to the sender before its forward
 * hooks are asked; what the sender's groups or a network ACL do not let pass has to be silent, so these are asked ahead.
 */
import type { AclVerdict } from './acls.js';
import type { NamespaceBuilder } from './builder.js';
import { TRACKED } from './groups.js';
import type { VpcLayout } from './layout.js';

/** After connection tracking, which says whether the flow is known. */
const hook = (order: number): string => `type filter hook prerouting priority ${-150 + order}; policy accept;`;
/** The device that it will leave by. */
const LEAVES_BY = 'fib daddr . mark oifname';

/** Call it when the chains of groups and network ACLs are there. */
export function addLargePacketGates(builder: NamespaceBuilder, { ports, marks }: VpcLayout, aclVerdict: AclVerdict): void {
  const gateways = ports.filter((port) => port.kind === 'nat');
  // Only the gateways' links take less than a subnet's.
  const small = `{ ${['igw', ...gateways.map((port) => port.device)].map((device) => `"${device}"`).join(', ')} }`;
  const others = ['meta length <= 1500 accept', 'ip frag-off & 0x4000 == 0 accept', 'iifname != "e-*" accept', `${LEAVES_BY} != ${small} accept`];
  const sameSubnet = gateways.map((port) => `${LEAVES_BY} "${port.device}" meta mark ${marks.get(port.node.subnet) ?? 0} accept`);
  builder.chain('large_egress', [
    ...others,
    `ct direction original ct mark and ${TRACKED.client} == ${TRACKED.client} accept`, `ct direction reply ct mark and ${TRACKED.server} == ${TRACKED.server} accept`,
    'iifname vmap @egress_of',
  ], hook(0));
  builder.chain('large_leaving', [...others, ...sameSubnet, 'meta mark vmap @acl_out'], hook(1));
  builder.chain('large_entering', [...others, ...sameSubnet, ...gateways.map((port) => `${LEAVES_BY} "${port.device}" ${aclVerdict(port.node.subnet, 'ingress')}`)], hook(2));
}
