/** A stack's operation, watched to its end; and a plan that is shown to somebody first. */
import { SsmlabError } from '../errors.js';
import type { StackApi } from './api.js';
import type { ApiStack, DeployOptions } from './deploy.js';
import { lastOperation, type ResourceEvent, rootCause, watchStack } from './events.js';
import { discardPlan, executePlan, failing, type StackPlan } from './plan.js';

/** What goes on from a status; from the others, destroy does. */
function nextFrom(status: string, name: string): string {
  switch (status) {
    case 'DELETE_FAILED': return 'mend what the reason names, then run `ssmlab destroy` again: it goes on with what is left';
    case 'ROLLBACK_COMPLETE': return 'it was taken back; mend what the reason names, then run `ssmlab deploy` again';
    case 'UPDATE_ROLLBACK_COMPLETE': return 'it is as it was before; mend what the reason names, then run `ssmlab deploy` again';
    case 'UPDATE_ROLLBACK_FAILED': return `mend what the reason names, then \`aws cloudformation continue-update-rollback --stack-name ${name}\` makes it what it was; or \`ssmlab destroy\`, then deploy again`;
    default: return 'run `ssmlab destroy`, then deploy again';
  }
}

const causeText = (events: readonly ResourceEvent[]): string => {
  const cause = rootCause(events);
  return cause === undefined ? '' : `: ${cause.logicalId} (${cause.type}): ${cause.reason ?? cause.status}`;
};

/** `stack-failed` with the first cause among the events. `hint`: where more is known of what to do. */
export function stackFailure(name: string, status = 'nothing', events: readonly ResourceEvent[], hint = nextFrom(status, name)): SsmlabError {
  return new SsmlabError('stack-failed', `the stack "${name}" ended in ${status}${causeText(events)}`, { hint });
}

/** `stack-failed` for a stack that an operation before left so, with why that failed. */
export async function stuckStack(api: Pick<StackApi, 'stackEvents'>, name: string, { StackId = name, StackStatus }: ApiStack): Promise<SsmlabError> {
  const status: string = StackStatus ?? 'an unknown state';
  return new SsmlabError('stack-failed', `the stack "${name}" is in ${status}${causeText(lastOperation(await api.stackEvents(StackId)))}`, { hint: nextFrom(status, name) });
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
