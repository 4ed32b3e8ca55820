/** Whether the caller of a request may make it: every permission that it needs, by all policies that bound the caller. */
import { authorize } from './authorize.js';
import type { Input, OperationContext, Service } from './operation.js';
import { permissionsOf } from './resources.js';

/** Throws in the words of the service's protocol. The lab's own keys may do everything, except by an endpoint whose policy says less. */
export function judge(service: Service, operation: string, input: Input, context: OperationContext): void {
  const { caller, origin, globalState, state, region, accountId } = context;
  if (caller.kind === 'lab' && caller.temporary !== true && origin.vpcEndpointId === undefined) return;
  for (const { action, resources, keys, check } of permissionsOf(input, { service: service.name, operation, region, accountId, state, globalState })) {
    authorize(caller, action, resources, { globalState, state, region, origin, protocol: service.protocol, now: context.now(), input, keys, check });
  }
}
