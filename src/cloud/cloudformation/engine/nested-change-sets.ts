/** A change set of a stack and of the stacks in it (IncludeNestedStacks): one for each child, with its template as it is now. */
import type { Transaction } from '../../state/store.js';
import { AwsError } from '../../endpoint/operation.js';
import { CHANGE_SETS, stackRecord, STACKS, STACK_TYPE, type ChangeRecord, type ChangeSetRecord, type StackRecord } from '../records.js';
import type { NestedRequest } from '../resources/resource-type.js';
import { nestedRequest } from '../resources/cloudformation/stack.js';
import { templateAt } from '../template/location.js';
import { isStructure, type Value } from '../template/value.js';
import { beginCreate, newStack } from './begin.js';
import { afterChanges, LATER, predictChanges, presentResources } from './changes.js';
import { prepareDeployment } from './deployment.js';
import { changesNothing, NO_CHANGES } from './nothing.js';
import type { Plan } from './plan.js';
import { actualState, stackDrift } from './revert.js';
import { setStack } from './recorder.js';
import type { Run } from './run.js';

/** The child of a change set that is not made yet. */
export function stackInReview(run: Run, logicalId: string): StackRecord | undefined {
  return run.context.state.list(STACKS).find((stack) => stack.parentId === run.stackId && stack.nestedAs === logicalId && stack.status === 'REVIEW_IN_PROGRESS');
}

/**
 * Makes the change sets of the children of `parent`, and theirs.
 * @returns The parent's changes with the ids of these; without children that nothing changes.
 */
export function nestChangeSets(tx: Transaction, run: Run, plan: Plan, parent: ChangeSetRecord): ChangeRecord[] {
  const children = new Map(parent.changes.filter(({ type, action }) => type === STACK_TYPE && action !== 'Remove').map((change) => [change.logicalId, childChangeSet(tx, run, plan, parent, change)]));
  // What may change only because of a child that, as it turns out, does not.
  const same = new Set<string>();
  const isSame = ({ logicalId, action, details }: ChangeRecord) => action === 'Modify' && details.length > 0 && (children.get(logicalId)?.status ?? 'FAILED') === 'FAILED'
    && details.every(({ source, cause }) => source === 'Automatic' || (source === 'ResourceAttribute' && cause !== undefined && same.has(cause.slice(0, cause.indexOf('.')))));
  for (let found = parent.changes.filter(isSame); found.some(({ logicalId }) => !same.has(logicalId)); found = parent.changes.filter(isSame)) for (const { logicalId } of found) same.add(logicalId);
  return parent.changes.filter(({ logicalId }) => !same.has(logicalId)).map((change) => ({ ...change, changeSetId: children.get(change.logicalId)?.changeSetId }));
}

function childChangeSet(tx: Transaction, run: Run, plan: Plan, parent: ChangeSetRecord, change: ChangeRecord): ChangeSetRecord {
  const { logicalId } = change;
  const root = parent.rootChangeSetId ?? parent.changeSetId;
  const request = requestOf(run, plan, parent, logicalId);
  const child = change.action === 'Add' ? reviewed(tx, run, logicalId) : stackRecord(tx, change.physicalId ?? '');
  const unknown = (value: string | undefined) => value?.includes(LATER) === true;
  const made = change.action === 'Modify';
  const { deployment, plan: childPlan } = prepareDeployment({
    template: templateAt(request.templateUrl, run.context),
    // What a sibling will say is taken as it was; of a child that is not there it stays open.
    parameters: request.parameters.map(({ key, value }) => (unknown(value) ? (made ? { key, usePreviousValue: true } : { key, value, open: true }) : { key, value })),
    tags: [...parent.tags.filter(({ Key }) => !request.tags.some((own) => own.Key === Key)), ...request.tags],
    capabilities: parent.capabilities,
    notificationArns: request.notificationArns,
  }, child, made ? child : undefined, { context: run.context, registry: run.registry, zones: (region) => run.zones(region) });
  const childRun = run.child(child.stackId);
  const actual = parent.driftStatus === undefined ? undefined : actualState(childRun, presentResources(childRun).values());
  const predicted = predictChanges(childRun, childPlan, deployment, actual);
  const changeSetName = `${parent.changeSetName.slice(0, 60)}-${logicalId.slice(0, 50)}-${run.uuid().slice(0, 8)}`;
  const draft: ChangeSetRecord = {
    ...deployment,
    changeSetId: `arn:aws:cloudformation:${run.context.region}:${run.context.accountId}:changeSet/${changeSetName}/${run.uuid()}`,
    changeSetName, stackId: child.stackId, changeSetType: made ? 'UPDATE' : 'CREATE', status: 'CREATE_COMPLETE', executionStatus: 'AVAILABLE', createdAt: run.now,
    changes: predicted, nested: true, parentChangeSetId: parent.changeSetId, rootChangeSetId: root, driftStatus: actual === undefined ? undefined : stackDrift(actual),
  };
  const known = { ...draft, changes: nestChangeSets(tx, childRun, childPlan, draft) };
  const nothing = made && changesNothing(child, deployment, known.changes);
  const record: ChangeSetRecord = nothing ? { ...known, status: 'FAILED', statusReason: NO_CHANGES, executionStatus: 'UNAVAILABLE' } : known;
  tx.put(CHANGE_SETS, record.changeSetId, record);
  return record;
}

/** What the parent's resource asks for, as far as it is known; open parameters are {@link LATER}. */
function requestOf(run: Run, plan: Plan, parent: ChangeSetRecord, logicalId: string): NestedRequest {
  const known = afterChanges(run, plan, parent, parent.changes);
  const declared = plan.template.resources.get(logicalId)?.properties ?? {};
  const each = (value: Value): Value | undefined => (isStructure(value) ? members(value) : known(value));
  const members = (from: { readonly [name: string]: Value }): Value => Object.fromEntries(Object.entries(from).flatMap(([name, value]) => {
    const found = known(value);
    return found === undefined ? [] : [[name, found] as const];
  }));
  const properties = Object.fromEntries(Object.entries(declared).flatMap(([name, value]) => {
    const found = name === 'Parameters' && !Object.keys(isStructure(value) ? value : {}).some((key) => key.startsWith('Fn::')) ? each(value) : known(value);
    return found === undefined ? [] : [[name, found] as const];
  }));
  return nestedRequest(properties);
}

/** The child that another change set put in review, or a new one. */
function reviewed(tx: Transaction, run: Run, logicalId: string): StackRecord {
  const there = stackInReview(run, logicalId);
  if (there !== undefined) return there;
  const parent = run.stack;
  const stackName = run.scope(logicalId, []).uniqueName(128);
  const stackId = `arn:aws:cloudformation:${run.context.region}:${run.context.accountId}:stack/${stackName}/${run.uuid()}`;
  const empty = { template: '', parameters: [], tags: [], capabilities: [], notificationArns: [] };
  const stack: StackRecord = { ...newStack({ stackId, stackName }, empty, 'REVIEW_IN_PROGRESS', { now: run.now, operationId: run.uuid() }), parentId: parent.stackId, rootId: parent.rootId ?? parent.stackId, nestedAs: logicalId };
  beginCreate(tx, stack, run.now);
  return stack;
}

/** Removes a change set with those of its children, and children that nothing else has in review. */
export function removeChangeSet(tx: Transaction, changeSetId: string, now: number): void {
  const nested = tx.list(CHANGE_SETS).filter((changeSet) => changeSet.rootChangeSetId === changeSetId);
  for (const { changeSetId: id } of [{ changeSetId }, ...nested]) tx.delete(CHANGE_SETS, id);
  const left = new Set(tx.list(CHANGE_SETS).map(({ stackId }) => stackId));
  for (const stackId of new Set(nested.map((changeSet) => changeSet.stackId))) {
    if (!left.has(stackId) && tx.get(STACKS, stackId)?.status === 'REVIEW_IN_PROGRESS') setStack(tx, stackId, now, { status: 'DELETE_COMPLETE', statusReason: undefined, deletedAt: now });
  }
}

/** A nested change set goes with its root. */
export function requireRoot({ changeSetId, rootChangeSetId }: ChangeSetRecord, verb: string): void {
  if (rootChangeSetId !== undefined) throw new AwsError('InvalidChangeSetStatus', `ChangeSet [${changeSetId}] is nested and cannot be ${verb} by itself: ${verb === 'executed' ? 'execute' : 'delete'} the root change set [${rootChangeSetId}]`);
}

/** The child's change set under the one that the parent is executing: it pins the template that was seen. */
export function reviewedChangeSet(run: Run, stackId: string): ChangeSetRecord | undefined {
  const { changeSetId } = run.stack;
  if (changeSetId === undefined) return undefined;
  return run.context.state.list(CHANGE_SETS).find((changeSet) => changeSet.stackId === stackId && changeSet.parentChangeSetId === changeSetId);
}
