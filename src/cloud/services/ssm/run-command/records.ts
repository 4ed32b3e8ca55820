/** Commands and their invocations, one an instance, as the journal keeps them. */
import type { CommandDocument } from '../command-documents.js';
import { type Reader, table } from '../../../state/store.js';

export interface CommandTarget {
  readonly Key: string;
  readonly Values: readonly string[];
}

export interface CommandRecord {
  readonly commandId: string;
  readonly documentName: string;
  /** As it was when the command was sent. */
  readonly document: CommandDocument;
  /** As asked for: `1`, `$DEFAULT` … */
  readonly documentVersion: string;
  readonly comment: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  /** As asked for: ids, or targets. */
  readonly instanceIds: readonly string[];
  readonly targets: readonly CommandTarget[];
  /** Those that it is for, in the order in which they are asked. */
  readonly targetIds: readonly string[];
  /** A number, or a percentage of the targets. */
  readonly maxConcurrency: string;
  readonly maxErrors: string;
  readonly timeoutSeconds: number;
  /** Milliseconds since the epoch, all of them. */
  readonly requested: number;
  /** Not delivered until then: timed out. */
  readonly deliverUntil: number;
  /** Not over until then: timed out. */
  readonly expiresAfter: number;
}

/** What a plugin did, as the agent reports it. */
export interface PluginResult {
  readonly name: string;
  readonly status: string;
  readonly responseCode: number;
  /** Both outputs together, for ListCommandInvocations. */
  readonly output: string;
  readonly standardOutput: string;
  readonly standardError: string;
  /** ISO 8601; empty until it is known. */
  readonly started: string;
  readonly finished: string;
}

export type InvocationStatus = 'Pending' | 'Delayed' | 'InProgress' | 'Cancelling' | 'Success' | 'Failed' | 'Cancelled' | 'TimedOut';

export interface InvocationRecord {
  readonly commandId: string;
  readonly instanceId: string;
  readonly status: InvocationStatus;
  /** `DeliveryTimedOut`, `ExecutionTimedOut`, `Undeliverable`, `Terminated`, else the status. */
  readonly details: string;
  /** Handed to the agent's control channel, and not known to be lost. */
  readonly sent: boolean;
  /** The same of the request to cancel it. */
  readonly cancelSent: boolean;
  readonly plugins: readonly PluginResult[];
  /** What the agent, or the service, says of the whole. */
  readonly trace: string;
}

export const COMMANDS = table<CommandRecord>('ssm/command');
/** By {@link invocationKey}. */
export const INVOCATIONS = table<InvocationRecord>('ssm/command-invocation');

export const INVOCATIONS_TABLE = INVOCATIONS.name;

export function invocationKey({ commandId, instanceId }: Pick<InvocationRecord, 'commandId' | 'instanceId'>): string {
  return `${commandId}/${instanceId}`;
}

/** In the order of the targets. */
export function invocationsOf(state: Reader, command: CommandRecord): InvocationRecord[] {
  return command.targetIds.flatMap((instanceId) => state.get(INVOCATIONS, invocationKey({ commandId: command.commandId, instanceId })) ?? []);
}
