/** How each operation on a stack begins: the records that the engine then goes on from. All inside the caller's transaction. */
import { AwsError, type Caller } from '../../endpoint/operation.js';
import type { Transaction } from '../../state/store.js';
import { CHANGE_SETS, deploymentOf, resourcesOf, stackRecord, STACKS, type Deployment, type ImportTarget, type StackRecord } from '../records.js';
import { setResource, setStack } from './recorder.js';

/** When an operation begins, and the id that tells it from others. */
export interface Moment {
  readonly now: number;
  readonly operationId: string;
  /** Who begins it; absent where the engine goes on with an operation that somebody began. */
  readonly actor?: Caller | undefined;
}

/** What a stack's record takes of it. */
const taken = ({ operationId, actor }: Moment): Pick<StackRecord, 'operationId' | 'actor'> => (actor === undefined ? { operationId } : { operationId, actor });

const INITIATED = 'User Initiated';

/** Stacks of an account in a region (`aws-facts.md` §9). */
export const STACK_LIMIT = 2000;

/** A stack about to be made; its status is the caller's. */
export function newStack(identity: { readonly stackId: string; readonly stackName: string }, deployment: Deployment, status: string, moment: Moment): StackRecord {
  const { now } = moment;
  return { ...identity, ...deployment, status, ...taken(moment), onFailure: 'ROLLBACK', terminationProtection: false, createdAt: now, startedAt: now, outputs: [] };
}

/** Records a new stack, in progress or in review. Throws LimitExceededException. */
export function beginCreate(tx: Transaction, stack: StackRecord, now: number): void {
  if (tx.list(STACKS).filter(({ status }) => status !== 'DELETE_COMPLETE').length >= STACK_LIMIT) throw new AwsError('LimitExceededException', `Limit for stack has been exceeded: ${STACK_LIMIT}`);
  tx.put(STACKS, stack.stackId, stack);
  setStack(tx, stack.stackId, now, { status: stack.status, statusReason: INITIATED });
}

/** What the stack was last deployed from whole is kept for the rollback, also through updates that failed on the way. */
export function beginUpdate(tx: Transaction, stackId: string, deployment: Deployment, change: Partial<StackRecord>, moment: Moment): void {
  const stack = stackRecord(tx, stackId);
  setStack(tx, stackId, moment.now, {
    ...deployment, reverting: undefined, ...change, previous: stack.previous ?? deploymentOf(stack), status: 'UPDATE_IN_PROGRESS', statusReason: INITIATED, failure: undefined, ...taken(moment), startedAt: moment.now, updatedAt: moment.now,
  });
}

/** Takes resources that are there into the stack. */
export function beginImport(tx: Transaction, stackId: string, deployment: Deployment, importing: readonly ImportTarget[], change: Partial<StackRecord>, moment: Moment): void {
  const stack = stackRecord(tx, stackId);
  const updatedAt = stack.template === '' ? undefined : moment.now;
  setStack(tx, stackId, moment.now, {
    ...deployment, ...change, importing, previous: deploymentOf(stack), status: 'IMPORT_IN_PROGRESS', statusReason: INITIATED, failure: undefined, ...taken(moment), startedAt: moment.now, updatedAt,
  });
}

/** Back to what was whole before the update that is running, failed or only waits for its parent. */
export function beginUpdateRollback(tx: Transaction, stackId: string, statusReason: string | undefined, moment: Moment, change: Partial<StackRecord> = {}): void {
  const stack = stackRecord(tx, stackId);
  cancelResources(tx, stack, moment.now);
  const failed = deploymentOf(stack);
  setStack(tx, stackId, moment.now, { reverting: undefined, ...change, ...(stack.previous ?? failed), previous: failed, status: 'UPDATE_ROLLBACK_IN_PROGRESS', statusReason, ...taken(moment) });
}

/** What was still in progress is given up: its physical resource stays known, so that it is removed or gone on with. */
export function cancelResources(tx: Transaction, { stackId, operationId }: StackRecord, now: number): void {
  for (const record of resourcesOf(tx, stackId)) {
    const verb = /^(CREATE|UPDATE)_IN_PROGRESS$/.exec(record.status)?.[1];
    if (verb === undefined || record.operationId !== operationId) continue;
    setResource(tx, { ...record, status: `${verb}_FAILED`, statusReason: verb === 'CREATE' ? 'Resource creation cancelled' : 'Resource update cancelled' }, now);
  }
}

/** Whatever the stack has in progress ends; its change sets go. */
export function beginDelete(tx: Transaction, stackId: string, change: Partial<StackRecord>, moment: Moment): void {
  for (const changeSet of tx.list(CHANGE_SETS)) if (changeSet.stackId === stackId) tx.delete(CHANGE_SETS, changeSet.changeSetId);
  // Children that only a change set has put in review go with it.
  for (const child of tx.list(STACKS)) {
    if (child.parentId === stackId && child.status === 'REVIEW_IN_PROGRESS') setStack(tx, child.stackId, moment.now, { status: 'DELETE_COMPLETE', statusReason: undefined, deletedAt: moment.now });
  }
  cancelResources(tx, stackRecord(tx, stackId), moment.now);
  setStack(tx, stackId, moment.now, { ...change, status: 'DELETE_IN_PROGRESS', statusReason: INITIATED, ...taken(moment), startedAt: moment.now });
}

/** Goes on with a rollback that failed; `skipped` are taken as they are. */
export function continueUpdateRollback(tx: Transaction, stackId: string, skipped: readonly string[], moment: Moment, change: Partial<StackRecord> = {}): void {
  for (const record of resourcesOf(tx, stackId)) {
    if (skipped.includes(record.logicalId)) setResource(tx, { ...record, operationId: moment.operationId, status: 'UPDATE_COMPLETE', statusReason: 'Resource was skipped in the rollback' }, moment.now);
  }
  setStack(tx, stackId, moment.now, { ...change, status: 'UPDATE_ROLLBACK_IN_PROGRESS', statusReason: INITIATED, ...taken(moment) });
}

/** Removes what a creation that failed and was left as it was has made. */
export function beginRollback(tx: Transaction, stackId: string, moment: Moment, change: Partial<StackRecord>): void {
  setStack(tx, stackId, moment.now, { ...change, status: 'ROLLBACK_IN_PROGRESS', statusReason: INITIATED, ...taken(moment) });
}
