/** What is going to be done to a stack, as a change set of CloudFormation says it: looked at first, then carried out or taken back. */
import { randomBytes } from 'node:crypto';
import type { NewChangeSet } from '../aws/change-sets.js';
import { awsCode } from '../aws/errors.js';
import { SsmlabError } from '../errors.js';
import type { ResourceChange } from '../inventory/overlay/resource-change.js';
import type { StackApi } from './api.js';
import { pendingChanges } from './change-set.js';
import type { Pause } from './pause.js';

export interface StackPlan {
  readonly type: NewChangeSet['type'];
  readonly changeSetId: string;
  readonly stackId: string;
  /** Empty when nothing would change. */
  readonly changes: readonly ResourceChange[];
}

export const AGAIN = 'run `ssmlab deploy` again: it goes on from there';

const IN_WORK = new Set(['CREATE_PENDING', 'CREATE_IN_PROGRESS']);
/** As long as AWS's own waiter for change sets: 120 looks, 30 s apart (botocore, `ChangeSetCreateComplete`). */
const LONGEST_SECONDS = 3600;

/** How the change sets of ssmlab are called: what is only planned has no tags yet (`arn:…:changeSet/NAME/ID`). */
const PLAN_PREFIX = 'ssmlab-';

/** Whether a change set, by its ARN, is one of ssmlab's. */
export const isLabPlan = (changeSetId: string): boolean => changeSetId.split('/')[1]?.startsWith(PLAN_PREFIX) === true;

/** Makes a change set and waits until it is ready. Takes it back when it cannot be read. Errors: `template-invalid`, `no-change-set` with the service's reason or after an hour, `stack-busy` when somebody else works on the stack. */
export async function planStack(api: StackApi, wanted: Omit<NewChangeSet, 'changeSet'>, { pollSeconds, pause }: { readonly pollSeconds: number; readonly pause: Pause }): Promise<StackPlan> {
  const changeSet = `${PLAN_PREFIX}${Date.now().toString(36)}-${randomBytes(3).toString('hex')}`;
  // Of a call that failed nobody knows whether it was carried out.
  const { changeSetId, stackId } = await api.createChangeSet({ ...wanted, changeSet }).catch((error: unknown) => failing(error, () => discardNamed(api, wanted, changeSet)));
  const plan = { type: wanted.type, changeSetId, stackId, changes: [] };
  try {
    const read = async (id: string): ReturnType<StackApi['describeChangeSet']> => {
      const found = await api.describeChangeSet(wanted.name, id);
      if (found === undefined && id === changeSetId) throw new SsmlabError('stack-busy', `another process has taken the stack "${wanted.name}" away while this one planned it`, { hint: AGAIN });
      return found;
    };
    for (let seconds = 0; IN_WORK.has((await read(changeSetId))?.status ?? ''); seconds += pollSeconds) {
      if (seconds >= LONGEST_SECONDS) throw new SsmlabError('no-change-set', `CloudFormation has not finished the plan for "${wanted.name}" in ${LONGEST_SECONDS / 60} minutes`, { hint: AGAIN });
      await pause(pollSeconds);
    }
    return { ...plan, changes: (await pendingChanges(read, wanted.name, changeSetId)).changes };
  } catch (error) {
    return await failing(error, () => discardPlan(api, plan));
  }
}

/** Takes back what may have been made under the name. */
async function discardNamed(api: StackApi, { name, type }: Pick<NewChangeSet, 'name' | 'type'>, changeSet: string): Promise<void> {
  const stackId = (await api.findStack(name))?.StackId;
  const changeSetId = stackId === undefined ? undefined : (await api.listChangeSets(stackId)).find((id) => id.split('/')[1] === changeSet);
  if (stackId !== undefined && changeSetId !== undefined) await discardPlan(api, { type, changeSetId, stackId });
}

/** Takes it back, and the name of a stack that was only going to be made; another's change set for that name keeps it. */
export async function discardPlan(api: StackApi, { type, changeSetId, stackId }: Pick<StackPlan, 'type' | 'changeSetId' | 'stackId'>): Promise<void> {
  await api.deleteChangeSet(changeSetId);
  if (type !== 'CREATE' || (await api.findStack(stackId))?.StackStatus !== 'REVIEW_IN_PROGRESS') return;
  const others = (await api.listChangeSets(stackId)).filter((id) => id !== changeSetId);
  if (others.length === 0) await api.deleteStack(stackId);
}

/** Rejects with `thrown` when what is to be taken back for it is; of what cannot be taken back then too, the first error is the cause. */
export async function failing(thrown: unknown, takeBack: () => Promise<unknown>): Promise<never> {
  await takeBack().catch(() => undefined);
  throw thrown;
}

const NOT_TO_BE_EXECUTED = new Set(['ChangeSetNotFound', 'ChangeSetNotFoundException', 'InvalidChangeSetStatus', 'InvalidChangeSetStatusException']);
const UNDER_WAY = new Set(['EXECUTE_IN_PROGRESS', 'EXECUTE_COMPLETE']);

/** Begins to carry it out. `stack-busy` when somebody else was quicker. */
export async function executePlan(api: StackApi, plan: StackPlan, stack: string): Promise<void> {
  await api.executeChangeSet(plan.changeSetId).catch(async (error: unknown) => {
    if (!NOT_TO_BE_EXECUTED.has(awsCode(error) ?? '')) throw error;
    // The reply to the first try did not arrive: it is under way already.
    if (UNDER_WAY.has((await api.describeChangeSet(stack, plan.changeSetId))?.execution ?? '')) return;
    throw new SsmlabError('stack-busy', `another process has changed the stack "${stack}" meanwhile`, { cause: error, hint: AGAIN });
  });
}
