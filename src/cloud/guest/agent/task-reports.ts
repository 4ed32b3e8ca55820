/** agent_task_complete, repeated until the service acknowledges it (`protocol.md` §8.3). */
import type { WebSocket } from 'ws';
import { MESSAGE_TYPE } from '../../../lib/protocol/agent-message.js';
import { encodeAgentTaskComplete } from '../../../lib/protocol/control-payloads.js';
import { plainMessage } from '../../messages/frame.js';
import type { SessionResult } from './session-worker.js';

const TRIES = 3;
const AGAIN_MS = 1000;

interface Pending {
  readonly result: SessionResult;
  tries: number;
}

export class TaskReports {
  readonly #instanceId: () => string;
  readonly #now: () => number;
  readonly #pending = new Map<string, Pending>();
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(instanceId: () => string, now: () => number) {
    this.#instanceId = instanceId;
    this.#now = now;
  }

  /** The control channel that reports go to from now on; undefined while there is none. What waits is sent. */
  use(socket: WebSocket | undefined): void {
    this.#socket = socket;
    for (const pending of this.#pending.values()) pending.tries = 0;
    this.#sendAll();
  }

  complete(sessionId: string, result: SessionResult): void {
    this.#pending.set(sessionId, { result, tries: 0 });
    this.#sendAll();
  }

  acknowledged(sessionId: string): void {
    this.#pending.delete(sessionId);
    if (this.#pending.size === 0) clearTimeout(this.#timer);
  }

  stop(): void {
    this.#pending.clear();
    clearTimeout(this.#timer);
  }

  #sendAll(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (socket === undefined || socket.readyState !== socket.OPEN || this.#pending.size === 0) return;
    for (const [sessionId, pending] of this.#pending) {
      if (pending.tries === TRIES) this.#pending.delete(sessionId);
      else this.#send(socket, sessionId, pending);
    }
    this.#timer = setTimeout(() => this.#sendAll(), AGAIN_MS).unref();
  }

  #send(socket: WebSocket, sessionId: string, pending: Pending): void {
    pending.tries += 1;
    socket.send(plainMessage(MESSAGE_TYPE.agentTaskComplete, encodeAgentTaskComplete({
      taskId: sessionId,
      topic: MESSAGE_TYPE.agentTaskComplete,
      finalTaskStatus: pending.result.status,
      instanceId: this.#instanceId(),
      output: pending.result.output,
      retryNumber: pending.tries,
    }), this.#now()));
  }
}
