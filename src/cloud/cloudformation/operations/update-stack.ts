/** cloudformation:UpdateStack. */
import { boolOpt, strOpt } from '../../endpoint/input.js';
import type { Operation, OperationContext } from '../../endpoint/operation.js';
import type { Transaction } from '../../state/store.js';
import { predictChanges } from '../engine/changes.js';
import { setStack } from '../engine/recorder.js';
import { validationError } from '../errors.js';
import { deploymentOf, stackRecord, type ChangeRecord, type Deployment, type StackRecord } from '../records.js';
import { sameValue, type Value } from '../template/value.js';
import { parseTemplate } from '../template/template.js';
import { refuseMembers, requestedDeployment, requiredStack, type Control } from './request.js';

const UPDATABLE = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE', 'UPDATE_FAILED', 'CREATE_FAILED']);

/** Throws ValidationError unless the stack is at rest and whole enough to be changed. */
export function requireUpdatable({ stackId, status }: StackRecord): void {
  if (!UPDATABLE.has(status)) throw validationError(`Stack:${stackId} is in ${status} state and can not be updated.`);
}

/** Whether an update would do nothing: no resource changes, and the outputs are declared as they were. */
export function changesNothing(stack: StackRecord, deployment: Deployment, changes: readonly ChangeRecord[]): boolean {
  if (changes.length > 0 || stack.status.endsWith('_FAILED')) return false;
  const outputs = ({ template }: Deployment) => [...parseTemplate(template).outputs.values()] as unknown as Value;
  const inputs = ({ parameters, tags }: Deployment) => ({ parameters, tags }) as unknown as Value;
  return sameValue(outputs(stack), outputs(deployment)) && sameValue(inputs(stack), inputs(deployment));
}

/** Records that the update begins; what the stack was last deployed from whole is kept for the rollback. */
export function beginUpdate(tx: Transaction, stackId: string, deployment: Deployment, change: Partial<StackRecord>, context: OperationContext, control: Control): void {
  const stack = stackRecord(tx, stackId);
  setStack(tx, stackId, context.now(), {
    ...deployment,
    ...change,
    previous: stack.status === 'UPDATE_FAILED' ? stack.previous : deploymentOf(stack),
    status: 'UPDATE_IN_PROGRESS',
    statusReason: 'User Initiated',
    operationId: control.uuid(),
    startedAt: context.now(),
    updatedAt: context.now(),
  });
}

export const updateStack = (control: Control): Operation => async (input, context) => {
  refuseMembers(input, ['StackPolicyBody', 'StackPolicyURL', 'StackPolicyDuringUpdateBody', 'StackPolicyDuringUpdateURL', 'ResourceTypes', 'RollbackConfiguration.RollbackTriggers', 'DeploymentConfig']);
  const stack = requiredStack(input, context, (name) => validationError(`Stack [${name}] does not exist`));
  const { stackId } = stack;
  requireUpdatable(stack);
  const { deployment, plan } = await requestedDeployment(input, context, control, stack, stack);
  const disableRollback = boolOpt(input, 'DisableRollback') ?? false;
  const clientRequestToken = strOpt(input, 'ClientRequestToken');
  context.state.transact((tx) => {
    const now = stackRecord(tx, stackId);
    requireUpdatable(now);
    if (changesNothing(now, deployment, predictChanges(control.run(context.region, stackId), plan, deployment))) throw validationError('No updates are to be performed.');
    beginUpdate(tx, stackId, deployment, { onFailure: disableRollback ? 'DO_NOTHING' : 'ROLLBACK', clientRequestToken }, context, control);
  });
  control.drive(context.region, stackId);
  return { StackId: stackId };
};
