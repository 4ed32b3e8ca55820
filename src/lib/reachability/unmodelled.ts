/** What a path may lead to that is not modelled: it is named, and never taken for a way (R13, `diagnosis.md` N42). */
import type { Network } from '../vpc/network.js';

const KINDS: readonly (readonly [prefix: string, kind: string])[] = [
  ['tgw-', 'transit gateway'], ['pcx-', 'VPC peering connection'], ['vgw-', 'virtual private gateway'], ['eigw-', 'egress-only internet gateway'], ['lgw-', 'local gateway'],
  ['cagw-', 'carrier gateway'], ['vpce-', 'Gateway Load Balancer endpoint'], ['arn:', 'core network'], ['i-', 'instance that forwards packets'],
];

/** `transit gateway tgw-1 is not modelled`. */
export function unmodelled(targetId: string): string {
  const kind = KINDS.find(([prefix]) => targetId.startsWith(prefix))?.[1] ?? 'route target';
  return `${kind} ${targetId} is not modelled`;
}

const edgesOf = new WeakMap<Network, ReadonlyMap<string, string>>();

/** The route table that steers what comes in by a gateway (R13). */
export function edgeTable(network: Network, gatewayId: string): string | undefined {
  let edges = edgesOf.get(network);
  if (edges === undefined) {
    edges = new Map(network.model.routeTables.flatMap((table) => (table.gatewayIds ?? []).map((id) => [id, table.routeTableId] as const)));
    edgesOf.set(network, edges);
  }
  return edges.get(gatewayId);
}
