/** cloudformation:DeleteStack; a name that is not there is a success (c18). */
import { list, oneOfOpt, str } from '../../endpoint/input.js';
import type { Operation } from '../../endpoint/operation.js';
import { beginDelete } from '../engine/begin.js';
import { setStack } from '../engine/recorder.js';
import { validationError } from '../errors.js';
import { exportInUse } from '../exports.js';
import { ancestorsOf, findStack, RESOURCES, resourceKey } from '../records.js';
import { deploymentModeOf } from './deployment-config.js';
import { clientRequestTokenOf, momentOf, type Control } from './request.js';
import { roleArnOf } from '../service-role.js';

export const deleteStack = (control: Control): Operation => (input, context) => {
  const name = str(input, 'StackName');
  const forced = oneOfOpt(input, 'DeletionMode', ['STANDARD', 'FORCE_DELETE_STACK']) === 'FORCE_DELETE_STACK';
  const retained = list(input, 'RetainResources');
  const clientRequestToken = clientRequestTokenOf(input);
  const roleArn = roleArnOf(input, context);
  const mode = deploymentModeOf(input);
  const stackId = context.state.transact((tx) => {
    const stack = findStack(tx, name);
    if (stack === undefined || stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS') return undefined;
    const { stackId: id, stackName, status } = stack;
    const root = ancestorsOf(tx, stack).at(-1) ?? stack;
    if (root.terminationProtection) {
      throw validationError(root === stack ? `Stack [${stackName}] cannot be deleted while TerminationProtection is enabled` : `Stack [${stackName}] cannot be deleted while TerminationProtection is enabled on its root stack [${root.stackName}]`);
    }
    if (/^(?:UPDATE|IMPORT)_.*IN_PROGRESS$/.test(status)) throw validationError(`Stack [${id}] cannot be deleted while in status ${status}`);
    if (retained.length > 0 && status !== 'DELETE_FAILED') throw validationError(`Invalid operation on stack [${id}]. When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.`);
    if (forced && status !== 'DELETE_FAILED') throw validationError(`Invalid operation on stack [${id}]. FORCE_DELETE_STACK is only for a stack in the DELETE_FAILED state; this one is in ${status}.`);
    const unknown = retained.find((logicalId) => tx.get(RESOURCES, resourceKey(id, logicalId)) === undefined);
    if (unknown !== undefined) throw validationError(`Resource ${unknown} does not exist for stack ${stackName}`);
    const inUse = exportInUse(tx, stack);
    if (inUse !== undefined) {
      // As on AWS the call succeeds; the event says that nothing comes of it.
      setStack(tx, id, context.now(), { status, statusReason: inUse });
      return undefined;
    }
    beginDelete(tx, id, { retained, clientRequestToken, forced, mode, roleArn: roleArn ?? stack.roleArn }, momentOf(context, control));
    return id;
  });
  if (stackId !== undefined) control.drive(context.region, stackId);
  return {};
};
