/** Route tables, routes and gateways laid over a snapshot. Pure. */
import type { Route } from '../../vpc/model.js';
import { edited, inNetwork, known, type Outlook, withDeadRoutes, withDoubt, withoutInterfaces } from './outlook.js';
import { knownText, LATER, laterText, type ResourceChange, textOf, type Values } from './resource-change.js';
import type { Snapshot } from '../snapshot/snapshot.js';

const DESTINATIONS = ['DestinationCidrBlock', 'DestinationPrefixListId'] as const;
const TARGETS = ['GatewayId', 'NatGatewayId', 'NetworkInterfaceId', 'InstanceId', 'VpcEndpointId', 'TransitGatewayId', 'VpcPeeringConnectionId', 'EgressOnlyInternetGatewayId', 'LocalGatewayId', 'CarrierGatewayId', 'CoreNetworkArn'] as const;

function withRoutes(snapshot: Snapshot, routeTableId: string, change: (routes: readonly Route[]) => readonly Route[]): Snapshot {
  return inNetwork(snapshot, ({ routeTables }) => ({ routeTables: edited(routeTables, (table) => table.routeTableId === routeTableId, (table) => ({ ...table, routes: change(table.routes) })) }));
}

function destinationOf(values: Values | undefined): ReturnType<typeof textOf> {
  return DESTINATIONS.map((name) => textOf(values, name)).find((value) => value !== undefined);
}

function targetOf(values: Values, snapshot: Snapshot): Pick<Route, 'targetKind' | 'targetId'> | undefined {
  const [name, value] = TARGETS.map((target) => [target, textOf(values, target)] as const).find(([, text]) => text !== undefined) ?? [];
  if (name === undefined || value === undefined || value === LATER) return undefined;
  if (value.startsWith('igw-')) return { targetKind: 'internet-gateway', targetId: value };
  if (value.startsWith('vpce-')) return { targetKind: 'vpc-endpoint', targetId: value };
  if (name === 'NatGatewayId') return { targetKind: 'nat-gateway', targetId: value };
  if (name === 'NetworkInterfaceId') return { targetKind: 'network-interface', targetId: value };
  const own = name === 'InstanceId' ? snapshot.network.networkInterfaces.find((each) => each.instanceId === value && (each.deviceIndex ?? 0) === 0) : undefined;
  return own === undefined ? { targetKind: 'unsupported', targetId: value } : { targetKind: 'network-interface', targetId: own.networkInterfaceId };
}

/** Stands in the model for what is not made yet: the engine knows no way there, and the doubt of that name says why. */
const laterId = (logicalId: string): string => `${logicalId} (known only after the change)`;

export function layRoute(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, before, after, logicalId } = change;
  const [oldTable, oldDestination] = [knownText(before, 'RouteTableId'), destinationOf(before)];
  const gone = action === 'Add' || oldTable === undefined || typeof oldDestination !== 'string' ? outlook : known(outlook, (snapshot) => withRoutes(snapshot, oldTable, (routes) => routes.filter((route) => route.destination !== oldDestination)));
  if (action === 'Remove' || after === undefined) return gone;
  const table = textOf(after, 'RouteTableId');
  const destination = destinationOf(after);
  // IPv6 routes do not matter here.
  if (destination === undefined) return gone;
  // A table that is not made yet is nobody's; one that is replaced is in doubt by its own change.
  if (typeof table !== 'string') return oldTable === undefined ? withDoubt(gone, null, laterText(change, 'RouteTableId')) : withDoubt(gone, oldTable, laterText(change, 'RouteTableId'));
  if (destination === LATER) return withDoubt(gone, table, laterText(change, 'its destination'));
  const target = targetOf(after, outlook.least);
  const doubted = target === undefined ? withDoubt(gone, laterId(logicalId), laterText(change, 'its target')) : gone;
  const route: Route = { destination, ...(target ?? { targetKind: 'unsupported', targetId: laterId(logicalId) }), state: 'active' };
  return known(doubted, (snapshot) => withRoutes(snapshot, table, (routes) => [...routes.filter((each) => each.destination !== destination), route]));
}

export function layRouteTable(outlook: Outlook, { action, physicalId, replacement, logicalId }: ResourceChange): Outlook {
  if (physicalId === undefined) return outlook;
  if (action === 'Remove') return known(outlook, (snapshot) => inNetwork(snapshot, ({ routeTables }) => ({ routeTables: routeTables.filter((table) => table.routeTableId !== physicalId) })));
  return replacement === 'True' ? withDoubt(outlook, physicalId, `${logicalId} (${physicalId}) is replaced`) : outlook;
}

/** A subnet's route table; without one of its own it has the main one (R3). */
export function layTableAssociation(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, before, after } = change;
  const [oldSubnet, oldTable] = [knownText(before, 'SubnetId'), knownText(before, 'RouteTableId')];
  const move = (snapshot: Snapshot, subnetId: string, from: string | undefined, to: string | undefined): Snapshot => inNetwork(snapshot, ({ routeTables }) => ({
    routeTables: routeTables.map((table) => {
      const rest = from === undefined || table.routeTableId === from || to !== undefined ? table.subnetIds.filter((id) => id !== subnetId) : table.subnetIds;
      return { ...table, subnetIds: table.routeTableId === to ? [...rest, subnetId] : rest };
    }),
  }));
  const gone = action === 'Add' || oldSubnet === undefined || oldTable === undefined ? outlook : known(outlook, (snapshot) => move(snapshot, oldSubnet, oldTable, undefined));
  if (action === 'Remove' || after === undefined) return gone;
  const [subnet, table] = [textOf(after, 'SubnetId'), textOf(after, 'RouteTableId')] as const;
  if (typeof subnet !== 'string') return withDoubt(gone, oldSubnet ?? null, laterText(change, 'SubnetId'));
  if (typeof table !== 'string') return withDoubt(gone, subnet, laterText(change, 'RouteTableId'));
  return known(gone, (snapshot) => move(snapshot, subnet, undefined, table));
}

/** An internet gateway's attachment to a VPC (I1). */
export function layGatewayAttachment(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, before, after } = change;
  const attach = (snapshot: Snapshot, gatewayId: string, vpcId: string | undefined): Snapshot => {
    const moved = inNetwork(snapshot, ({ internetGateways }) => ({ internetGateways: edited(internetGateways, (gateway) => gateway.internetGatewayId === gatewayId, (gateway) => ({ ...gateway, vpcId })) }));
    return vpcId === undefined ? withDeadRoutes(moved, gatewayId) : moved;
  };
  const old = knownText(before, 'InternetGatewayId');
  const gone = action === 'Add' || old === undefined ? outlook : known(outlook, (snapshot) => attach(snapshot, old, undefined));
  if (action === 'Remove' || after === undefined) return gone;
  const [gateway, vpcId] = [textOf(after, 'InternetGatewayId'), textOf(after, 'VpcId')] as const;
  if (gateway === undefined) return gone;
  if (typeof vpcId !== 'string') return withDoubt(gone, knownText(before, 'VpcId') ?? null, laterText(change, 'VpcId'));
  // Whichever it is, the VPC has one then; a route to it says in a change of its own what is not known of it.
  if (gateway === LATER) return known(gone, (snapshot) => inNetwork(snapshot, ({ internetGateways }) => ({ internetGateways: [...internetGateways, { internetGatewayId: laterId(change.logicalId), vpcId }] })));
  return known(gone, (snapshot) => attach(snapshot, gateway, vpcId));
}

export function layInternetGateway(outlook: Outlook, { action, physicalId }: ResourceChange): Outlook {
  if (action !== 'Remove' || physicalId === undefined) return outlook;
  return known(outlook, (snapshot) => withDeadRoutes(inNetwork(snapshot, ({ internetGateways }) => ({ internetGateways: internetGateways.filter((gateway) => gateway.internetGatewayId !== physicalId) })), physicalId));
}

/** Who had routes to a gateway that is replaced says in a change of its own where they lead then. */
export function layNatGateway(outlook: Outlook, { action, physicalId, replacement }: ResourceChange): Outlook {
  if (physicalId === undefined || (action !== 'Remove' && replacement !== 'True')) return outlook;
  return known(outlook, (snapshot) => {
    const interfaces = new Set(snapshot.network.natGateways.filter((nat) => nat.natGatewayId === physicalId).map((nat) => nat.networkInterfaceId));
    const without = inNetwork(withoutInterfaces(snapshot, (each) => interfaces.has(each.networkInterfaceId)), ({ natGateways }) => ({ natGateways: natGateways.filter((nat) => nat.natGatewayId !== physicalId) }));
    return withDeadRoutes(without, physicalId);
  });
}
