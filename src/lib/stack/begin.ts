/** The beginning of a stack: asked for at once, or by a plan that somebody is to see first; and what is taken back when it does not come to that. */
import type { NewStack } from '../aws/cloudformation.js';
import { endOf } from '../expiry/expiry.js';
import type { StackApi } from './api.js';
import type { ApiStack, DeployOptions } from './deploy.js';
import { isGone, reviewed } from './follow.js';
import { failing, planStack, type StackPlan } from './plan.js';
import type { ProvidedKeyPair } from './provide-key-pair.js';

const isUnderWay = (found: ApiStack | undefined): found is ApiStack => !isGone(found?.StackStatus) && found?.StackStatus !== 'REVIEW_IN_PROGRESS';

/** Whether a stack that is under way is the one that was asked for here: by the plan that it came from, else by the key pair that it takes. */
function isOurs({ ChangeSetId, Parameters = [] }: ApiStack, plan: StackPlan | undefined, keyName: string): boolean {
  if (ChangeSetId !== undefined && plan !== undefined) return ChangeSetId === plan.changeSetId;
  const taken = Parameters.find(({ ParameterKey }) => ParameterKey === 'KeyName')?.ParameterValue;
  return taken === undefined || taken === keyName;
}

/** The end that was set for a stack that somebody else has made: theirs again, or none. */
async function giveBackExpiry({ expiry }: DeployOptions, found: ApiStack | undefined, stackId: string): Promise<void> {
  const theirs = found === undefined ? undefined : endOf(found);
  if (theirs === undefined) await expiry?.drop();
  else await expiry?.set(stackId, theirs);
}

/** Asks for the stack. Undefined when a stack of the name is there meanwhile. */
export async function begin(api: StackApi, stack: NewStack, options: DeployOptions, { event: { keyName }, ready, undo }: ProvidedKeyPair): Promise<{ readonly stackId: string; readonly goes: boolean } | undefined> {
  if (options.review === undefined) return beginAtOnce(api, stack, options, { keyName, undo });
  let plan: StackPlan | undefined;
  let isEndSet = false;
  try {
    plan = await planStack(api, { ...stack, type: 'CREATE' }, options);
    const { stackId } = plan;
    const goes = await reviewed(api, plan, options, async () => {
      await ready(stackId);
      isEndSet = options.expiry !== undefined;
      await options.expiry?.set(stackId, options.expiry.at, options.signal);
    });
    if (!goes) await undo();
    return { stackId, goes };
  } catch (error) {
    return await failing(error, async () => {
      // A call that failed may have been carried out, and somebody else may have been quicker: what a stack that is under way needs stays.
      const found = await api.findStack(plan?.stackId ?? stack.name);
      if (isUnderWay(found) && isOurs(found, plan, keyName)) return;
      await undo();
      if (plan !== undefined && isEndSet) await giveBackExpiry(options, isUnderWay(found) ? found : undefined, plan.stackId);
    });
  }
}

async function beginAtOnce(api: StackApi, stack: NewStack, { expiry }: DeployOptions, { keyName, undo }: { readonly keyName: string; readonly undo: () => Promise<void> }): ReturnType<typeof begin> {
  const unlessOurs = async (): Promise<void> => {
    const found = await api.findStack(stack.name);
    if (!isUnderWay(found) || !isOurs(found, undefined, keyName)) await undo();
  };
  const stackId = await api.createStack(stack).catch((error: unknown) => failing(error, unlessOurs));
  if (stackId === undefined) {
    await unlessOurs();
    return undefined;
  }
  // Whatever happens meanwhile: what was asked for is not to go on without its end.
  await expiry?.set(stackId, expiry.at);
  return { stackId, goes: true };
}
