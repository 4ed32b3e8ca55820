/** Brings a stack's resources to its deployment, one step of every resource that can take one: make, change, replace, wait. */
import { ServiceFailure, validationError } from '../errors.js';
import { isMissing } from '../resources/resource-type.js';
import { putResource, STACK_TYPE, type Replaced, type ResourceRecord, type StackRecord } from '../records.js';
import type { Halt, ResourceType } from '../resources/resource-type.js';
import { sameValue, type Structure } from '../template/value.js';
import type { Plan } from './plan.js';
import { addEvent, setResource } from './recorder.js';
import { standing } from './revert.js';
import type { Run } from './run.js';

export type Outcome =
  /** Something was done; more may be possible at once. */
  | { readonly kind: 'progress' }
  /** Nothing to do until a resource has come to rest. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly logicalIds: readonly string[] };

/** Resources begun in one step, so that requests get their turn between steps. */
const AT_ONCE = 4;

const COMPLETE = /_COMPLETE$/;

/** How long a creation that what it needs is not ready for is tried again in express mode, milliseconds. */
const PATIENCE = 60_000;

/** What the services say of something that is on its way. */
const NOT_READY = /IncorrectState|IncorrectInstanceState|InvalidState|NotAttached/;
const PENDING = /^The pending /;

const isNotReady = (error: unknown): boolean => error instanceof ServiceFailure && (NOT_READY.test(error.code) || PENDING.test(error.message));

/** What AWS's events say of a resource in express mode, of one that is removed too. */
export const IN_THE_BACKGROUND = 'Resource operation completed using Express Mode. It may continue becoming available in the background.';

/** Whether a resource is done when the call has succeeded. The mode is that of the stacks in it too, whose resources are waited for by it. */
export const isExpress = (run: Run, type: string): boolean => run.stack.mode?.express === true && type !== STACK_TYPE;

export function applyStep(run: Run): Outcome {
  const { stack } = run;
  const plan = run.plan(stack);
  const isDone = (logicalId: string) => {
    const record = run.resource(logicalId);
    return record?.operationId === stack.operationId && COMPLETE.test(record.status);
  };
  const hasFailed = (record: ResourceRecord | undefined) => record?.operationId === stack.operationId && record.status.endsWith('_FAILED');
  let [begun, waiting, moved] = [0, false, false];
  for (const logicalId of plan.active) {
    const record = run.resource(logicalId);
    if (isDone(logicalId)) continue;
    if (hasFailed(record)) return { kind: 'failed', logicalIds: [logicalId] };
    if (record?.operationId === stack.operationId && record.physicalId !== undefined) {
      waiting = true;
      moved = settle(run, record) || moved;
    } else if (record?.operationId === stack.operationId) {
      // One that did not go yet, since what it needs was not ready.
      waiting = true;
      begin(run, plan, stack, logicalId, record);
      moved = run.resource(logicalId)?.physicalId !== undefined || moved;
    } else if (begun < AT_ONCE && [...(plan.dependencies.get(logicalId) ?? [])].every(isDone)) {
      begin(run, plan, stack, logicalId, record);
      begun++;
    } else {
      waiting = true;
    }
    if (hasFailed(run.resource(logicalId))) return { kind: 'failed', logicalIds: [logicalId] };
  }
  if (begun > 0 || moved) return { kind: 'progress' };
  return waiting ? { kind: 'waiting' } : { kind: 'done' };
}

/** The first step of a resource: exactly one transaction holds the API calls and what is remembered of them. */
function begin(run: Run, plan: Plan, stack: StackRecord, logicalId: string, record: ResourceRecord | undefined): void {
  const declared = plan.template.resources.get(logicalId);
  if (declared === undefined) throw new TypeError(`no resource ${logicalId} in the template`);
  const type = run.type(declared.type);
  let present = record?.physicalId !== undefined && record.status !== 'DELETE_COMPLETE' && record.status !== 'DELETE_SKIPPED' ? record : undefined;
  const blank: ResourceRecord = {
    stackId: stack.stackId, logicalId, type: declared.type, status: 'CREATE_IN_PROGRESS', at: run.now, operationId: stack.operationId,
    properties: {}, stackTags: stack.tags, attributes: {}, madeBy: stack.operationId, replaced: record?.replaced ?? [],
  };
  const retried = record?.operationId === stack.operationId ? record : undefined;
  let properties: Structure = {};
  try {
    properties = run.propertiesOf(plan, logicalId);
    if (present !== undefined && present.type === declared.type && stack.reverting?.includes(logicalId) === true) present = standing(run, present, properties);
    if (present === undefined) create(run, type, { ...blank, properties }, retried !== undefined);
    else change(run, stack, type, { ...present, operationId: stack.operationId }, properties, declared.type);
  } catch (error) {
    if (present === undefined && stack.mode?.express === true && isNotReady(error) && run.now - (retried?.at ?? run.now) < PATIENCE) {
      if (retried === undefined) run.transact((tx) => setResource(tx, { ...blank, properties }, run.now));
      return;
    }
    const statusReason = run.reason(error, `${present === undefined ? 'creation' : 'update'} of ${logicalId}`);
    const failed: ResourceRecord = present === undefined
      ? { ...blank, properties, status: 'CREATE_FAILED', statusReason }
      : { ...present, operationId: stack.operationId, status: 'UPDATE_FAILED', statusReason };
    run.transact((tx) => {
      if (retried === undefined) addEvent(tx, { ...failed, properties }, present === undefined ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS', undefined, run.now);
      setResource(tx, failed, run.now);
    });
  }
}

function create(run: Run, type: ResourceType, record: ResourceRecord, begun: boolean): void {
  run.transact((tx) => {
    if (!begun) addEvent(tx, record, 'CREATE_IN_PROGRESS', undefined, run.now);
    const physicalId = type.create(record.properties, run.scope(record.logicalId, record.stackTags));
    setResource(tx, { ...record, physicalId, statusReason: 'Resource creation Initiated' }, run.now);
  });
}

function change(run: Run, stack: StackRecord, type: ResourceType, record: ResourceRecord, properties: Structure, declaredType: string): void {
  const changed = changedProperties(record.properties, properties);
  const retagged = !sameValue(tagValue(record.stackTags), tagValue(stack.tags));
  const sameType = record.type === declaredType;
  // One that never came to rest is made anew.
  if (record.status === 'CREATE_FAILED') return replace(run, stack, type, record, properties, declaredType);
  if (sameType && changed.length === 0 && !retagged && type.alwaysUpdated !== true) return keep(run, record);
  const former = record.replaced.findLast((replaced) => replaced.type === declaredType && replaced.removingSince === undefined && sameValue(replaced.properties, properties));
  if (former !== undefined) return goBack(run, record, former);
  const interrupts = type.halt !== undefined && changed.some((name) => type.properties[name] === 'interruption');
  const inPlace = sameType && type.update !== undefined && changed.every((name) => type.properties[name] === 'in-place' || type.properties[name] === 'interruption');
  const { physicalId } = record;
  if (inPlace && physicalId !== undefined) {
    run.transact((tx) => {
      addEvent(tx, { ...record, properties }, 'UPDATE_IN_PROGRESS', undefined, run.now);
      const scope = run.scope(record.logicalId, stack.tags);
      // One that an operation before this one was bringing to a halt has none of that operation's properties yet.
      const previous = record.halted?.previous ?? record.properties;
      const halted = interrupts || record.halted !== undefined ? { previous, resumes: type.halt?.begin(physicalId, scope) === true || record.halted?.resumes === true } : undefined;
      if (halted === undefined) type.update?.(physicalId, properties, previous, scope);
      putResource(tx, { ...record, halted, properties, stackTags: stack.tags, status: 'UPDATE_IN_PROGRESS', statusReason: undefined, at: run.now });
    });
  } else if (sameType && changed.length === 0) {
    // Only the stack's tags changed, on a type that takes none.
    keep(run, { ...record, stackTags: stack.tags });
  } else {
    replace(run, stack, type, record, properties, declaredType);
  }
}

/** Nothing to do, except to see how one that an operation before this one left in the middle has come to rest. */
function keep(run: Run, record: ResourceRecord): void {
  run.transact((tx) => {
    if (COMPLETE.test(record.status)) putResource(tx, { ...record, statusReason: undefined });
    else setResource(tx, { ...record, status: 'UPDATE_IN_PROGRESS', statusReason: undefined }, run.now);
  });
}

/** What was replaced before, and what is being replaced now. */
function putAside({ replaced, type, physicalId, properties, stackTags, attributes, madeBy }: ResourceRecord): Replaced[] {
  return physicalId === undefined ? [...replaced] : [...replaced, { type, physicalId, properties, stackTags, attributes, madeBy }];
}

/** A rollback takes back what the update had put aside, and puts aside what the update had made. */
function goBack(run: Run, record: ResourceRecord, former: Replaced): void {
  const replaced = putAside(record).filter((other) => other.physicalId !== former.physicalId);
  run.transact((tx) => setResource(tx, { ...record, ...former, halted: undefined, replaced, status: 'UPDATE_IN_PROGRESS', statusReason: undefined }, run.now));
}

function replace(run: Run, stack: StackRecord, type: ResourceType, record: ResourceRecord, properties: Structure, declaredType: string): void {
  // What could not be taken back is not begun.
  if (stack.onFailure === 'DO_NOTHING' && stack.status === 'UPDATE_IN_PROGRESS' && record.status !== 'CREATE_FAILED') throw validationError('Replacement type updates not supported on stack with disable-rollback.');
  run.transact((tx) => {
    addEvent(tx, { ...record, properties }, 'UPDATE_IN_PROGRESS', 'Requested update requires the creation of a new physical resource; hence creating one.', run.now);
    const physicalId = type.create(properties, run.scope(record.logicalId, stack.tags));
    setResource(tx, {
      ...record, type: declaredType, physicalId, properties, halted: undefined, stackTags: stack.tags, attributes: {}, madeBy: stack.operationId,
      replaced: putAside(record), status: 'UPDATE_IN_PROGRESS', statusReason: 'Resource creation Initiated',
    }, run.now);
  });
}

/** Looks whether a resource has come to rest. True when its status changed. */
function settle(run: Run, record: ResourceRecord): boolean {
  const { logicalId, physicalId, properties, stackTags } = record;
  const type = run.type(record.type);
  const scope = run.scope(logicalId, stackTags);
  const verb = record.status.startsWith('UPDATE') ? 'UPDATE' : 'CREATE';
  try {
    if (physicalId === undefined) throw new TypeError(`${logicalId} has no physical id`);
    if (record.halted !== undefined && type.halt !== undefined) return changeHalted(run, type, type.halt, { ...record, physicalId }, record.halted);
    const express = isExpress(run, record.type);
    if (!express && type.settled?.(physicalId, scope) === false) return false;
    const attributes = type.attributesOf(physicalId, scope, properties);
    run.transact((tx) => setResource(tx, { ...record, attributes, status: `${verb}_COMPLETE`, statusReason: express ? IN_THE_BACKGROUND : undefined }, run.now));
  } catch (error) {
    const statusReason = isMissing(error) ? `Resource of type '${record.type}' with identifier '${physicalId ?? ''}' was not found.` : run.reason(error, `stabilization of ${logicalId}`);
    run.transact((tx) => setResource(tx, { ...record, status: `${verb}_FAILED`, statusReason }, run.now));
  }
  return true;
}

/** The update of what was brought to a halt for it. What cannot be changed goes on as it was. */
function changeHalted(run: Run, type: ResourceType, halt: Halt, record: ResourceRecord & { readonly physicalId: string }, { previous, resumes }: { readonly previous: Structure; readonly resumes: boolean }): boolean {
  const { logicalId, physicalId, properties, stackTags } = record;
  const scope = run.scope(logicalId, stackTags);
  if (!halt.done(physicalId, scope)) return false;
  try {
    run.transact((tx) => {
      type.update?.(physicalId, properties, previous, scope);
      if (resumes) halt.end(physicalId, scope);
      putResource(tx, { ...record, halted: undefined });
    });
  } catch (error) {
    const statusReason = run.reason(error, `update of ${logicalId}`);
    run.transact((tx) => {
      if (resumes) halt.end(physicalId, scope);
      setResource(tx, { ...record, halted: undefined, properties: previous, status: 'UPDATE_FAILED', statusReason }, run.now);
    });
  }
  return true;
}

function changedProperties(before: Structure, after: Structure): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !sameValue(before[name], after[name]));
}

function tagValue(tags: StackRecord['tags']): Structure {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}
