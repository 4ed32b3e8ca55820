/** The namespace of one VPC's PrivateLink: behind its endpoints' interfaces, and behind the routes to its gateway endpoints. */
import { DOORS } from '../addresses.js';
import { NamespaceBuilder } from './builder.js';
import type { Door, VpcLayout } from './layout.js';
import type { NamespaceState } from './state.js';
import { addTtlChain } from './ttl.js';

/** To the VPC's router, for gateway endpoints; to the services' side, in the internet's namespace. */
export const PRIVATE_LINK = { vpc: 'vpc', services: 'out' } as const;

export const privateLinkNamespace = (layout: VpcLayout): string => `p${layout.number}`;
/** The end of an endpoint interface's link that is not the router's. */
export const endpointDevice = (door: Door): string => `x-${door.number}`;

/** Routing tables by which answers go back the way that the question came. */
const FIRST_TABLE = 1000;

export function privateLinkState(layout: VpcLayout): NamespaceState {
  const builder = new NamespaceBuilder('router');
  builder.up(PRIVATE_LINK.vpc, false);
  builder.up(PRIVATE_LINK.services, false);
  builder.route(DOORS, `dev ${PRIVATE_LINK.services}`, { link: PRIVATE_LINK.services });
  for (const door of layout.doors) {
    const back = door.port === undefined ? PRIVATE_LINK.vpc : endpointDevice(door);
    if (door.port !== undefined) builder.up(back, false);
    const table = FIRST_TABLE + door.number;
    builder.rule(`pref 100 from ${door.address} lookup ${table}`);
    builder.route('default', `dev ${back}`, { table, link: back });
  }
  addTtlChain(builder);
  builder.chain('arrival', ['jump ttl'], 'type filter hook prerouting priority raw; policy accept;');
  builder.chain('ways', layout.doors.flatMap(leadsTo), 'type nat hook prerouting priority dstnat;');
  // Nothing passes but what went through a door, and the answers to it.
  builder.chain('forwarding', ['ct state invalid counter drop', 'ct status dnat accept'], 'type filter hook forward priority 0; policy drop;');
  builder.chain('inward', [], 'type filter hook input priority 0; policy drop;');
  builder.chain('outward', ['meta l4proto icmp counter drop'], 'type filter hook output priority 0; policy accept;');
  return builder.build();
}

/** An interface endpoint takes TCP on its service's port only (P12, P13); a gateway endpoint TCP and ICMP echo (P14). */
function leadsTo(door: Door): string[] {
  if (door.port !== undefined) return door.tcp.map((port) => `iifname "${endpointDevice(door)}" ip daddr ${door.port?.addresses[0]} tcp dport ${port} dnat to ${door.address}`);
  const way = `iifname "${PRIVATE_LINK.vpc}" ip daddr ${door.hostAddress}`;
  return [`${way} meta l4proto tcp dnat to ${door.address}`, `${way} icmp type echo-request dnat to ${door.address}`];
}
