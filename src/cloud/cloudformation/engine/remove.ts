/** Removes resources in reverse of their dependencies, one step of every one that can take one. */
import { ServiceFailure } from '../errors.js';
import { dependentsOf, type Dependencies } from '../graph.js';
import { putResource, type ResourceRecord } from '../records.js';
import type { Structure } from '../template/value.js';
import type { Outcome } from './apply.js';
import { addEvent, setResource } from './recorder.js';
import type { Run } from './run.js';

/** How long a removal that others stand in the way of is tried again, milliseconds. */
const PATIENCE = 20_000;

/** What goes away by itself when something else has gone. */
const IN_THE_WAY = /DependencyViolation|DeleteConflict|InUse|IncorrectState|IncorrectInstanceState/;

/** One thing to remove: a resource, or what an update replaced. */
export interface Removal {
  readonly record: ResourceRecord;
  /** Of `record`, or of what it replaced. */
  readonly which: 'resource' | 'replaced';
  /** Leave it where it is and say so (DeletionPolicy, RetainResources). */
  readonly skip: boolean;
}

interface Phase {
  readonly physicalId: string | undefined;
  readonly properties: Structure;
  /** Since when it is being removed. */
  readonly since: number | undefined;
  readonly accepted: boolean;
}

function phaseOf({ record, which }: Removal): Phase {
  if (which === 'replaced') {
    const { replaced } = record;
    return { physicalId: replaced?.physicalId, properties: replaced?.properties ?? {}, since: replaced?.removingSince, accepted: replaced?.removing === true };
  }
  return { physicalId: record.physicalId, properties: record.properties, since: record.status === 'DELETE_IN_PROGRESS' ? record.at : undefined, accepted: record.removing === true };
}

/**
 * @param removals What is still to be removed: those of `DELETE_FAILED` are what failed in this very operation.
 * @param dependencies Who needs whom among them; an item waits for those that need it.
 */
export function removeStep(run: Run, removals: readonly Removal[], dependencies: Dependencies): Outcome {
  const dependents = dependentsOf(dependencies);
  const { operationId } = run.stack;
  const failed = removals.filter(({ record }) => record.status === 'DELETE_FAILED' && record.operationId === operationId);
  const left = removals.filter((removal) => !failed.includes(removal));
  const present = new Set(removals.map(({ record }) => record.logicalId));
  let [moved, waiting] = [false, false];
  for (const removal of left) {
    const { logicalId } = removal.record;
    const needed = [...(dependents.get(logicalId) ?? [])].some((other) => other !== logicalId && present.has(other));
    if (needed) continue;
    const step = removeOne(run, removal);
    moved = step === 'moved' || moved;
    waiting = step === 'waiting' || waiting;
  }
  if (moved) return { kind: 'progress' };
  if (waiting) return { kind: 'waiting' };
  if (failed.length > 0 || left.length > 0) return { kind: 'failed', logicalIds: failed.map(({ record }) => record.logicalId) };
  return { kind: 'done' };
}

function removeOne(run: Run, removal: Removal): 'moved' | 'waiting' {
  const { record, skip } = removal;
  const { physicalId, properties, since, accepted } = phaseOf(removal);
  if (skip) return finish(run, removal, 'DELETE_SKIPPED');
  if (physicalId === undefined) return finish(run, removal, 'DELETE_COMPLETE');
  if (since === undefined) {
    mark(run, removal);
    return 'moved';
  }
  const type = run.type(record.type);
  const scope = run.scope(record.logicalId, record.stackTags);
  try {
    if (!accepted) {
      run.transact((tx) => {
        type.delete(physicalId, scope, properties);
        putResource(tx, removal.which === 'resource' ? { ...record, removing: true } : { ...record, replaced: record.replaced && { ...record.replaced, removing: true } });
      });
      return 'moved';
    }
    return type.deleted?.(physicalId, scope) === false ? 'waiting' : finish(run, removal, 'DELETE_COMPLETE');
  } catch (error) {
    if (error instanceof ServiceFailure && IN_THE_WAY.test(error.code) && run.now - since < PATIENCE) return 'waiting';
    return fail(run, removal, run.reason(error, `removal of ${record.logicalId}`));
  }
}

function mark(run: Run, { record, which }: Removal): void {
  const { operationId } = run.stack;
  run.transact((tx) => {
    if (which === 'resource') return setResource(tx, { ...record, status: 'DELETE_IN_PROGRESS', statusReason: undefined, operationId, removing: undefined }, run.now);
    putResource(tx, { ...record, replaced: record.replaced && { ...record.replaced, removingSince: run.now } });
    return addEvent(tx, { ...record, physicalId: record.replaced?.physicalId }, 'DELETE_IN_PROGRESS', undefined, run.now);
  });
}

function finish(run: Run, { record, which }: Removal, status: 'DELETE_COMPLETE' | 'DELETE_SKIPPED'): 'moved' {
  run.transact((tx) => {
    if (which === 'resource') return setResource(tx, { ...record, status, statusReason: undefined, operationId: run.stack.operationId, removing: undefined }, run.now);
    putResource(tx, { ...record, replaced: undefined });
    return addEvent(tx, { ...record, physicalId: record.replaced?.physicalId }, status, undefined, run.now);
  });
  return 'moved';
}

/** What an update replaced and cannot be removed is left behind, said once; a resource stays and fails the removal. */
function fail(run: Run, { record, which }: Removal, statusReason: string): 'moved' {
  run.transact((tx) => {
    if (which === 'resource') return setResource(tx, { ...record, status: 'DELETE_FAILED', statusReason, operationId: run.stack.operationId, removing: undefined }, run.now);
    putResource(tx, { ...record, replaced: undefined });
    return addEvent(tx, { ...record, physicalId: record.replaced?.physicalId }, 'DELETE_FAILED', statusReason, run.now);
  });
  return 'moved';
}
