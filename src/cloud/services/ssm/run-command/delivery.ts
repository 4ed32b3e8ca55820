/**
 * What is to be sent to which agent, and what its answers mean. Decides over records alone, so that a restart goes on
 * where the journal ends; `cloud/run-command.ts` does the sending. Source: `agent-service.md` §5.
 */
import { randomUUID } from 'node:crypto';
import { type AgentJob as Job, JOB_TOPIC } from '../../../../lib/protocol/job-payloads.js';
import type { JsonObject } from '../../../../lib/protocol/json-payload.js';
import type { Store, Transaction } from '../../../state/store.js';
import { COMMANDS, type CommandRecord, type InvocationRecord, INVOCATIONS, invocationKey, invocationsOf, type InvocationStatus, type PluginResult } from './records.js';
import { countOf, isError, isFinal } from './status.js';

/** What goes to an agent as `agent_job`. */
export interface AgentJob extends Job {
  readonly instanceId: string;
}

const JOB_ID = /^aws\.ssm\.([0-9a-f-]{36})\.((?:i|mi)-[0-9a-f]+)$/;
const jobIdOf = (commandId: string, instanceId: string): string => `aws.ssm.${commandId}.${instanceId}`;

/** The agent has the job already: what was sent before arrived. */
const DUPLICATE = '51405';

function change(tx: Transaction, invocation: InvocationRecord, changes: Partial<InvocationRecord>): void {
  tx.put(INVOCATIONS, invocationKey(invocation), { ...invocation, ...changes });
}

/** A String parameter travels as a bare string, a list as a list. */
function jobContent(command: CommandRecord): JsonObject {
  const { document } = command;
  const parameters = Object.entries(document.parameters).flatMap(([parameter, { type, default: fallback }]) => {
    const given = command.parameters[parameter] ?? (fallback === undefined ? undefined : [fallback]);
    return given === undefined ? [] : [[parameter, type === 'String' ? given[0] : given] as const];
  });
  return {
    Parameters: Object.fromEntries(parameters),
    DocumentContent: { ...document },
    CommandId: command.commandId,
    DocumentName: command.documentName,
    OutputS3KeyPrefix: '',
    OutputS3BucketName: '',
    CloudWatchLogGroupName: '',
    CloudWatchOutputEnabled: 'false',
  };
}

function expire(tx: Transaction, command: CommandRecord, invocation: InvocationRecord, now: number): InvocationRecord {
  const undelivered = invocation.status === 'Pending' || invocation.status === 'Delayed';
  if (isFinal(invocation) || now < (undelivered ? command.deliverUntil : command.expiresAfter)) return invocation;
  const ended: InvocationRecord = { ...invocation, status: 'TimedOut', details: undelivered ? 'DeliveryTimedOut' : 'ExecutionTimedOut' };
  tx.put(INVOCATIONS, invocationKey(invocation), ended);
  return ended;
}

/** The jobs of one command that are due, with the records changed to say that they were sent. */
function dueJobs(tx: Transaction, command: CommandRecord, now: number, isConnected: (instanceId: string) => boolean): AgentJob[] {
  const invocations = invocationsOf(tx, command).map((invocation) => expire(tx, command, invocation, now));
  const allowedErrors = countOf(command.maxErrors, invocations.length);
  const tooManyErrors = invocations.filter(isError).length > allowedErrors;
  let free = Math.max(1, countOf(command.maxConcurrency, invocations.length)) - invocations.filter((invocation) => invocation.sent && !isFinal(invocation)).length;
  return invocations.flatMap((invocation): AgentJob[] => {
    const { commandId, instanceId, status, sent } = invocation;
    if (status === 'Cancelling' && !invocation.cancelSent && isConnected(instanceId)) {
      change(tx, invocation, { cancelSent: true });
      return [{ instanceId, jobId: jobIdOf(randomUUID(), instanceId), topic: JOB_TOPIC.cancelCommand, content: { CancelMessageId: jobIdOf(commandId, instanceId) } }];
    }
    if (sent || (status !== 'Pending' && status !== 'Delayed')) return [];
    if (tooManyErrors) {
      change(tx, invocation, { status: 'Cancelled', details: 'Terminated' });
      return [];
    }
    if (free <= 0) return [];
    if (!isConnected(instanceId)) {
      if (status !== 'Delayed') change(tx, invocation, { status: 'Delayed', details: 'Delayed' });
      return [];
    }
    free -= 1;
    change(tx, invocation, { sent: true });
    return [{ instanceId, jobId: jobIdOf(commandId, instanceId), topic: JOB_TOPIC.sendCommand, content: jobContent(command) }];
  });
}

export interface Round {
  readonly jobs: readonly AgentJob[];
  /** Milliseconds since the epoch when time alone will have something to do; undefined for never. */
  readonly next: number | undefined;
}

/** Ends what ran out of time and takes out what may be sent now. */
export function deliveryRound(state: Store, now: number, isConnected: (instanceId: string) => boolean): Round {
  const open = state.list(COMMANDS).filter((command) => !invocationsOf(state, command).every(isFinal));
  const jobs = open.flatMap((command) => state.transact((tx) => dueJobs(tx, command, now, isConnected)));
  const deadlines = open.flatMap(({ deliverUntil, expiresAfter }) => [deliverUntil, expiresAfter]).filter((deadline) => deadline > now);
  return { jobs, next: deadlines.length === 0 ? undefined : Math.min(...deadlines) };
}

function find(tx: Transaction, jobId: string, instanceId: string): InvocationRecord | undefined {
  const [, commandId = '', target] = JOB_ID.exec(jobId) ?? [];
  return target === instanceId ? tx.get(INVOCATIONS, invocationKey({ commandId, instanceId })) : undefined;
}

/** The agent took the job (`statusCode` 200), or says why not. Of a job that is not known, or over, nothing comes. */
export function jobAcknowledged(state: Store, instanceId: string, { jobId, statusCode, errorMessage }: { readonly jobId: string; readonly statusCode: string; readonly errorMessage: string }): void {
  state.transact((tx) => {
    const invocation = find(tx, jobId, instanceId);
    if (invocation === undefined || (invocation.status !== 'Pending' && invocation.status !== 'Delayed')) return;
    if (statusCode === '200' || statusCode === DUPLICATE) change(tx, invocation, { status: 'InProgress', details: 'InProgress' });
    else change(tx, invocation, { status: 'Failed', details: 'Undeliverable', trace: errorMessage === '' ? `The agent refused the command (${statusCode}).` : errorMessage });
  });
}

/** An agent's account of a job: the status of the document and of each plugin. */
export interface JobReply {
  readonly jobId: string;
  readonly documentStatus: string;
  readonly trace: string;
  readonly plugins: readonly PluginResult[];
}

const STATUS: Readonly<Record<string, readonly [InvocationStatus, string]>> = {
  Success: ['Success', 'Success'],
  Failed: ['Failed', 'Failed'],
  TimedOut: ['TimedOut', 'ExecutionTimedOut'],
  Cancelled: ['Cancelled', 'Cancelled'],
};

export function jobReplied(state: Store, instanceId: string, reply: JobReply): void {
  state.transact((tx) => {
    const invocation = find(tx, reply.jobId, instanceId);
    if (invocation === undefined || isFinal(invocation)) return;
    const plugins = [...invocation.plugins.filter((known) => !reply.plugins.some((told) => told.name === known.name)), ...reply.plugins];
    const [status, details] = STATUS[reply.documentStatus] ?? (invocation.status === 'Cancelling' ? ['Cancelling', 'Cancelling'] as const : ['InProgress', 'InProgress'] as const);
    change(tx, invocation, { status, details, plugins, trace: reply.trace });
  });
}

/** The agent's channel is gone: what it has not acknowledged is to be sent again. */
export function channelLost(state: Store, instanceId: string): void {
  state.transact((tx) => {
    for (const invocation of tx.list(INVOCATIONS)) {
      if (invocation.instanceId !== instanceId || isFinal(invocation)) continue;
      if (invocation.sent && (invocation.status === 'Pending' || invocation.status === 'Delayed')) change(tx, invocation, { sent: false });
      if (invocation.cancelSent) change(tx, invocation, { cancelSent: false });
    }
  });
}

/** The instance begins anew: what ran on it is over, and nobody is left to tell how. */
export function instanceBooted(state: Store, instanceId: string): void {
  channelLost(state, instanceId);
  state.transact((tx) => {
    for (const invocation of tx.list(INVOCATIONS)) {
      if (invocation.instanceId !== instanceId) continue;
      if (invocation.status === 'Cancelling') change(tx, invocation, { status: 'Cancelled', details: 'Cancelled' });
      if (invocation.status === 'InProgress') change(tx, invocation, { status: 'Failed', details: 'Failed', trace: 'The instance was restarted while the command ran.' });
    }
  });
}
