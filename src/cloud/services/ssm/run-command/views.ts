/** Commands and invocations as the API shows them. */
import { AwsError, type OperationContext, type Output } from '../../../endpoint/operation.js';
import { INSTANCES } from '../records.js';
import { COMMANDS, type CommandRecord, type InvocationRecord, invocationsOf, type PluginResult } from './records.js';
import { stateOf } from './status.js';

/** AWS keeps commands for 30 days. */
export const HISTORY_MS = 30 * 86_400_000;
/** ListCommandInvocations gives so much of a plugin's output. */
const LISTED_OUTPUT = 2500;
const NO_OUTPUT_CONFIG = { CloudWatchLogGroupName: '', CloudWatchOutputEnabled: false };
const NO_NOTIFICATIONS = { NotificationArn: '', NotificationEvents: [], NotificationType: '' };

/** Throws InvalidCommandId. */
export function commandNamed(commandId: string, context: OperationContext): CommandRecord {
  const command = context.state.get(COMMANDS, commandId);
  if (command === undefined || command.requested + HISTORY_MS <= context.now()) throw new AwsError('InvalidCommandId', `The command ID ${commandId} is not known.`);
  return command;
}

/** Newest first. */
export function commandsOf(context: OperationContext): CommandRecord[] {
  const oldest = context.now() - HISTORY_MS;
  return context.state.list(COMMANDS).filter((command) => command.requested > oldest).toReversed();
}

export function commandView(command: CommandRecord, context: OperationContext): Output {
  const { status, details, completed, errors, deliveryTimedOut } = stateOf(command, invocationsOf(context.state, command));
  return {
    CommandId: command.commandId,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    Comment: command.comment,
    ExpiresAfter: new Date(command.expiresAfter),
    Parameters: command.parameters,
    InstanceIds: command.instanceIds,
    Targets: command.targets,
    RequestedDateTime: new Date(command.requested),
    Status: status,
    StatusDetails: details,
    OutputS3BucketName: '',
    OutputS3KeyPrefix: '',
    MaxConcurrency: command.maxConcurrency,
    MaxErrors: command.maxErrors,
    TargetCount: command.targetIds.length,
    CompletedCount: completed,
    ErrorCount: errors,
    DeliveryTimedOutCount: deliveryTimedOut,
    ServiceRole: '',
    NotificationConfig: NO_NOTIFICATIONS,
    CloudWatchOutputConfig: NO_OUTPUT_CONFIG,
    TimeoutSeconds: command.timeoutSeconds,
  };
}

function dateOf(text: string): Date | undefined {
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : new Date(at);
}

const PLUGIN_STATUS: Readonly<Record<string, string>> = { Delayed: 'Pending', Cancelling: 'InProgress' };

function pluginView(plugin: PluginResult, invocation: InvocationRecord): Output {
  const status = plugin.status === 'NotStarted' ? 'Pending' : plugin.status;
  return {
    Name: plugin.name,
    Status: PLUGIN_STATUS[status] ?? status,
    StatusDetails: invocation.plugins.length === 1 ? invocation.details : status,
    ResponseCode: plugin.responseCode,
    ResponseStartDateTime: dateOf(plugin.started),
    ResponseFinishDateTime: dateOf(plugin.finished),
    Output: plugin.output.slice(0, LISTED_OUTPUT),
    StandardOutputUrl: '',
    StandardErrorUrl: '',
    OutputS3BucketName: '',
    OutputS3KeyPrefix: '',
  };
}

export function invocationView(command: CommandRecord, invocation: InvocationRecord, withPlugins: boolean, context: OperationContext): Output {
  return {
    CommandId: invocation.commandId,
    InstanceId: invocation.instanceId,
    InstanceName: context.state.get(INSTANCES, invocation.instanceId)?.computerName ?? '',
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    RequestedDateTime: new Date(command.requested),
    Status: invocation.status,
    StatusDetails: invocation.details,
    TraceOutput: invocation.trace,
    StandardOutputUrl: '',
    StandardErrorUrl: '',
    CommandPlugins: withPlugins ? invocation.plugins.map((plugin) => pluginView(plugin, invocation)) : [],
    ServiceRole: '',
    NotificationConfig: NO_NOTIFICATIONS,
    CloudWatchOutputConfig: NO_OUTPUT_CONFIG,
  };
}

/** `PT1.5S`, as GetCommandInvocation gives it; empty until both times are known. */
function elapsed(plugin: PluginResult | undefined): string {
  const [from, to] = [Date.parse(plugin?.started ?? ''), Date.parse(plugin?.finished ?? '')];
  return Number.isNaN(from) || Number.isNaN(to) ? '' : `PT${(to - from) / 1000}S`;
}

export function invocationDetail(command: CommandRecord, invocation: InvocationRecord, pluginName: string): Output {
  const plugin = invocation.plugins.find((one) => one.name === pluginName);
  return {
    CommandId: invocation.commandId,
    InstanceId: invocation.instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    PluginName: pluginName,
    ResponseCode: plugin?.responseCode ?? -1,
    ExecutionStartDateTime: plugin?.started ?? '',
    ExecutionElapsedTime: elapsed(plugin),
    ExecutionEndDateTime: plugin?.finished ?? '',
    Status: invocation.status,
    StatusDetails: invocation.details,
    StandardOutputContent: plugin?.standardOutput ?? '',
    StandardOutputUrl: '',
    // What kept the command from running has no other place here.
    StandardErrorContent: plugin === undefined || plugin.standardError === '' ? (plugin?.standardError ?? invocation.trace) : plugin.standardError,
    StandardErrorUrl: '',
    CloudWatchOutputConfig: NO_OUTPUT_CONFIG,
  };
}
