/** Removes resources in reverse of their dependencies, one step of every one that can take one. */
import type { Transaction } from '../../state/store.js';
import { ServiceFailure } from '../errors.js';
import { dependentsOf, type Dependencies } from '../graph.js';
import { putResource, type Replaced, type ResourceRecord } from '../records.js';
import type { Structure } from '../template/value.js';
import { IN_THE_BACKGROUND, isExpress, type Outcome } from './apply.js';
import { addEvent, setResource } from './recorder.js';
import type { Run } from './run.js';

/** How long a removal that others stand in the way of is tried again, milliseconds. */
const PATIENCE = 20_000;

/** What goes away by itself when something else has gone. */
const IN_THE_WAY = /DependencyViolation|DeleteConflict|InUse|IncorrectState|IncorrectInstanceState/;

/** One thing to remove: a resource, or what an update replaced. */
export interface Removal {
  readonly record: ResourceRecord;
  /** The one of what `record` replaced; absent: the resource itself. */
  readonly replaced?: Replaced | undefined;
  /** Leave it where it is and say so (DeletionPolicy, RetainResources). */
  readonly skip: boolean;
}

interface Phase {
  readonly type: string;
  readonly physicalId: string | undefined;
  readonly properties: Structure;
  /** Since when it is being removed. */
  readonly since: number | undefined;
  readonly accepted: boolean;
}

function phaseOf({ record, replaced }: Removal): Phase {
  if (replaced !== undefined) return { ...replaced, since: replaced.removingSince, accepted: replaced.removing === true };
  return { type: record.type, physicalId: record.physicalId, properties: record.properties, since: record.status === 'DELETE_IN_PROGRESS' ? record.at : undefined, accepted: record.removing === true };
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
  const { type: typeName, physicalId, properties, since, accepted } = phaseOf(removal);
  if (skip) return become(run, removal, 'DELETE_SKIPPED', undefined);
  if (physicalId === undefined) return become(run, removal, 'DELETE_COMPLETE', undefined);
  if (since === undefined) return become(run, removal, 'DELETE_IN_PROGRESS', undefined);
  const type = run.type(typeName);
  const scope = run.scope(record.logicalId, record.stackTags);
  try {
    if (!accepted) {
      run.transact((tx) => {
        type.delete(physicalId, scope, properties);
        if (removal.replaced === undefined) putResource(tx, { ...record, removing: true });
        else putReplaced(tx, removal, { ...removal.replaced, removing: true });
      });
      return 'moved';
    }
    if (isExpress(run, typeName)) return become(run, removal, 'DELETE_COMPLETE', IN_THE_BACKGROUND);
    return type.deleted?.(physicalId, scope) === false ? 'waiting' : become(run, removal, 'DELETE_COMPLETE', undefined);
  } catch (error) {
    if (error instanceof ServiceFailure && IN_THE_WAY.test(error.code) && run.now - since < PATIENCE) return 'waiting';
    if (run.stack.forced === true) return become(run, removal, 'DELETE_SKIPPED', run.reason(error, `removal of ${record.logicalId}`));
    // What an update replaced and cannot be removed is left behind and said once; a resource stays and fails the removal.
    return become(run, removal, 'DELETE_FAILED', run.reason(error, `removal of ${record.logicalId}`));
  }
}

/** Writes what has become of something replaced; undefined: it is gone. */
function putReplaced(tx: Transaction, { record, replaced }: Removal, now: Replaced | undefined): void {
  putResource(tx, { ...record, replaced: record.replaced.flatMap((other) => (other === replaced ? (now ?? []) : other)) });
}

/** The next status of what is being removed, with its event. */
function become(run: Run, removal: Removal, status: string, statusReason: string | undefined): 'moved' {
  const { record, replaced } = removal;
  const { operationId } = run.stack;
  run.transact((tx) => {
    if (replaced === undefined) return setResource(tx, { ...record, status, statusReason, operationId, removing: undefined }, run.now);
    putReplaced(tx, removal, status === 'DELETE_IN_PROGRESS' ? { ...replaced, removingSince: run.now } : undefined);
    return addEvent(tx, { ...record, ...replaced }, status, statusReason, run.now);
  });
  return 'moved';
}
