/** Brings commands to the agents of a region and their answers to the records: Run Command's living part. */
import type { AgentJobAck, AgentJobReply } from '../lib/protocol/job-payloads.js';
import { type AgentJob, channelLost, deliveryRound, INVOCATIONS_TABLE, jobAcknowledged, jobReplied, readJobReply } from './services/ssm/index.js';
import type { Store } from './state/store.js';

export interface CommandDeliveryOptions {
  readonly state: Store;
  readonly isConnected: (instanceId: string) => boolean;
  /** Sends a job over the agent's control channel. */
  readonly send: (job: AgentJob) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Node's timers end here. */
const LONGEST_MS = 2 ** 31 - 1;

export class CommandDelivery {
  readonly #options: CommandDeliveryOptions;
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;
  #due = false;
  #stopped = false;

  constructor(options: CommandDeliveryOptions) {
    this.#options = options;
    this.#unsubscribe = options.state.onCommit((changes) => {
      if (changes.some((change) => change.table === INVOCATIONS_TABLE)) this.pump();
    });
    this.pump();
  }

  /** Something changed: a command, an answer, an agent that came. Not within the commit: what is due is a transaction too. */
  pump(): void {
    if (this.#due || this.#stopped) return;
    this.#due = true;
    setImmediate(() => this.#round());
  }

  /** An agent's control channel opened or closed. One that opens may have taken another's place, with what that was given. */
  connectionChanged(instanceId: string): void {
    channelLost(this.#options.state, instanceId);
    this.pump();
  }

  acknowledged(instanceId: string, ack: AgentJobAck): void {
    jobAcknowledged(this.#options.state, instanceId, ack);
  }

  replied(instanceId: string, reply: AgentJobReply): void {
    jobReplied(this.#options.state, instanceId, readJobReply(reply));
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe();
    clearTimeout(this.#timer);
  }

  #round(): void {
    this.#due = false;
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const now = this.#options.now();
    const { jobs, next } = deliveryRound(this.#options.state, now, this.#options.isConnected);
    for (const job of jobs) this.#options.send(job);
    if (next !== undefined) this.#timer = setTimeout(() => this.pump(), Math.min(Math.max(next - now, 1), LONGEST_MS)).unref();
  }
}
