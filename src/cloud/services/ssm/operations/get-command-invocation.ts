/** ssm:GetCommandInvocation. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { optionalString, requiredString } from '../../../endpoint/typed-input.js';
import { commandDocumentNamed } from '../command-documents.js';
import { COMMANDS, INVOCATIONS, invocationKey } from '../run-command/records.js';
import { invocationDetail } from '../run-command/views.js';

export const getCommandInvocation: Operation = (input, context) => {
  const commandId = requiredString(input, 'CommandId', { min: 36, max: 36 });
  const instanceId = requiredString(input, 'InstanceId', { pattern: /(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)/ });
  const asked = optionalString(input, 'PluginName', { min: 4 });
  const command = context.state.get(COMMANDS, commandId);
  const invocation = context.state.get(INVOCATIONS, invocationKey({ commandId, instanceId }));
  if (command === undefined || invocation === undefined) throw new AwsError('InvocationDoesNotExist', '');
  const plugins = Object.keys(commandDocumentNamed(command.documentName).document.runtimeConfig);
  const pluginName = asked ?? plugins[0] ?? '';
  if (!plugins.includes(pluginName)) throw new AwsError('InvalidPluginName', `The plugin name ${pluginName} is not valid: ${command.documentName} has ${plugins.join(', ')}.`);
  return invocationDetail(command, invocation, pluginName);
};
