/** cloudformation:UpdateStack. */
import { boolOpt } from '../../endpoint/input.js';
import { AwsError, type Operation } from '../../endpoint/operation.js';
import { readWhole } from '../../endpoint/reads.js';
import { predictChanges } from '../engine/changes.js';
import { beginUpdate } from '../engine/begin.js';
import { changesNothing } from '../engine/nothing.js';
import { validationError } from '../errors.js';
import { stackRecord, type StackRecord } from '../records.js';
import { deploymentModeOf, onFailureOfMode, requireKept, requireSameMode } from './deployment-config.js';
import { clientRequestTokenOf, refuseMembers, requestedDeployment, requiredStack, type Control } from './request.js';
import { roleArnOf } from '../service-role.js';

const UPDATABLE = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE', 'UPDATE_FAILED', 'CREATE_FAILED']);

/** Throws ValidationError unless the stack is at rest and whole enough to be changed. */
export function requireUpdatable({ stackId, status, template }: StackRecord): void {
  // What an import that failed left of a new stack has no template to go back to.
  if (!UPDATABLE.has(status) || template === '') throw validationError(`Stack:${stackId} is in ${status} state and can not be updated.`);
}

export const updateStack = (control: Control): Operation => (input, context) => {
  refuseMembers(input, ['StackPolicyBody', 'StackPolicyURL', 'StackPolicyDuringUpdateBody', 'StackPolicyDuringUpdateURL', 'ResourceTypes', 'RollbackConfiguration.RollbackTriggers']);
  const stack = requiredStack(input, context, (name) => validationError(`Stack [${name}] does not exist`));
  const { stackId } = stack;
  const clientRequestToken = clientRequestTokenOf(input);
  if (clientRequestToken !== undefined && clientRequestToken === stack.clientRequestToken) {
    if (!stack.status.startsWith('UPDATE_')) throw new AwsError('TokenAlreadyExistsException', `Token already exists: ${clientRequestToken}`);
    // It was judged when it came first.
    readWhole(input);
    return { StackId: stackId, OperationId: stack.operationId };
  }
  requireUpdatable(stack);
  const mode = deploymentModeOf(input, ['DisableRollback']);
  requireSameMode(stack, mode);
  const onFailure = mode !== undefined ? onFailureOfMode(mode) : boolOpt(input, 'DisableRollback') === true ? 'DO_NOTHING' : 'ROLLBACK';
  requireKept(stack, onFailure, 'update-stack');
  const { deployment, plan } = requestedDeployment(input, context, control, stack, stack);
  const operationId = control.uuid();
  const retainExceptOnCreate = boolOpt(input, 'RetainExceptOnCreate');
  const roleArn = roleArnOf(input, context) ?? stack.roleArn;
  context.state.transact((tx) => {
    const now = stackRecord(tx, stackId);
    requireUpdatable(now);
    if (changesNothing(now, deployment, predictChanges(control.run(context.region, stackId), plan, deployment))) throw validationError('No updates are to be performed.');
    beginUpdate(tx, stackId, deployment, { onFailure, mode, clientRequestToken, retainExceptOnCreate, roleArn, changeSetId: undefined }, { now: context.now(), operationId, actor: context.caller });
  });
  control.drive(context.region, stackId);
  return { StackId: stackId, OperationId: operationId };
};
