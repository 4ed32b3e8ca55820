/** How long the transitions take, milliseconds at pace 1; AWS's own are minutes (`vpc-semantics.md` E8). */
import type { OperationContext } from '../../endpoint/operation.js';

export const WAIT = {
  instanceStart: 300,
  instanceStop: 300,
  /** Status checks after running. */
  statusChecks: 500,
  natGateway: 1000,
  natGatewayDelete: 500,
  vpcEndpoint: 600,
  vpcEndpointDelete: 300,
  prefixList: 200,
} as const;

/** How long a terminated instance or a deleted NAT gateway stays visible; not paced. */
export const VISIBLE_AFTER_END = 3_600_000;

/** The wait in this region, by its pace. */
export function paced(context: OperationContext, wait: number): number {
  return Math.round(wait * context.runtime.pace);
}

/** The moment at which a wait that begins now is over. */
export function dueAfter(context: OperationContext, wait: number): number {
  return context.now() + paced(context, wait);
}
