/** The namespace of one running instance: its interfaces as EC2's images have them, and its side door. */
import { NamespaceBuilder } from './builder.js';
import type { Machine } from './layout.js';
import { nftMap, nftSet } from './nft.js';
import { gatewayOf, ROUTER_MAC } from './router.js';
import type { NamespaceState } from './state.js';

/** The guest's end of its side door. */
export const SIDE_DOOR_LINK = 'ssmlab0';
/** Of both ends of every side door: with equal ones no address has to be asked for. */
export const SIDE_DOOR_MAC = '0a:ff:ff:ff:ff:02';

/** Interface names as Amazon Linux gives them on Nitro instances. */
export const guestDevice = (index: number): string => `ens${5 + index}`;

/** Routing tables of further interfaces, numbered as amazon-ec2-net-utils does. */
const FIRST_TABLE = 10_000;

/** `listens`: ports whose servers are this process's and stand behind the side door. `groups`: who may ping (`0 0`: root only). */
export function machineState(machine: Machine, listens: ReadonlySet<number>, groups: string): NamespaceState {
  const { sideDoor, loopback } = machine;
  const builder = new NamespaceBuilder('machine');
  builder.sysctl('ipv4/ping_group_range', groups);
  // Programs expect ::1; the network is IPv4 only (V14).
  builder.sysctl('ipv6/conf/lo/disable_ipv6', '0');
  addInterfaces(builder, machine);
  builder.sysctl(`ipv4/conf/${SIDE_DOOR_LINK}/forwarding`, '1', SIDE_DOOR_LINK);
  // What comes for its loopback address is for 127.0.0.1, on this link only.
  builder.sysctl(`ipv4/conf/${SIDE_DOOR_LINK}/route_localnet`, '1', SIDE_DOOR_LINK);
  builder.address(`${loopback}/32`, SIDE_DOOR_LINK);
  builder.up(SIDE_DOOR_LINK, false);
  builder.route(sideDoor, `dev ${SIDE_DOOR_LINK}`, { link: SIDE_DOOR_LINK });
  addTable(builder, machine, listens);
  return builder.build();
}

function addInterfaces(builder: NamespaceBuilder, { ports }: Machine): void {
  for (const [index, port] of ports.entries()) {
    const device = guestDevice(index);
    const gateway = gatewayOf(port.node.subnet);
    const [primary = ''] = port.addresses;
    // Behind the side door it forwards; from interface to interface it does not.
    builder.sysctl(`ipv4/conf/${device}/forwarding`, '1', device);
    for (const address of port.addresses) builder.address(`${address}/${port.node.subnet.prefix.length}`, device, 'brd + ');
    builder.up(device);
    builder.neighbour(gateway, ROUTER_MAC, device);
    builder.route('default', `via ${gateway} dev ${device} onlink proto dhcp src ${primary}`, { link: device, metric: 512 + index });
    if (index === 0) continue;
    const table = FIRST_TABLE + index;
    builder.route('default', `via ${gateway} dev ${device} onlink src ${primary}`, { link: device, table });
    for (const address of port.addresses) builder.rule(`pref ${table} from ${address} lookup ${table}`);
    builder.rule(`pref ${table} fwmark ${table} lookup ${table}`);
  }
}

/**
 * The side door's rules. Outwards: what this process sends as the machine leaves by the machine's own interfaces under their
 * addresses. Inwards: what comes to a port that this process listens on is handed to it, with the peer's address left as it is.
 */
function addTable(builder: NamespaceBuilder, { ports, sideDoor, loopback }: Machine, listens: ReadonlySet<number>): void {
  const own = ports.flatMap((port) => port.addresses);
  const devices = ports.map((_, index) => guestDevice(index));
  const networks = `{ ${devices.map((device) => `"${device}"`).join(', ')} }`;
  builder.set('listens', nftSet('inet_service', [...listens].map(String)));
  builder.set('own', nftSet('ipv4_addr', own));
  builder.set('itself', nftMap('ipv4_addr : ipv4_addr', [...own, loopback].map((address) => [address, address])));
  // Answers leave by the interface that was spoken to.
  builder.chain('arrival', [
    ...devices.slice(1).map((device, index) => `iifname "${device}" ct state new ct mark set ${FIRST_TABLE + index + 1}`),
    `iifname "${SIDE_DOOR_LINK}" meta mark set ct mark`,
  ], 'type filter hook prerouting priority mangle; policy accept;');
  builder.chain('inwards', [
    `iifname ${networks} tcp dport @listens dnat to ${sideDoor}`,
    `iifname "${SIDE_DOOR_LINK}" ip daddr { ${[...own, loopback].join(', ')} } tcp dport @listens dnat to ${sideDoor}`,
    `iifname "${SIDE_DOOR_LINK}" ip daddr ${loopback} dnat to 127.0.0.1`,
  ], 'type nat hook prerouting priority dstnat;');
  builder.chain('inside', [`ip daddr { ${[...own, '127.0.0.0/8'].join(', ')} } tcp dport @listens dnat to ${sideDoor}`], 'type nat hook output priority -100;');
  builder.chain('outwards', [
    ...ports.map((port, index) => `oifname "${guestDevice(index)}" ip saddr ${sideDoor} snat to ${port.addresses[0]}`),
    `oifname "${SIDE_DOOR_LINK}" ip saddr ${sideDoor} snat to ct original ip daddr map @itself`,
    `oifname "${SIDE_DOOR_LINK}" ip saddr 127.0.0.0/8 snat to ${loopback}`,
  ], 'type nat hook postrouting priority srcnat;');
  builder.chain('forwarding', [
    // No hop that shows: the TTL is the one that the machine's own packets have.
    `iifname "${SIDE_DOOR_LINK}" ip saddr ${sideDoor} oifname ${networks} ip ttl set 64 accept`,
    `oifname "${SIDE_DOOR_LINK}" ct status dnat accept`,
    `oifname "${SIDE_DOOR_LINK}" ct state established,related accept`,
    `iifname "${SIDE_DOOR_LINK}" ct state established,related accept`,
  ], 'type filter hook forward priority 0; policy drop;');
}
