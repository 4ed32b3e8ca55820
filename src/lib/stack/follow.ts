/** A stack's operation, watched to its end; and a plan that is shown to somebody first. */
import { SsmlabError } from '../errors.js';
import type { StackApi } from './api.js';
import type { DeployOptions } from './deploy.js';
import { type ResourceEvent, rootCause, watchStack } from './events.js';
import { discardPlan, executePlan, failing, type StackPlan } from './plan.js';

/** `stack-failed` with the first cause among the events. */
export function stackFailure(name: string, status: string | undefined, events: readonly ResourceEvent[]): SsmlabError {
  const cause = rootCause(events);
  const why = cause === undefined ? '' : `: ${cause.logicalId} (${cause.type}): ${cause.reason ?? cause.status}`;
  return new SsmlabError('stack-failed', `the stack "${name}" ended in ${status ?? 'nothing'}${why}`);
}

/** Watches to the end and passes the events on; throws when it does not end well. */
export async function* follow(api: StackApi, stackId: string, options: Pick<DeployOptions, 'stack' | 'pollSeconds' | 'pause'>, isGood: (status: string | undefined) => boolean, after?: string): AsyncGenerator<ResourceEvent, void> {
  const seen: ResourceEvent[] = [];
  const watch = watchStack(api, stackId, { ...options, after });
  for (;;) {
    const next = await watch.next();
    if (next.done === true) {
      // Who wants it gone wants it gone from the first.
      if (!isGood(next.value)) throw isGone(next.value) ? deletedMeanwhile(options.stack) : stackFailure(options.stack, next.value, seen);
      return;
    }
    seen.push(next.value);
    yield next.value;
  }
}

const deletedMeanwhile = (name: string): SsmlabError =>
  new SsmlabError('stack-failed', `the stack "${name}" was deleted by another process while it was made`, { hint: 'run `ssmlab deploy` again to make it' });

export const isGone = (status: string | undefined): boolean => status === undefined || status === 'DELETE_COMPLETE';

/** Carries the plan out when it is approved, `first` before it; else, and when the question itself is broken off, takes it back. */
export async function reviewed(api: StackApi, plan: StackPlan, { stack, review }: Pick<DeployOptions, 'stack' | 'review'>, first?: () => Promise<void>): Promise<boolean> {
  try {
    if (review === undefined || (await review(plan))) {
      await first?.();
      await executePlan(api, plan, stack);
      return true;
    }
  } catch (error) {
    return await failing(error, () => discardPlan(api, plan));
  }
  await discardPlan(api, plan);
  return false;
}
