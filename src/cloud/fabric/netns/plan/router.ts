/** The namespace of one VPC: its router, with one interface for each network interface of the VPC that carries packets. */
import { formatAddress } from '../../../../lib/net/address.js';
import { formatCidr } from '../../../../lib/net/cidr.js';
import { isAvailable } from '../../../../lib/vpc/endpoint.js';
import type { Route } from '../../../../lib/vpc/model.js';
import type { RouteTableNode } from '../../../../lib/vpc/compile.js';
import type { SubnetNode } from '../../../../lib/vpc/network.js';
import { LINK_LOCAL_SERVERS, PLUMBING } from '../addresses.js';
import { NamespaceBuilder } from './builder.js';
import type { Port, VpcLayout } from './layout.js';
import { addRouterTable } from './router-table.js';
import type { NamespaceState } from './state.js';

/** The router's own hardware address, on every link to an instance. */
export const ROUTER_MAC = '0a:ff:ff:ff:ff:01';
/** To metadata service and resolver; to the internet, where a gateway is attached; to PrivateLink's gateway endpoints. */
export const ROUTER_LINKS = { services: 'svc', internetGateway: 'igw', privateLink: 'pl' } as const;

/** Priorities of the routing rules, after the kernel's own for local addresses. */
const PRIORITY = { services: 50, withinSubnet: 90, routeTable: 100, vpc: 200, end: 32_766 } as const;

export function routerState(layout: VpcLayout): NamespaceState {
  const builder = new NamespaceBuilder('router');
  // What was lost by a rule comes again, out of order.
  builder.sysctl('netfilter/nf_conntrack_tcp_be_liberal', '1');
  builder.first('rule del pref 32766', 'rule del pref 32767', `rule add pref ${PRIORITY.services} to ${PLUMBING} lookup main`, `rule add pref ${PRIORITY.vpc} lookup main`, `rule add pref ${PRIORITY.end} blackhole`);

  for (const subnet of layout.vpc.subnets) builder.address(`${gatewayOf(subnet)}/32`, 'lo');
  // Addresses of the VPC that nothing has: a way that leads nowhere, and not a blackhole, since the router answers ARP for ways only.
  for (const prefix of layout.vpc.prefixes) builder.route(formatCidr(prefix), 'dev lo');
  for (const port of layout.ports) addPort(builder, port);
  builder.up(ROUTER_LINKS.services, false);
  for (const server of LINK_LOCAL_SERVERS) builder.route(server, `dev ${ROUTER_LINKS.services}`, { link: ROUTER_LINKS.services });
  if (layout.vpc.internetGateway !== undefined) builder.up(ROUTER_LINKS.internetGateway, false);
  if (hasPrivateLink(layout)) builder.up(ROUTER_LINKS.privateLink, false);
  addRoutes(builder, layout);
  addRouterTable(builder, layout);
  return builder.build();
}

/** Whether the VPC has anything behind PrivateLink. */
export const hasPrivateLink = (layout: VpcLayout): boolean => layout.doors.length > 0;

export const gatewayOf = (subnet: SubnetNode): string => formatAddress(subnet.prefix.base + 1);

function addPort(builder: NamespaceBuilder, port: Port): void {
  const { device, addresses, mac } = port;
  const machine = port.kind === 'machine';
  builder.up(device, machine);
  // An instance asks for the hardware address of its neighbours; the router, which all go through, answers for them.
  if (machine) builder.sysctl(`ipv4/conf/${device}/proxy_arp`, '1', device);
  if (machine) builder.line(`ntable change name arp_cache dev ${device} proxy_delay 0`, device);
  for (const address of addresses) {
    // Its subnet's router is who speaks when the router has something to say.
    builder.route(`${address}/32`, `dev ${device} src ${gatewayOf(port.node.subnet)}`, { link: device });
    if (machine) builder.neighbour(address, mac, device);
  }
}

/** One table of the kernel for each route table, entered by the mark of the subnet; inside a subnet none is asked (R12). */
function addRoutes(builder: NamespaceBuilder, layout: VpcLayout): void {
  const tables = new Map<number, RouteTableNode>();
  for (const [subnet, mark] of layout.marks) {
    const { routeTable } = subnet;
    builder.rule(`pref ${PRIORITY.withinSubnet} fwmark ${mark} to ${formatCidr(subnet.prefix)} lookup main`);
    const table = routeTable === undefined ? undefined : layout.tables.get(routeTable.table.routeTableId);
    if (routeTable === undefined || table === undefined) continue;
    tables.set(table, routeTable);
    builder.rule(`pref ${PRIORITY.routeTable} fwmark ${mark} lookup ${table}`);
  }
  for (const [table, { routes }] of tables) {
    const seen = new Set<string>();
    for (const { route, prefix } of routes) {
      const destination = formatCidr(prefix);
      // Of two routes to one prefix the first is the one in force (R9).
      if (seen.has(destination)) continue;
      seen.add(destination);
      const way = wayOf(layout, route);
      builder.route(destination, way.way, { table, type: way.type, link: way.link });
    }
    builder.route('default', '', { table, type: 'blackhole', metric: 9999 });
  }
}

interface Way {
  readonly way: string;
  readonly type?: 'blackhole' | 'throw';
  readonly link?: string;
}

const NOWHERE: Way = { way: '', type: 'blackhole' };

/** Where a route leads; into a blackhole where its target is gone or carries nothing (R6). */
function wayOf(layout: VpcLayout, route: Route): Way {
  if (route.state === 'blackhole') return NOWHERE;
  switch (route.targetKind) {
    case 'local':
      // On to the next rule, which knows the VPC's own addresses.
      return { way: '', type: 'throw' };
    case 'internet-gateway':
      return layout.vpc.internetGateway?.internetGatewayId === route.targetId ? through(ROUTER_LINKS.internetGateway) : NOWHERE;
    case 'nat-gateway':
      return toPort(layout, layout.network.natGateways.get(route.targetId)?.id);
    case 'network-interface':
      return toPort(layout, route.targetId);
    case 'vpc-endpoint': {
      const endpoint = layout.network.endpoints.get(route.targetId);
      const usable = endpoint?.endpointType === 'Gateway' && endpoint.vpcId === layout.vpc.vpc.vpcId && isAvailable(endpoint);
      return usable && hasPrivateLink(layout) ? through(ROUTER_LINKS.privateLink) : NOWHERE;
    }
    case 'unsupported':
  }
  return NOWHERE;
}

function through(link: string): Way {
  return { way: `dev ${link}`, link };
}

function toPort(layout: VpcLayout, networkInterfaceId: string | undefined): Way {
  const port = layout.portOf.get(networkInterfaceId ?? '');
  return port === undefined ? NOWHERE : { way: `via ${port.addresses[0]} dev ${port.device} onlink`, link: port.device };
}
