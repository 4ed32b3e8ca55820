/** ssm:GetCommandInvocation. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { optionalString, requiredString } from '../../../endpoint/typed-input.js';
import { stepNames } from '../command-documents.js';
import { COMMANDS, INVOCATIONS, invocationKey } from '../run-command/records.js';
import { invocationDetail } from '../run-command/views.js';

export const getCommandInvocation: Operation = (input, context) => {
  const commandId = requiredString(input, 'CommandId', { min: 36, max: 36 });
  const instanceId = requiredString(input, 'InstanceId', { pattern: /(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)/ });
  const asked = optionalString(input, 'PluginName', { min: 4 });
  const command = context.state.get(COMMANDS, commandId);
  const invocation = context.state.get(INVOCATIONS, invocationKey({ commandId, instanceId }));
  if (command === undefined || invocation === undefined) throw new AwsError('InvocationDoesNotExist', '');
  const steps = stepNames(command.document);
  const [only] = steps.length === 1 ? steps : [];
  const pluginName = asked ?? only;
  if (pluginName === undefined || !steps.includes(pluginName)) throw new AwsError('InvalidPluginName', `${asked === undefined ? 'The document has several steps, and the plugin name says which' : `The plugin name ${asked} is not valid`}: ${command.documentName} has ${steps.join(', ')}.`);
  return invocationDetail(command, invocation, pluginName);
};
