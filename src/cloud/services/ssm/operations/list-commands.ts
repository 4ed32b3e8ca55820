/** ssm:ListCommands and ssm:ListCommandInvocations, newest first. */
import { AwsError, type Input, type Operation, type OperationContext } from '../../../endpoint/operation.js';
import { optionalBoolean, optionalString, requiredString, structures } from '../../../endpoint/typed-input.js';
import { page } from '../../../endpoint/page.js';
import { type CommandRecord, invocationsOf } from '../run-command/records.js';
import { stateOf } from '../run-command/status.js';
import { commandNamed, commandsOf, commandView, invocationView } from '../run-command/views.js';

const KEYS = ['InvokedAfter', 'InvokedBefore', 'Status', 'ExecutionStage', 'DocumentName'];

interface Judged {
  readonly command: CommandRecord;
  readonly status: string;
  readonly details: string;
}

function timeOf(value: string): number {
  const at = Date.parse(value);
  if (Number.isNaN(at)) throw new AwsError('InvalidFilterKey', `The filter value ${value} is not a date.`);
  return at;
}

function filterTest(filter: Input): (judged: Judged) => boolean {
  const key = requiredString(filter, 'key', { oneOf: KEYS });
  const value = requiredString(filter, 'value', { min: 1, max: 128 });
  switch (key) {
    case 'InvokedAfter': {
      const from = timeOf(value);
      return ({ command }) => command.requested >= from;
    }
    case 'InvokedBefore': {
      const to = timeOf(value);
      return ({ command }) => command.requested <= to;
    }
    case 'Status':
      return ({ status, details }) => status === value || details === value;
    case 'ExecutionStage': {
      if (value !== 'Executing' && value !== 'Complete') throw new AwsError('InvalidFilterKey', `ExecutionStage is Executing or Complete, not ${value}.`);
      return ({ status }) => ['Pending', 'Delayed', 'InProgress', 'Cancelling'].includes(status) === (value === 'Executing');
    }
    default:
      return ({ command }) => command.documentName === value;
  }
}

/** The commands that `CommandId` and `InstanceId` leave. */
function asked(input: Input, context: OperationContext): { readonly commands: readonly CommandRecord[]; readonly instanceId: string | undefined } {
  const commandId = optionalString(input, 'CommandId', { min: 36, max: 36 });
  const instanceId = optionalString(input, 'InstanceId', { pattern: /(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)/ });
  const commands = commandId === undefined ? commandsOf(context) : [commandNamed(commandId, context)];
  return { commands: instanceId === undefined ? commands : commands.filter((command) => command.targetIds.includes(instanceId)), instanceId };
}

const PAGE = { typed: true, default: 50, minimum: 1, maximum: 50 } as const;

export const listCommands: Operation = (input, context) => {
  const tests = structures(input, 'Filters').map(filterTest);
  const commands = asked(input, context).commands.filter((command) => {
    const { status, details } = stateOf(command, invocationsOf(context.state, command));
    return tests.every((test) => test({ command, status, details }));
  });
  const { items, nextToken } = page(commands, input, { ...PAGE, key: (command) => command.commandId });
  return { Commands: items.map((command) => commandView(command, context)), NextToken: nextToken };
};

export const listCommandInvocations: Operation = (input, context) => {
  const details = optionalBoolean(input, 'Details');
  const tests = structures(input, 'Filters').map(filterTest);
  const { commands, instanceId } = asked(input, context);
  const found = commands.flatMap((command) => invocationsOf(context.state, command)
    .filter((invocation) => (instanceId === undefined || invocation.instanceId === instanceId) && tests.every((test) => test({ command, ...invocation })))
    .map((invocation) => ({ command, invocation })));
  const { items, nextToken } = page(found, input, { ...PAGE, key: ({ invocation }) => `${invocation.commandId}/${invocation.instanceId}` });
  return { CommandInvocations: items.map(({ command, invocation }) => invocationView(command, invocation, details, context)), NextToken: nextToken };
};
