/** ssm:CancelCommand: what was not sent is cancelled at once, for the rest the agents are asked. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { requiredString } from '../../../endpoint/typed-input.js';
import { INVOCATIONS, invocationKey, invocationsOf } from '../run-command/records.js';
import { isFinal } from '../run-command/status.js';
import { instanceIdsOf } from '../run-command/targets.js';
import { commandNamed } from '../run-command/views.js';

export const cancelCommand: Operation = (input, context) => {
  const command = commandNamed(requiredString(input, 'CommandId', { min: 36, max: 36 }), context);
  const asked = instanceIdsOf(input);
  const foreign = asked.find((id) => !command.targetIds.includes(id));
  if (foreign !== undefined) throw new AwsError('InvalidInstanceId', `The command ${command.commandId} was not sent to ${foreign}.`);
  context.state.transact((tx) => {
    for (const invocation of invocationsOf(tx, command)) {
      if (isFinal(invocation) || (asked.length > 0 && !asked.includes(invocation.instanceId))) continue;
      const status = invocation.sent ? 'Cancelling' : 'Cancelled';
      tx.put(INVOCATIONS, invocationKey(invocation), { ...invocation, status, details: status });
    }
  });
  return {};
};
