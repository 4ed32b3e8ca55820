/** The stack's own state machine: what an operation in progress does next, and what it becomes when its resources are through. */
import type { Transaction } from '../../state/store.js';
import type { DeletionPolicy, Template } from '../template/template.js';
import { STACK_TYPE, type Deployment, type ResourceRecord, type StackRecord } from '../records.js';
import { exportOf } from '../exports.js';
import { dependenciesOf, type Dependencies } from '../graph.js';
import { applyStep, type Outcome } from './apply.js';
import { beginUpdateRollback, cancelResources } from './begin.js';
import { importRollbackStep, importStep } from './import.js';
import { isHeld } from './nested.js';
import { outputsOf } from './outputs.js';
import { setStack } from './recorder.js';
import { removeStep, type Removal } from './remove.js';
import type { Run } from './run.js';

/** What the engine does with the stack now: again at once, again after a while, or nothing more. */
export type Next = 'again' | 'later' | 'over';

const GONE = new Set(['DELETE_COMPLETE', 'DELETE_SKIPPED']);

/** One step of whatever the stack has in progress. */
export function advance(run: Run): Next {
  const { stack } = run;
  switch (stack.status) {
    case 'CREATE_IN_PROGRESS':
    case 'UPDATE_IN_PROGRESS':
    case 'UPDATE_ROLLBACK_IN_PROGRESS':
      return applying(run, stack);
    case 'ROLLBACK_IN_PROGRESS':
    case 'DELETE_IN_PROGRESS':
      return removing(run, stack);
    case 'IMPORT_IN_PROGRESS':
      return importing(run);
    case 'IMPORT_ROLLBACK_IN_PROGRESS':
      return importRollingBack(run, stack);
    case 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS':
    case 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS':
      return cleaning(run, stack);
    default:
      return 'over';
  }
}

function go(outcome: Outcome, then: () => Next): Next {
  if (outcome.kind === 'progress') return 'again';
  return outcome.kind === 'waiting' ? 'later' : then();
}

function become(run: Run, status: string, statusReason: string | undefined, change: Partial<StackRecord> = {}, also?: (tx: Transaction) => void): void {
  run.transact((tx) => {
    also?.(tx);
    setStack(tx, run.stackId, run.now, { ...change, status, statusReason });
  });
}

function applying(run: Run, stack: StackRecord): Next {
  const limit = stack.timeoutInMinutes;
  if (stack.status === 'CREATE_IN_PROGRESS' && limit !== undefined && run.now - stack.startedAt > limit * 60_000) {
    return applyFailed(run, stack, [], `Stack creation time exceeded the specified timeout. Rollback requested by user.`);
  }
  const missing = stack.status === 'UPDATE_ROLLBACK_IN_PROGRESS' ? undefined : run.plan(stack).imports.find((name) => exportOf(run.context.state, name) === undefined);
  if (missing !== undefined) return applyFailed(run, stack, [], `No export named ${missing} found. Rollback requested by user.`);
  const outcome = applyStep(run);
  return go(outcome, () => {
    if (outcome.kind === 'failed') return applyFailed(run, stack, outcome.logicalIds);
    let outputs;
    try {
      outputs = outputsOf(run, run.plan(stack));
    } catch (error) {
      return applyFailed(run, stack, [], run.reason(error, 'outputs'));
    }
    if (stack.status === 'CREATE_IN_PROGRESS') {
      become(run, 'CREATE_COMPLETE', undefined, { outputs });
      return 'over';
    }
    const rolled = stack.status === 'UPDATE_ROLLBACK_IN_PROGRESS';
    become(run, rolled ? 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS' : 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', undefined, { outputs });
    return 'again';
  });
}

function applyFailed(run: Run, stack: StackRecord, logicalIds: readonly string[], words?: string): Next {
  const verb = stack.status === 'CREATE_IN_PROGRESS' ? 'create' : 'update';
  const reason = words ?? `The following resource(s) failed to ${verb}: [${logicalIds.join(', ')}]. `;
  const rollback = words ?? `${reason}Rollback requested by user.`;
  const also = (tx: Transaction) => cancelResources(tx, stack, run.now);
  if (stack.status === 'UPDATE_ROLLBACK_IN_PROGRESS') {
    become(run, 'UPDATE_ROLLBACK_FAILED', reason, {}, also);
    return 'over';
  }
  if (stack.onFailure === 'DO_NOTHING') {
    become(run, stack.status === 'CREATE_IN_PROGRESS' ? 'CREATE_FAILED' : 'UPDATE_FAILED', reason, {}, also);
    return 'over';
  }
  const operationId = run.uuid();
  if (stack.status === 'CREATE_IN_PROGRESS') {
    become(run, stack.onFailure === 'DELETE' ? 'DELETE_IN_PROGRESS' : 'ROLLBACK_IN_PROGRESS', rollback, { operationId }, also);
  } else {
    run.transact((tx) => beginUpdateRollback(tx, run.stackId, rollback, { now: run.now, operationId }, { failure: reason }));
  }
  return 'again';
}

function importing(run: Run): Next {
  const outcome = importStep(run);
  return go(outcome, () => {
    const failed = (reason: string): Next => {
      become(run, 'IMPORT_ROLLBACK_IN_PROGRESS', reason, { operationId: run.uuid(), failure: reason });
      return 'again';
    };
    if (outcome.kind === 'failed') return failed(`The following resource(s) failed to import: [${outcome.logicalIds.join(', ')}]. `);
    let outputs;
    try {
      outputs = outputsOf(run, run.plan(run.stack));
    } catch (error) {
      return failed(run.reason(error, 'outputs'));
    }
    become(run, 'IMPORT_COMPLETE', undefined, { outputs, previous: undefined, importing: undefined });
    return 'over';
  });
}

function importRollingBack(run: Run, stack: StackRecord): Next {
  return go(importRollbackStep(run), () => {
    become(run, 'IMPORT_ROLLBACK_COMPLETE', undefined, { ...stack.previous, previous: undefined, importing: undefined });
    return 'over';
  });
}

function removing(run: Run, stack: StackRecord): Next {
  const template = run.template(stack);
  const rollback = stack.status === 'ROLLBACK_IN_PROGRESS';
  const removals = run.resources.flatMap((record): Removal[] => {
    const policy = template?.resources.get(record.logicalId)?.deletionPolicy ?? 'Delete';
    const kept = stack.retained?.includes(record.logicalId) === true;
    const skip = kept || retains(policy, rollback, stack);
    return removalsOf(record, !GONE.has(record.status), skip && record.physicalId !== undefined, template);
  });
  const outcome = removeStep(run, removals, orderOf(run, stack, template));
  return go(outcome, () => {
    if (outcome.kind === 'failed') {
      become(run, rollback ? 'ROLLBACK_FAILED' : 'DELETE_FAILED', `The following resource(s) failed to delete: [${outcome.logicalIds.join(', ')}]. `);
    } else if (rollback) {
      become(run, 'ROLLBACK_COMPLETE', undefined);
    } else {
      become(run, 'DELETE_COMPLETE', undefined, { deletedAt: run.now, outputs: [] });
    }
    return 'over';
  });
}

/** After an update: what it replaced and what the new template does not have any more. */
function cleaning(run: Run, stack: StackRecord): Next {
  if (isHeld(run, stack)) return 'over';
  const plan = run.plan(stack);
  const old = stack.previous === undefined ? undefined : run.template(stack.previous);
  const removals = run.resources.flatMap((record): Removal[] => {
    const stale = !plan.active.has(record.logicalId) && !GONE.has(record.status);
    // In a rollback, what is too much was made by the update that failed.
    const skip = retains(old?.resources.get(record.logicalId)?.deletionPolicy ?? 'Delete', stack.status.startsWith('UPDATE_ROLLBACK'), stack);
    return removalsOf(record, stale, skip && record.physicalId !== undefined, old);
  });
  const outcome = removeStep(run, removals, orderOf(run, stack.previous ?? stack, old));
  return go(outcome, () => {
    const open = run.resources.filter(({ logicalId, type, physicalId, stackTags }) => type === STACK_TYPE && physicalId !== undefined && !run.scope(logicalId, stackTags).nested.cleaned(physicalId));
    if (open.length > 0) return 'later';
    const failed = outcome.kind === 'failed' ? `The following resource(s) failed to delete: [${outcome.logicalIds.join(', ')}]. ` : undefined;
    become(run, stack.status.replace(/_CLEANUP_IN_PROGRESS$/, ''), failed, { previous: undefined });
    return 'over';
  });
}

/** @param made Whether the operation that is undone made the resource. */
function retains(policy: DeletionPolicy, made: boolean, { retainExceptOnCreate }: StackRecord): boolean {
  if (made && retainExceptOnCreate === true) return false;
  return policy === 'Retain' || (policy === 'RetainExceptOnCreate' && !made);
}

function removalsOf(record: ResourceRecord, whole: boolean, skip: boolean, template: Template | undefined): Removal[] {
  const [replaced] = record.replaced;
  // One at a time: each writes the whole record.
  if (replaced !== undefined) return [{ record, replaced, skip: template?.resources.get(record.logicalId)?.updateReplacePolicy === 'Retain' }];
  return whole ? [{ record, skip }] : [];
}

/** Who needs whom: as the plan says, or as the bare template says when its conditions cannot be decided any more. */
function orderOf(run: Run, deployment: Deployment, template: Template | undefined): Dependencies {
  try {
    return run.plan(deployment).dependencies;
  } catch {
    return template === undefined ? new Map() : dependenciesOf(template);
  }
}
