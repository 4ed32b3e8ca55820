/** cloudformation:DeleteStack; a name that is not there is a success (c18). */
import { list, oneOfOpt, str, strOpt } from '../../endpoint/input.js';
import type { Operation } from '../../endpoint/operation.js';
import { beginDelete } from '../engine/begin.js';
import { validationError } from '../errors.js';
import { findStack } from '../records.js';
import type { Control } from './request.js';

export const deleteStack = (control: Control): Operation => (input, context) => {
  const name = str(input, 'StackName');
  oneOfOpt(input, 'DeletionMode', ['STANDARD']);
  const retained = list(input, 'RetainResources');
  const clientRequestToken = strOpt(input, 'ClientRequestToken');
  const stackId = context.state.transact((tx) => {
    const stack = findStack(tx, name);
    if (stack === undefined || stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS') return undefined;
    const { stackId: id, stackName, status } = stack;
    if (stack.terminationProtection) throw validationError(`Stack [${stackName}] cannot be deleted while TerminationProtection is enabled`);
    if (status.startsWith('UPDATE') && status.endsWith('IN_PROGRESS')) throw validationError(`Stack [${id}] cannot be deleted while in status ${status}`);
    if (retained.length > 0 && status !== 'DELETE_FAILED') throw validationError(`Invalid operation on stack [${id}]. When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.`);
    beginDelete(tx, id, { retained, clientRequestToken }, { now: context.now(), operationId: control.uuid() });
    return id;
  });
  if (stackId !== undefined) control.drive(context.region, stackId);
  return {};
};
