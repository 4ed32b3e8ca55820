/** CreateRoute, ReplaceRoute, DeleteRoute. The local route and those of gateway endpoints are not to be touched (R1, P14). */
import { str } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { ROUTE_TABLE as TABLE, type RouteRecord, type RouteTableRecord } from '../model.js';
import { find, ROUTE_TABLE } from '../noun.js';
import { changing, DONE, refuse } from '../operation.js';
import { checkRouteLimit } from './limit.js';
import { checkDestination, destinationOf, targetOf } from './route.js';

function missing(table: RouteTableRecord, destination: string): AwsError {
  return new AwsError('InvalidRoute.NotFound', `no route with destination-cidr-block ${destination} in route table ${table.routeTableId}`);
}

/** The route of that destination, if it is one that people may change. */
function ownRoute(table: RouteTableRecord, destination: string, verb: string): RouteRecord {
  const route = table.routes.find((candidate) => candidate.destination === destination);
  if (route === undefined) throw missing(table, destination);
  if (route.target === 'local') throw new AwsError('InvalidParameterValue', `cannot ${verb} local route ${destination} in route table ${table.routeTableId}`);
  if (route.target.startsWith('vpce-')) throw new AwsError('InvalidParameterValue', `cannot ${verb} route ${destination}, which endpoint ${route.target} manages`);
  return route;
}

export const createRoute = changing((input, tx, context) => {
  const table = find(tx, ROUTE_TABLE, str(input, 'RouteTableId'));
  const destination = destinationOf(input, tx, context.region);
  const target = targetOf(input, tx, table);
  const known = table.routes.find((route) => route.destination === destination);
  if (known !== undefined) {
    // The same again is a success, as on AWS.
    if (known.target === target) return DONE;
    throw new AwsError('RouteAlreadyExists', `The route identified by ${destination} already exists.`);
  }
  checkDestination(tx, table, destination, target);
  tx.put(TABLE, table.routeTableId, { ...table, routes: [...table.routes, { destination, target, origin: 'CreateRoute' }] });
  checkRouteLimit(tx, table.routeTableId);
  return DONE;
});

export const replaceRoute = changing((input, tx, context) => {
  refuse(input, ['LocalTarget']);
  const table = find(tx, ROUTE_TABLE, str(input, 'RouteTableId'));
  const destination = destinationOf(input, tx, context.region);
  const old = ownRoute(table, destination, 'replace');
  const target = targetOf(input, tx, table);
  checkDestination(tx, table, destination, target);
  tx.put(TABLE, table.routeTableId, { ...table, routes: table.routes.map((route) => (route === old ? { ...old, target } : route)) });
  return DONE;
});

export const deleteRoute = changing((input, tx, context) => {
  const table = find(tx, ROUTE_TABLE, str(input, 'RouteTableId'));
  const old = ownRoute(table, destinationOf(input, tx, context.region), 'remove');
  tx.put(TABLE, table.routeTableId, { ...table, routes: table.routes.filter((route) => route !== old) });
  return DONE;
});
