/** Destroy: the stack, its key pair and what is kept of it here; then a look that nothing is left. */
import { ofStack } from '../aws/ec2.js';
import { SsmlabError } from '../errors.js';
import { keyPairName } from '../lab/lab.js';
import type { StackApi } from './api.js';
import { requireLabStack, stackFailure } from './deploy.js';
import { type ResourceEvent, watchStack } from './events.js';
import { isLabKey } from './key-pair.js';
import type { Pause } from './pause.js';

/** What a destroy is going to remove; all empty when there is nothing. */
export interface DestroyPlan {
  readonly stackId: string | undefined;
  /** Status of the stack now. */
  readonly status: string | undefined;
  readonly resources: readonly { readonly logicalId: string; readonly type: string; readonly physicalId: string | null }[];
  /** Name of the key pair, when it is there and the lab's. */
  readonly keyName: string | undefined;
}

/** Reads what is there. `stack-foreign` when the stack is not ssmlab's. */
export async function planDestroy(api: StackApi, stack: string): Promise<DestroyPlan> {
  const [found, key] = await Promise.all([api.findStack(stack), api.findKeyPair(keyPairName(stack))]);
  const keyName = key !== undefined && isLabKey(key) ? keyPairName(stack) : undefined;
  if (found === undefined || found.StackStatus === 'DELETE_COMPLETE') return { stackId: undefined, status: undefined, resources: [], keyName };
  requireLabStack(found, stack);
  const resources = (await api.stackResources(stack))
    .filter((resource) => resource.ResourceStatus !== 'DELETE_COMPLETE')
    .map((resource) => ({ logicalId: resource.LogicalResourceId ?? '', type: resource.ResourceType ?? '', physicalId: resource.PhysicalResourceId ?? null }));
  return { stackId: found.StackId ?? stack, status: found.StackStatus, resources, keyName };
}

export interface DestroyOptions {
  readonly stack: string;
  readonly plan: DestroyPlan;
  readonly pollSeconds: number;
  readonly pause: Pause;
}

/** What still carries the stack's tag or name, in words. */
async function leftovers(api: StackApi, stack: string): Promise<string[]> {
  const [found, instances, addresses, vpcs, key] = await Promise.all([
    api.findStack(stack), api.describeInstances([ofStack(stack)]), api.describeAddresses(stack), api.describeVpcIds(stack), api.findKeyPair(keyPairName(stack)),
  ]);
  return [
    ...(found === undefined || found.StackStatus === 'DELETE_COMPLETE' ? [] : [`stack ${stack} (${found.StackStatus})`]),
    ...instances.map((instance) => `instance ${instance.InstanceId} (${instance.State?.Name})`),
    ...addresses.map((address) => `address ${address}`),
    ...vpcs.map((vpcId) => `VPC ${vpcId}`),
    ...(key !== undefined && isLabKey(key) ? [`key pair ${key.KeyName}`] : []),
  ];
}

/** Removes what the plan names and proves that it is gone; events come as they happen. */
export async function* destroy(api: StackApi, { stack, plan, pollSeconds, pause }: DestroyOptions): AsyncGenerator<ResourceEvent, void> {
  if (plan.stackId !== undefined) {
    const newest = (await api.stackEvents(plan.stackId))[0]?.EventId;
    await api.deleteStack(plan.stackId);
    const watch = watchStack(api, plan.stackId, { after: newest, pollSeconds, pause });
    const seen: ResourceEvent[] = [];
    let next = await watch.next();
    for (; next.done !== true; next = await watch.next()) {
      seen.push(next.value);
      yield next.value;
    }
    if (next.value !== undefined && next.value !== 'DELETE_COMPLETE') throw stackFailure(stack, next.value, seen);
  }
  if (plan.keyName !== undefined) await api.deleteKeyPair(plan.keyName);
  const left = await leftovers(api, stack);
  if (left.length > 0) throw new SsmlabError('stack-failed', `still there: ${left.join(', ')}`, { hint: 'run `ssmlab destroy` again' });
}
