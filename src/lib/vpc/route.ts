/** Which route table is in force for a subnet, and which of its routes wins for an address (R1–R10). */
import { formatAddress } from '../net/address.js';
import { prefixContains } from '../net/cidr.js';
import type { SubnetNode } from './network.js';
import type { Route, RouteTable } from './model.js';
import type { Reason } from './verdict.js';

/** The table in force (R3), or none when the model has neither an explicit nor a main one. */
export interface EffectiveTable extends Reason {
  readonly decision: 'explicit' | 'main' | 'none';
  readonly table: RouteTable | undefined;
}

export function effectiveRouteTable(node: SubnetNode): EffectiveTable {
  const { subnetId, vpcId } = node.subnet;
  const table = node.routeTable?.table;
  if (table === undefined) {
    return { decision: 'none', table, rule: 'R3', by: vpcId, why: `${subnetId} has no route table and ${vpcId} has no main one` };
  }
  return node.implicitMain
    ? { decision: 'main', table, rule: 'R3', by: table.routeTableId, why: `${subnetId} has no table of its own and uses the main one` }
    : { decision: 'explicit', table, rule: 'R3', by: table.routeTableId, why: `associated with ${subnetId}` };
}

export type RouteChoice =
  | Reason & { readonly decision: 'route'; readonly route: Route }
  /** `route` is the blackhole that won; undefined when nothing matched. */
  | Reason & { readonly decision: 'drop'; readonly route: Route | undefined };

/**
 * The route that decides for the address: longest prefix (R2), and a blackhole wins its match like any other route (R6).
 * No match is a silent drop (R8).
 */
export function selectRoute(node: SubnetNode, address: number): RouteChoice {
  const { routeTable } = node;
  if (routeTable === undefined) return { ...effectiveRouteTable(node), decision: 'drop', route: undefined };
  const id = routeTable.table.routeTableId;
  for (const { route, prefix } of routeTable.routes) {
    if (!prefixContains(prefix, address)) continue;
    const by = `${id} ${route.destination}`;
    if (route.state === 'blackhole') {
      return { decision: 'drop', route, rule: 'R6', by, why: `the route to ${route.targetId} is a blackhole` };
    }
    return { decision: 'route', route, rule: route.targetKind === 'local' ? 'R1' : 'R2', by, why: `longest prefix for ${formatAddress(address)}, to ${route.targetId}` };
  }
  return { decision: 'drop', route: undefined, rule: 'R8', by: id, why: `no route for ${formatAddress(address)}` };
}
