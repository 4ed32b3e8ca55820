/** Destroy: the stack, its key pair, its schedule; then a look that nothing is left. */
import { SsmlabError } from '../errors.js';
import type { StackApi } from './api.js';
import { requireLabStack } from './deploy.js';
import { type ResourceEvent, rootCause, watchStack } from './events.js';
import { stackFailure } from './follow.js';
import { labKeyPairs } from './key-pair.js';
import { lookAgain } from './look.js';
import type { Pause } from './pause.js';

/** What a destroy is going to remove; all empty when there is nothing. */
export interface DestroyPlan {
  readonly stackId: string | undefined;
  /** Status of the stack now. */
  readonly status: string | undefined;
  readonly resources: readonly { readonly logicalId: string; readonly type: string; readonly physicalId: string | null }[];
  /** Names of the key pairs that ssmlab made for it: of the lab, and of attempts that came to nothing. */
  readonly keyNames: readonly string[];
  /** Volumes of its instances, to be looked for afterwards. */
  readonly volumeIds: readonly string[];
  /** When it was begun; undefined when there is no stack. */
  readonly created: Date | undefined;
}

/** Beside the stack's own events. */
export type DestroyEvent =
  | ResourceEvent
  /** AWS had to let something go first, and it is tried again. */
  | { readonly kind: 'again'; readonly reason: string; /** What is not the lab's and stands in the way, in words. */ readonly strangers: readonly string[] }
  /** Seen afterwards, and no fault: a clause. */
  | { readonly kind: 'stays'; readonly text: string }
  | { readonly kind: 'unseen'; readonly what: string; readonly why: string };

/** Reads what is there. `stack-foreign` when the stack is not ssmlab's. */
export async function planDestroy(api: StackApi, stack: string): Promise<DestroyPlan> {
  const [found, keyNames] = await Promise.all([api.findStack(stack), labKeyPairs(api, stack)]);
  if (found === undefined || found.StackStatus === 'DELETE_COMPLETE') return { stackId: undefined, status: undefined, resources: [], keyNames, volumeIds: [], created: undefined };
  await requireLabStack(api, found, stack);
  const resources = (await api.stackResources(stack))
    .filter((resource) => resource.ResourceStatus !== 'DELETE_COMPLETE')
    .map((resource) => ({ logicalId: resource.LogicalResourceId ?? '', type: resource.ResourceType ?? '', physicalId: resource.PhysicalResourceId ?? null }));
  const instanceIds = resources.flatMap(({ type, physicalId }) => (type === 'AWS::EC2::Instance' ? (physicalId ?? []) : []));
  return { stackId: found.StackId ?? stack, status: found.StackStatus, resources, keyNames, volumeIds: await api.volumesOf(instanceIds), created: found.CreationTime };
}

export interface DestroyOptions {
  readonly stack: string;
  readonly plan: DestroyPlan;
  /** Takes away what would have ended the lab by itself. */
  readonly dropExpiry?: (() => Promise<void>) | undefined;
  /** What of that is there, in words. */
  readonly expiryLeft?: (() => Promise<string[]>) | undefined;
  readonly pollSeconds: number;
  readonly pause: Pause;
}

/** What AWS says when something else has to be gone first: interfaces of an endpoint live minutes longer than it does (`aws-facts.md` §9). */
const NOT_YET = /DependencyViolation|dependent object|has dependencies|currently in use|InvalidNetworkInterface\.InUse|mapped public address/iu;

/** Deletions of one stack, and looks for what is on its way out, before it is given up. */
const ROUNDS = 5;
/** Polls between two. */
const POLLS_BETWEEN = 10;

/** What is not the lab's in its networks; nothing where that may not be looked at. */
async function strangers(api: StackApi, { resources }: DestroyPlan): Promise<string[]> {
  const vpcIds = resources.flatMap(({ type, physicalId }) => (type === 'AWS::EC2::VPC' ? (physicalId ?? []) : []));
  if (vpcIds.length === 0) return [];
  return api.strangersIn(vpcIds, new Set(resources.flatMap(({ physicalId }) => physicalId ?? []))).catch((error: unknown) => {
    if (error instanceof SsmlabError && error.code === 'access-denied') return [];
    throw error;
  });
}

/** Deletes the stack and watches it, again where AWS wants patience. `stack-failed` with the first cause. */
async function* deleteStack(api: StackApi, stackId: string, { stack, plan, pollSeconds, pause }: DestroyOptions): AsyncGenerator<DestroyEvent, void> {
  for (let round = 1; ; round += 1) {
    const newest = (await api.stackEvents(stackId))[0]?.EventId;
    await api.deleteStack(stackId);
    const watch = watchStack(api, stackId, { after: newest, pollSeconds, pause });
    const seen: ResourceEvent[] = [];
    let next = await watch.next();
    for (; next.done !== true; next = await watch.next()) {
      seen.push(next.value);
      yield next.value;
    }
    if (next.value === undefined || next.value === 'DELETE_COMPLETE') return;
    const reason = rootCause(seen)?.reason ?? '';
    if (next.value !== 'DELETE_FAILED' || !NOT_YET.test(reason)) throw stackFailure(stack, next.value, seen);
    const inTheWay = await strangers(api, plan);
    if (round === ROUNDS) throw stackFailure(stack, next.value, seen, inTheWay.length === 0 ? undefined : `what is not the lab's is in the way: ${inTheWay.join(', ')}; remove it, then run \`ssmlab destroy\` again: it goes on with what is left`);
    yield { kind: 'again', reason, strangers: inTheWay };
    await pause(pollSeconds * POLLS_BETWEEN);
  }
}

/** Removes what the plan names and proves that it is gone; events come as they happen. */
export async function* destroy(api: StackApi, options: DestroyOptions): AsyncGenerator<DestroyEvent, void> {
  const { stack, plan, pollSeconds, pause } = options;
  if (plan.stackId !== undefined) yield* deleteStack(api, plan.stackId, options);
  for (const name of plan.keyNames) await api.deleteKeyPair(name);
  await options.dropExpiry?.();
  for (let round = 1; ; round += 1) {
    const { left, stays, unseen } = await lookAgain(api, stack, plan, options.expiryLeft);
    if (left.length === 0) {
      for (const text of stays) yield { kind: 'stays', text };
      for (const { what, why } of unseen) yield { kind: 'unseen', what, why };
      return;
    }
    // A NAT gateway and endpoints are listed for a while after they are gone for the stack.
    if (round === ROUNDS) throw new SsmlabError('stack-failed', `still there: ${left.join(', ')}`, { hint: 'run `ssmlab destroy` again' });
    await pause(pollSeconds * POLLS_BETWEEN);
  }
}
