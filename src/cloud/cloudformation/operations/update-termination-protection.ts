/** cloudformation:UpdateTerminationProtection. */
import { bool } from '../../endpoint/input.js';
import type { Operation } from '../../endpoint/operation.js';
import { validationError } from '../errors.js';
import { STACKS } from '../records.js';
import { requiredStack } from './request.js';

export const updateTerminationProtection: Operation = (input, context) => {
  const terminationProtection = bool(input, 'EnableTerminationProtection');
  return context.state.transact((tx) => {
    const stack = requiredStack(input, context, (name) => validationError(`Stack [${name}] does not exist`));
    const { stackId, rootId, status } = stack;
    if (rootId !== undefined) throw validationError(`Stack [${stackId}] is nested: termination protection is set on its root stack, ${rootId}`);
    if (status.startsWith('DELETE_') && status !== 'DELETE_FAILED') throw validationError(`Stack [${stackId}] is in ${status} state and its termination protection can not be changed`);
    tx.put(STACKS, stackId, { ...stack, terminationProtection });
    return { StackId: stackId };
  });
};
