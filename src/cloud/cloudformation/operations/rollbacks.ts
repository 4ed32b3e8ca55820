/** cloudformation:CancelUpdateStack, ContinueUpdateRollback and RollbackStack: a way back that the user asks for. */
import { boolOpt, list } from '../../endpoint/input.js';
import type { Input, Operation, OperationContext } from '../../endpoint/operation.js';
import { beginRollback, beginUpdateRollback, continueUpdateRollback } from '../engine/begin.js';
import { validationError } from '../errors.js';
import { ancestorsOf, RESOURCES, resourceKey, STACKS, type StackRecord } from '../records.js';
import { deploymentModeOf, requireRollback } from './deployment-config.js';
import { clientRequestTokenOf, momentOf, requiredStack, type Control } from './request.js';
import { roleArnOf } from '../service-role.js';

function stackOf(input: Input, context: OperationContext): StackRecord {
  return requiredStack(input, context, (name) => validationError(`Stack [${name}] does not exist`));
}

export const cancelUpdateStack = (control: Control): Operation => (input, context) => {
  const clientRequestToken = clientRequestTokenOf(input);
  const stackId = context.state.transact((tx) => {
    const { stackId: id, status } = stackOf(input, context);
    if (status !== 'UPDATE_IN_PROGRESS') throw validationError('CancelUpdateStack cannot be called from current stack status');
    beginUpdateRollback(tx, id, 'User Initiated', momentOf(context, control), { clientRequestToken });
    return id;
  });
  control.drive(context.region, stackId);
  return {};
};

/** The resources to skip, by the stack that has them: `Resource`, or `NestedStackName.Resource`. */
function skippedOf(names: readonly string[], stack: StackRecord, context: OperationContext): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const name of names) {
    const dot = name.indexOf('.');
    const [stackName, logicalId] = dot < 0 ? [stack.stackName, name] : [name.slice(0, dot), name.slice(dot + 1)];
    const owner = dot < 0 ? stack : context.state.list(STACKS).find((other) => other.stackName === stackName && ancestorsOf(context.state, other).some(({ stackId }) => stackId === stack.stackId));
    const record = owner === undefined ? undefined : context.state.get(RESOURCES, resourceKey(owner.stackId, logicalId));
    if (owner === undefined || record?.status !== 'UPDATE_FAILED') {
      throw validationError(`Resource ${name} cannot be skipped: only resources in the UPDATE_FAILED state can, and it is ${record === undefined ? 'not there' : `in ${record.status}`}`);
    }
    found.set(owner.stackId, [...(found.get(owner.stackId) ?? []), logicalId]);
  }
  return found;
}

export const continueRollback = (control: Control): Operation => (input, context) => {
  const clientRequestToken = clientRequestTokenOf(input);
  const roleArn = roleArnOf(input, context);
  const names = list(input, 'ResourcesToSkip');
  const stacks = context.state.transact((tx) => {
    const stack = stackOf(input, context);
    const { stackId: id, status, parentId } = stack;
    if (status !== 'UPDATE_ROLLBACK_FAILED') throw validationError(`Stack:${id} is in ${status} state and can not be continued rolling back: it has to be in UPDATE_ROLLBACK_FAILED`);
    if (parentId !== undefined) throw validationError(`RollbackUpdatedStack cannot be invoked on child stacks`);
    const skipped = skippedOf(names, stack, context);
    const change = { clientRequestToken, roleArn: roleArn ?? stack.roleArn };
    for (const [owner, logicalIds] of skipped) if (owner !== id) continueUpdateRollback(tx, owner, logicalIds, momentOf(context, control), change);
    continueUpdateRollback(tx, id, skipped.get(id) ?? [], momentOf(context, control), change);
    return [...skipped.keys(), id];
  });
  for (const stackId of stacks) control.drive(context.region, stackId);
  return {};
};

export const rollbackStack = (control: Control): Operation => (input, context) => {
  const clientRequestToken = clientRequestTokenOf(input);
  const roleArn = roleArnOf(input, context);
  const retainExceptOnCreate = boolOpt(input, 'RetainExceptOnCreate');
  const mode = deploymentModeOf(input);
  const [stackId, operationId] = context.state.transact((tx) => {
    const stack = stackOf(input, context);
    const { stackId: id, status, roleArn: present } = stack;
    requireRollback(stack, mode);
    const moment = momentOf(context, control);
    const change = { clientRequestToken, roleArn: roleArn ?? present, retainExceptOnCreate, mode };
    if (status === 'CREATE_FAILED') beginRollback(tx, id, moment, change);
    else if (status === 'UPDATE_FAILED') beginUpdateRollback(tx, id, 'User Initiated', moment, change);
    else throw validationError(`Stack:${id} is in ${status} state and can not be rolled back: it has to be in CREATE_FAILED or UPDATE_FAILED`);
    return [id, moment.operationId];
  });
  control.drive(context.region, stackId);
  return { StackId: stackId, OperationId: operationId };
};
