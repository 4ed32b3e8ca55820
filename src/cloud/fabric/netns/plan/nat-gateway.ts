/** The namespace of one NAT gateway: a machine with one leg, which sends on in its own name what its VPC sends it (N1–N13). */
import { formatCidr } from '../../../../lib/net/cidr.js';
import { NAT_PORTS } from '../../../../lib/net/port.js';
import { NAT_IDLE_TIMEOUT } from '../../../../lib/vpc/nat-gateway.js';
import { NamespaceBuilder } from './builder.js';
import type { NatNamespace } from './layout.js';
import { nftSet } from './nft.js';
import type { NamespaceState } from './state.js';

/** Its one link, to the router. */
export const NAT_LINK = 'eni';

export function natGatewayState({ port }: NatNamespace): NamespaceState {
  const [address = ''] = port.addresses;
  const builder = new NamespaceBuilder('router');
  // What it has forgotten is the middle of no flow that it knows (N9).
  builder.sysctl('netfilter/nf_conntrack_tcp_loose', '0');
  builder.sysctl('netfilter/nf_conntrack_tcp_be_liberal', '1');
  for (const name of ['tcp_timeout_established', 'udp_timeout', 'udp_timeout_stream']) builder.sysctl(`netfilter/nf_conntrack_${name}`, String(NAT_IDLE_TIMEOUT));
  builder.address(`${address}/32`, NAT_LINK);
  builder.up(NAT_LINK, false);
  builder.route('default', `dev ${NAT_LINK}`, { link: NAT_LINK });

  builder.set('vpc', nftSet('ipv4_addr; flags interval', port.node.vpc.prefixes.map(formatCidr)));
  // Fragments of TCP and ICMP are lost (N11): seen before the kernel puts them together.
  builder.chain('fragments', ['ip protocol != udp ip frag-off & 0x3fff != 0 counter drop'], 'type filter hook prerouting priority -450; policy accept;');
  // Its own subnet leads back to it (N13).
  builder.chain('arrival', [`iifname "${NAT_LINK}" ip saddr ${address} counter drop`], 'type filter hook prerouting priority raw; policy accept;');
  builder.chain('forwarding', [
    'ct state established,related accept',
    'ct state invalid ip saddr @vpc tcp flags & rst == 0 reject with tcp reset',
    'ct state new ip saddr @vpc tcp flags & (syn | ack) == syn accept',
    'ct state new ip saddr @vpc meta l4proto udp accept',
    'ct state new ip saddr @vpc icmp type echo-request accept',
  ], 'type filter hook forward priority 0; policy drop;');
  builder.chain('translation', [
    `meta l4proto icmp snat to ${address}`,
    `meta l4proto { tcp, udp } snat to ${address}:${NAT_PORTS.from}-${NAT_PORTS.to} fully-random`,
  ], 'type nat hook postrouting priority srcnat;');
  builder.chain('to_gateway', [], 'type filter hook input priority 0; policy drop;');
  return builder.build();
}
