/**
 * How long the transitions take, milliseconds at pace 1; AWS's own are minutes (`vpc-semantics.md` E8). Long enough that a program
 * which looks after its call sees the state in between, and short beside a call of the AWS CLI: a stack's user waits for these one after another.
 */
import type { OperationContext } from '../../endpoint/operation.js';

export const WAIT = {
  instanceStart: 100,
  instanceStop: 300,
  /** Status checks after running. */
  statusChecks: 500,
  natGateway: 150,
  natGatewayDelete: 500,
  vpcEndpoint: 150,
  vpcEndpointDelete: 300,
  prefixList: 200,
  blockPublicAccess: 200,
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
