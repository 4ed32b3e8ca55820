/**
 * Run Command at the agent: takes `agent_job`, acknowledges it, runs its document and replies until the service has
 * acknowledged each reply (`agent-service.md` §5).
 */
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { type AgentMessage, MESSAGE_TYPE } from '../../../lib/protocol/agent-message.js';
import { type AgentJob, encodeAgentJobAck, encodeAgentJobReply, JOB_TOPIC, parseAgentJob, parseAgentJobReplyAck } from '../../../lib/protocol/job-payloads.js';
import type { JsonObject } from '../../../lib/protocol/json-payload.js';
import { plainMessage, read } from '../../messages/frame.js';
import type { Guest } from '../guest.js';
import { CommandDocumentError, type CommandOrder, readCommand } from './command-document.js';
import { runScript, type StepResult } from './script-run.js';

export interface CommandJobsOptions {
  readonly guest: Guest;
  readonly agentVersion: string;
  readonly log: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Refusals of AWS's agent that ours has cause for. */
const REFUSED = { duplicate: '51405', document: '51406', unexpected: '51499' } as const;
const AGAIN_MS = 5000;

export class CommandJobs {
  readonly #options: CommandJobsOptions;
  readonly #running = new Map<string, AbortController>();
  /** Jobs that were taken since boot: one that comes again is not run again. */
  readonly #taken = new Set<string>();
  /** Replies not yet acknowledged, by message id, in their order. */
  readonly #replies = new Map<string, Buffer>();
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CommandJobsOptions) {
    this.#options = options;
  }

  /** The control channel that replies go to from now on; undefined while there is none. What waits is sent. */
  use(socket: WebSocket | undefined): void {
    this.#socket = socket;
    this.#sendReplies();
  }

  /** An `agent_job`. What is none is dropped. */
  receive(message: AgentMessage): void {
    const job = read(parseAgentJob, message.payload);
    if (job === undefined) return;
    const { jobId, topic } = job;
    const acknowledge = (statusCode: string, errorMessage = ''): void => this.#send(MESSAGE_TYPE.agentJobAck, encodeAgentJobAck({
      jobId, acknowledgedMessageId: message.messageId, createdDate: new Date(this.#options.now()).toISOString(), statusCode, errorMessage,
    }));
    if (topic.startsWith(JOB_TOPIC.cancelCommand)) {
      acknowledge('200');
      this.#cancel(job);
    } else if (!topic.startsWith(JOB_TOPIC.sendCommand)) acknowledge(REFUSED.unexpected, `the topic ${topic} is not known`);
    else if (this.#taken.has(jobId)) acknowledge(REFUSED.duplicate, 'the command is known already');
    else this.#begin(job, acknowledge);
  }

  /** An `agent_job_reply_ack`. */
  acknowledged(payload: Buffer): void {
    this.#replies.delete(read(parseAgentJobReplyAck, payload)?.acknowledgedMessageId ?? '');
    if (this.#replies.size === 0) clearTimeout(this.#timer);
  }

  stop(): void {
    for (const running of this.#running.values()) running.abort();
    this.#replies.clear();
    clearTimeout(this.#timer);
  }

  #begin(job: AgentJob, acknowledge: (statusCode: string, errorMessage?: string) => void): void {
    let order: CommandOrder;
    try {
      order = readCommand(job.content);
    } catch (error) {
      if (!(error instanceof CommandDocumentError)) throw error;
      acknowledge(REFUSED.document, error.message);
      return;
    }
    this.#taken.add(job.jobId);
    acknowledge('200');
    this.#options.log(`agent: command ${order.commandId}`);
    void this.#run(job, order);
  }

  async #run(job: AgentJob, order: CommandOrder): Promise<void> {
    const cancel = new AbortController();
    this.#running.set(job.jobId, cancel);
    this.#reply(job, 'InProgress', []);
    const results: StepResult[] = [];
    for (const step of order.steps) results.push(await runScript(this.#options.guest, step, { cancel: cancel.signal, now: this.#options.now }));
    this.#running.delete(job.jobId);
    this.#reply(job, overall(results), results);
  }

  /** The job to cancel is named by its id; one that is over replied already. */
  #cancel(job: AgentJob): void {
    const jobId = job.content['CancelMessageId'];
    if (typeof jobId === 'string') this.#running.get(jobId)?.abort();
  }

  #reply(job: AgentJob, documentStatus: string, results: readonly StepResult[]): void {
    const { agentVersion, now } = this.#options;
    const counts: Record<string, number> = {};
    for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
    const content: JsonObject = {
      additionalInfo: { agent: { lang: 'en-US', name: 'amazon-ssm-agent', os: '', osver: '1', ver: agentVersion }, dateTime: new Date(now()).toISOString(), runId: '', runtimeStatusCounts: counts },
      documentStatus,
      documentTraceOutput: '',
      runtimeStatus: Object.fromEntries(results.map((result) => [result.name, runtimeStatus(result)])),
    };
    const messageId = randomUUID();
    this.#replies.set(messageId, plainMessage(MESSAGE_TYPE.agentJobReply, encodeAgentJobReply({ jobId: job.jobId, topic: job.topic, content }), now(), { messageId }));
    this.#sendReplies();
  }

  #sendReplies(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (socket === undefined || socket.readyState !== socket.OPEN || this.#replies.size === 0) return;
    for (const frame of this.#replies.values()) socket.send(frame);
    this.#timer = setTimeout(() => this.#sendReplies(), AGAIN_MS).unref();
  }

  #send(type: string, payload: Buffer): void {
    const socket = this.#socket;
    if (socket !== undefined && socket.readyState === socket.OPEN) socket.send(plainMessage(type, payload, this.#options.now()));
  }
}

/** Failed before TimedOut before Cancelled: the contract between service and agent. */
function overall(results: readonly StepResult[]): string {
  const worst = (['Failed', 'TimedOut', 'Cancelled'] as const).find((status) => results.some((result) => result.status === status));
  return worst ?? 'Success';
}

function runtimeStatus(result: StepResult): JsonObject {
  const { standardOutput, standardError } = result;
  return {
    code: result.code,
    name: result.name,
    status: result.status,
    output: standardError === '' ? standardOutput : `${standardOutput}\n----------ERROR-------\n${standardError}`,
    startDateTime: new Date(result.started).toISOString(),
    endDateTime: new Date(result.finished).toISOString(),
    standardOutput,
    standardError,
    outputS3BucketName: '',
    outputS3KeyPrefix: '',
    stepName: '',
  };
}
