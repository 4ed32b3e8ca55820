/** cloudformation:CreateStack. */
import { bool, boolOpt, has, intOpt, oneOfOpt } from '../../endpoint/input.js';
import { readWhole } from '../../endpoint/reads.js';
import { AwsError, type Input, type Operation, type OperationContext } from '../../endpoint/operation.js';
import { beginCreate, newStack } from '../engine/begin.js';
import { validationError } from '../errors.js';
import { findStack, type StackRecord } from '../records.js';
import { deploymentModeOf, onFailureOfMode } from './deployment-config.js';
import { clientRequestTokenOf, momentOf, newStackName, refuseMembers, requestedDeployment, type Control } from './request.js';
import { roleArnOf } from '../service-role.js';

export const ON_FAILURE = ['ROLLBACK', 'DO_NOTHING', 'DELETE'] as const;

export function alreadyExists(name: string): AwsError {
  return new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);
}

function onFailureOf(input: Input): StackRecord['onFailure'] {
  if (has(input, 'OnFailure') && has(input, 'DisableRollback')) throw validationError('You cannot specify both OnFailure and DisableRollback.');
  return oneOfOpt(input, 'OnFailure', ON_FAILURE) ?? (boolOpt(input, 'DisableRollback') === true ? 'DO_NOTHING' : 'ROLLBACK');
}

/** ARN of a new stack. */
export function newStackId(context: OperationContext, name: string, uuid: string): string {
  return `arn:aws:cloudformation:${context.region}:${context.accountId}:stack/${name}/${uuid}`;
}

export const createStack = (control: Control): Operation => (input, context) => {
  refuseMembers(input, ['StackPolicyBody', 'StackPolicyURL', 'ResourceTypes', 'RollbackConfiguration.RollbackTriggers']);
  const stackName = newStackName(input);
  const clientRequestToken = clientRequestTokenOf(input);
  /** The stack that is there under this name; the same request again is answered by what it made. */
  const present = (): StackRecord | undefined => {
    const stack = findStack(context.state, stackName);
    if (stack !== undefined && (clientRequestToken === undefined || stack.clientRequestToken !== clientRequestToken)) throw alreadyExists(stackName);
    return stack;
  };
  const before = present();
  if (before !== undefined) {
    // It was judged when it came first.
    readWhole(input);
    return { StackId: before.stackId, OperationId: before.operationId };
  }
  const mode = deploymentModeOf(input, ['OnFailure', 'DisableRollback']);
  const onFailure = mode === undefined ? onFailureOf(input) : onFailureOfMode(mode);
  const timeoutInMinutes = intOpt(input, 'TimeoutInMinutes', { min: 1 });
  const stackId = newStackId(context, stackName, control.uuid());
  const { deployment } = requestedDeployment(input, context, control, { stackId, stackName });
  const made = context.state.transact((tx) => {
    const meanwhile = present();
    if (meanwhile !== undefined) return meanwhile;
    const stack: StackRecord = {
      ...newStack({ stackId, stackName }, deployment, 'CREATE_IN_PROGRESS', momentOf(context, control)),
      onFailure,
      mode,
      timeoutInMinutes,
      clientRequestToken,
      roleArn: roleArnOf(input, context),
      retainExceptOnCreate: boolOpt(input, 'RetainExceptOnCreate'),
      terminationProtection: bool(input, 'EnableTerminationProtection', false),
    };
    beginCreate(tx, stack, context.now());
    return stack;
  });
  control.drive(context.region, made.stackId);
  return { StackId: made.stackId, OperationId: made.operationId };
};
