/** CreateRouteTable, DescribeRouteTables, DeleteRouteTable. */
import { str } from '../../../endpoint/input.js';
import { absentFilters } from '../absent/absent-filters.js';
import { describe } from '../describe.js';
import { once } from '../idempotency.js';
import { ROUTE_TABLE as TABLE, type RouteTableRecord } from '../model.js';
import { find, newId, ROUTE_TABLE, VPC } from '../noun.js';
import { changing, dependency, DONE, reading } from '../operation.js';
import { tagsFor } from '../tags.js';
import { cidrBlocksOf } from '../vpc/cidr-block.js';
import { routeTableView, type RouteTableView } from './view.js';

export const createRouteTable = changing((input, tx, _context, scope) => {
  const [routeTableId = ''] = once(tx, 'CreateRouteTable', TABLE, input, () => {
    const vpc = find(tx, VPC, str(input, 'VpcId'));
    const record: RouteTableRecord = {
      routeTableId: newId('rtb'),
      vpcId: vpc.vpcId,
      routes: cidrBlocksOf(vpc).map((destination) => ({ destination, target: 'local', origin: 'CreateRouteTable' })),
      associations: [],
      tags: tagsFor(input, 'route-table'),
    };
    tx.put(TABLE, record.routeTableId, record);
    return [record.routeTableId];
  });
  return { routeTable: routeTableView(find(tx, ROUTE_TABLE, routeTableId), scope) };
});

const FILTERS = {
  'association.route-table-association-id': (view: RouteTableView) => view.associationSet.map((association) => association.routeTableAssociationId),
  'association.route-table-id': (view: RouteTableView) => view.associationSet.map((association) => association.routeTableId),
  // Explicit associations only: a subnet that uses the main table implicitly is not found by this (R3).
  'association.subnet-id': (view: RouteTableView) => view.associationSet.map((association) => association.subnetId),
  'association.main': (view: RouteTableView) => view.associationSet.map((association) => association.main),
  'association.gateway-id': () => undefined,
  'owner-id': (view: RouteTableView) => view.ownerId,
  'route-table-id': (view: RouteTableView) => view.routeTableId,
  'route.destination-cidr-block': (view: RouteTableView) => view.routeSet.map((route) => route.destinationCidrBlock),
  'route.destination-prefix-list-id': (view: RouteTableView) => view.routeSet.map((route) => route.destinationPrefixListId),
  'route.gateway-id': (view: RouteTableView) => view.routeSet.map((route) => route.gatewayId),
  'route.instance-id': (view: RouteTableView) => view.routeSet.map((route) => route.instanceId),
  'route.nat-gateway-id': (view: RouteTableView) => view.routeSet.map((route) => route.natGatewayId),
  'route.origin': (view: RouteTableView) => view.routeSet.map((route) => route.origin),
  'route.state': (view: RouteTableView) => view.routeSet.map((route) => route.state),
  'vpc-id': (view: RouteTableView) => view.vpcId,
  ...absentFilters(['destination-ipv6-cidr-block', 'egress-only-internet-gateway-id', 'transit-gateway-id', 'vpc-peering-connection-id'].map((name) => `route.${name}`)),
};

export const describeRouteTables = reading((input, scope) => describe(input, scope, {
  noun: ROUTE_TABLE, ids: 'RouteTableId', set: 'routeTableSet', view: routeTableView, filters: FILTERS, pages: { minimum: 5, maximum: 100 },
}));

export const deleteRouteTable = changing((input, tx) => {
  const table = find(tx, ROUTE_TABLE, str(input, 'RouteTableId'));
  if (table.associations.length > 0) throw dependency('routeTable', table.routeTableId);
  tx.delete(TABLE, table.routeTableId);
  return DONE;
});
