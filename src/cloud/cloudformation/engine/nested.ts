/**
 * Stacks as resources of a stack: made, changed, rolled back and removed with their parent, in the parent's transactions.
 * A child that an update has brought through keeps what it replaced until the whole tree is through, so that a failure
 * anywhere goes back to the very resources that were there.
 */
import { validationError } from '../errors.js';
import { exportInUse } from '../exports.js';
import { ancestorsOf, stackRecord, STACKS, type StackRecord, type StackTag } from '../records.js';
import type { NestedRequest, NestedStacks } from '../resources/resource-type.js';
import { templateAt } from '../template/location.js';
import { beginCreate, beginDelete, beginUpdate, beginUpdateRollback, continueUpdateRollback, newStack } from './begin.js';
import { predictChanges } from './changes.js';
import { prepareDeployment, type DeploymentRequest } from './deployment.js';
import { changesNothing } from './nothing.js';
import { reviewedChangeSet, stackInReview } from './nested-change-sets.js';
import { revertedBy } from './revert.js';
import type { Run } from './run.js';

/** Levels of nesting below a root. */
const LEVELS = 5;

/** What an update has brought through waits in this status for the rest of the tree. */
const WAITING = 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';

/** Whether what the stack replaced must stay, because the operation above it can still fail and go back. */
export function isHeld(run: Run, stack: StackRecord): boolean {
  if (stack.status !== WAITING) return false;
  const [parent] = ancestorsOf(run.context.state, stack);
  if (parent === undefined) return false;
  return ['UPDATE_IN_PROGRESS', 'UPDATE_FAILED', 'UPDATE_ROLLBACK_IN_PROGRESS'].includes(parent.status) || isHeld(run, parent);
}

export function nestedStacks(run: Run, logicalId: string, uniqueName: (maximum: number) => string, stackTags: readonly StackTag[]): NestedStacks {
  const { state } = run.context;
  // A stack in a stack is the same person's operation.
  const moment = () => ({ now: run.now, operationId: run.uuid(), actor: run.stack.actor });
  const prepare = (request: NestedRequest, identity: { readonly stackId: string; readonly stackName: string }, previous: StackRecord | undefined) => {
    const deployment: DeploymentRequest = {
      template: reviewedChangeSet(run, identity.stackId)?.template ?? templateAt(request.templateUrl, run.context),
      parameters: request.parameters,
      tags: [...stackTags.filter(({ Key }) => !request.tags.some((own) => own.Key === Key)), ...request.tags],
      capabilities: run.stack.capabilities,
      notificationArns: request.notificationArns,
    };
    return prepareDeployment(deployment, identity, previous, { context: run.context, registry: run.registry, zones: (region) => run.zones(region) });
  };
  /** Whether the child has done something in the parent's operation. */
  const touched = (child: StackRecord) => child.parentOperationId === run.stack.operationId;

  return {
    create(request) {
      const parent = run.stack;
      const depth = ancestorsOf(state, parent).length + 1;
      if (depth > LEVELS) throw validationError(`Stacks can be nested ${LEVELS} deep; a stack in ${parent.stackName} would be the ${depth}th level below ${ancestorsOf(state, parent).at(-1)?.stackName ?? ''}`);
      const reviewed = stackInReview(run, logicalId);
      const stackName = reviewed?.stackName ?? uniqueName(128);
      const stackId = reviewed?.stackId ?? `arn:aws:cloudformation:${run.context.region}:${run.context.accountId}:stack/${stackName}/${run.uuid()}`;
      const { deployment } = prepare(request, { stackId, stackName }, undefined);
      const stack: StackRecord = {
        ...newStack({ stackId, stackName }, deployment, 'CREATE_IN_PROGRESS', moment()),
        // What fails is left as it is: the parent decides, and removes the stack as a whole.
        onFailure: 'DO_NOTHING', mode: parent.mode, timeoutInMinutes: request.timeoutInMinutes, roleArn: parent.roleArn, clientRequestToken: parent.clientRequestToken, retainExceptOnCreate: parent.retainExceptOnCreate,
        changeSetId: reviewedChangeSet(run, stackId)?.changeSetId, parentId: parent.stackId, rootId: parent.rootId ?? parent.stackId, parentOperationId: parent.operationId,
      };
      state.transact((tx) => beginCreate(tx, stack, run.now));
      return stackId;
    },

    update(stackId, request) {
      const child = stackRecord(state, stackId);
      const parent = run.stack;
      const change = { parentOperationId: parent.operationId, mode: parent.mode, roleArn: parent.roleArn, clientRequestToken: parent.clientRequestToken, retainExceptOnCreate: parent.retainExceptOnCreate };
      if (parent.status === 'UPDATE_ROLLBACK_IN_PROGRESS') {
        if (child.status === 'UPDATE_ROLLBACK_FAILED') state.transact((tx) => continueUpdateRollback(tx, stackId, [], moment(), change));
        else if (child.status === 'UPDATE_IN_PROGRESS' || child.status === 'UPDATE_FAILED' || isHeld(run, child)) state.transact((tx) => beginUpdateRollback(tx, stackId, undefined, moment(), change));
        return;
      }
      if (!/^(?:CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE|UPDATE_FAILED)$/.test(child.status) && !isHeld(run, child)) throw validationError(`Stack:${stackId} is in ${child.status} state and can not be updated.`);
      const { deployment, plan } = prepare(request, child, child);
      const reviewed = reviewedChangeSet(run, stackId);
      const reverting = revertedBy(reviewed);
      const changes = reviewed !== undefined && reverting !== undefined ? reviewed.changes : predictChanges(run.child(stackId), plan, deployment);
      if (changesNothing(child, deployment, changes)) return;
      state.transact((tx) => beginUpdate(tx, stackId, deployment, { ...change, reverting, changeSetId: reviewed?.changeSetId, onFailure: parent.onFailure === 'DO_NOTHING' ? 'DO_NOTHING' : 'ROLLBACK' }, moment()));
    },

    settled(stackId) {
      const child = stackRecord(state, stackId);
      const { status, statusReason = '' } = child;
      if (status === 'CREATE_IN_PROGRESS' || status === 'UPDATE_IN_PROGRESS') return run.drive(stackId);
      if (/^(?:CREATE|ROLLBACK|DELETE)_/.test(status) && status !== 'CREATE_COMPLETE') throw validationError(`Embedded stack ${stackId} was not successfully created: ${statusReason}`);
      if (run.stack.status === 'UPDATE_ROLLBACK_IN_PROGRESS') {
        if (status === 'UPDATE_ROLLBACK_FAILED') throw validationError(`Embedded stack ${stackId} was not successfully updated. Currently in ${status} with reason: ${statusReason}`);
        return status === 'UPDATE_ROLLBACK_IN_PROGRESS' ? run.drive(stackId) : true;
      }
      if (touched(child) && (status === 'UPDATE_FAILED' || status.startsWith('UPDATE_ROLLBACK_'))) {
        throw validationError(`Embedded stack ${stackId} was not successfully updated. Currently in ${status} with reason: ${(child.failure ?? statusReason).trim()}`);
      }
      return true;
    },

    cleaned(stackId) {
      const child = state.get(STACKS, stackId);
      if (child === undefined || !child.status.endsWith('_CLEANUP_IN_PROGRESS')) return true;
      return run.drive(stackId);
    },

    outputs: (stackId) => Object.fromEntries(stackRecord(state, stackId).outputs.map(({ key, value }) => [`Outputs.${key}`, value])),

    standing(stackId) {
      const child = state.get(STACKS, stackId);
      if (child === undefined || child.status === 'DELETE_COMPLETE') return undefined;
      const { tags, notificationArns, timeoutInMinutes } = child;
      return { parameters: child.parameters.map(({ key, value, noEcho }) => ({ key, value: noEcho ? undefined : value })), tags, notificationArns, timeoutInMinutes };
    },

    remove(stackId) {
      const child = state.get(STACKS, stackId);
      if (child === undefined || child.status === 'DELETE_COMPLETE' || child.status === 'DELETE_IN_PROGRESS') return;
      const inUse = exportInUse(state, child);
      if (inUse !== undefined) throw validationError(inUse);
      state.transact((tx) => beginDelete(tx, stackId, { parentOperationId: run.stack.operationId, mode: run.stack.mode, roleArn: run.stack.roleArn, retained: [], forced: run.stack.forced }, moment()));
    },

    removed(stackId) {
      const child = state.get(STACKS, stackId);
      if (child === undefined || child.status === 'DELETE_COMPLETE') return true;
      if (child.status !== 'DELETE_IN_PROGRESS') throw validationError(`Embedded stack ${stackId} was not successfully deleted: ${child.statusReason ?? ''}`);
      return run.drive(stackId);
    },
  };
}
