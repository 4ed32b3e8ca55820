/** An agent's control channel as the service holds it (`protocol.md` §8.2, §8.3). */
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { type AgentMessage, MESSAGE_TYPE } from '../../lib/protocol/agent-message.js';
import { encodeAgentTaskAcknowledge, encodeInteractiveShell, parseAgentTaskComplete } from '../../lib/protocol/control-payloads.js';
import { type AgentJob, type AgentJobAck, type AgentJobReply, encodeAgentJob, encodeAgentJobReplyAck, parseAgentJobAck, parseAgentJobReply } from '../../lib/protocol/job-payloads.js';
import { encodeChannelClosed } from '../../lib/protocol/payloads.js';
import type { SessionRequest } from '../region.js';
import { plainMessage, read, readMessage } from './frame.js';

/** Agents ping every 54 s; one that is silent for longer than two of these is gone. */
const SILENCE_MS = 120_000;

export interface ControlChannelOptions {
  readonly socket: WebSocket;
  readonly instanceId: string;
  readonly now: () => number;
  /** The agent says that a session's work is over. */
  readonly onTaskComplete: (sessionId: string, output: string) => void;
  /** The agent took a job of Run Command, or refused it. */
  readonly onJobAck: (ack: AgentJobAck) => void;
  /** How far a job is; acknowledged once this returns. */
  readonly onJobReply: (reply: AgentJobReply) => void;
  readonly onClose: () => void;
}

export class ControlChannel {
  readonly #options: ControlChannelOptions;
  #silence: NodeJS.Timeout | undefined;
  #open = true;

  constructor(options: ControlChannelOptions) {
    this.#options = options;
    const { socket } = options;
    this.#heard();
    socket.on('ping', () => this.#heard());
    socket.on('message', (data, binary) => {
      this.#heard();
      if (binary) this.#receive(data as Buffer);
    });
    socket.on('error', () => undefined);
    socket.once('close', () => this.close());
  }

  get open(): boolean {
    return this.#open && this.#options.socket.readyState === this.#options.socket.OPEN;
  }

  /** Asks the agent to begin a session. A String parameter travels as a bare string, not as the API's list of one. */
  startSession(request: SessionRequest): void {
    const parameters = Object.fromEntries(Object.entries(request.parameters).map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
    this.#send(MESSAGE_TYPE.interactiveShell, encodeInteractiveShell({
      taskId: request.sessionId,
      topic: MESSAGE_TYPE.interactiveShell,
      content: {
        documentName: request.documentName,
        documentContent: request.document,
        sessionId: request.sessionId,
        parameters,
        runAsUser: '',
        sessionOwner: request.owner,
      },
    }));
  }

  /** Asks the agent to end a session. */
  closeSession(sessionId: string): void {
    this.#send(MESSAGE_TYPE.channelClosed, encodeChannelClosed({
      messageId: randomUUID(),
      createdDate: new Date(this.#options.now()).toISOString(),
      destinationId: this.#options.instanceId,
      sessionId,
    }));
  }

  /** Gives the agent a job of Run Command. */
  sendJob(job: AgentJob): void {
    this.#send(MESSAGE_TYPE.agentJob, encodeAgentJob(job));
  }

  /** Not open from this moment on, whatever the other end gets to know of it. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#silence);
    this.#options.socket.terminate();
    this.#options.onClose();
  }

  #send(type: string, payload: Buffer): void {
    if (this.open) this.#options.socket.send(plainMessage(type, payload, this.#options.now()));
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.close(), SILENCE_MS).unref();
  }

  #receive(bytes: Buffer): void {
    const message = readMessage(bytes);
    switch (message?.messageType) {
      case MESSAGE_TYPE.agentTaskComplete: return this.#taskComplete(message);
      case MESSAGE_TYPE.agentJobAck: {
        const ack = read(parseAgentJobAck, message.payload);
        if (ack !== undefined) this.#options.onJobAck(ack);
        return;
      }
      case MESSAGE_TYPE.agentJobReply: return this.#jobReply(message);
      default:
    }
  }

  #jobReply(message: AgentMessage): void {
    const reply = read(parseAgentJobReply, message.payload);
    if (reply === undefined) return;
    this.#options.onJobReply(reply);
    this.#send(MESSAGE_TYPE.agentJobReplyAck, encodeAgentJobReplyAck({ jobId: reply.jobId, acknowledgedMessageId: message.messageId }));
  }

  #taskComplete(message: AgentMessage): void {
    const complete = read(parseAgentTaskComplete, message.payload);
    if (complete === undefined) return;
    const { taskId, topic, output } = complete;
    this.#send(MESSAGE_TYPE.agentTaskAcknowledge, encodeAgentTaskAcknowledge({ messageId: message.messageId, taskId, topic }));
    this.#options.onTaskComplete(taskId, output);
  }
}
