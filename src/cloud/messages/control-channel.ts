/** An agent's control channel as the service holds it (`protocol.md` §8.2, §8.3). */
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { SessionRequest } from '../region.js';
import { decodeFrame, frameJson, jsonFrame } from './frame.js';

/** Agents ping every 54 s; one that is silent for longer than two of these is gone. */
const SILENCE_MS = 120_000;

export interface ControlChannelOptions {
  readonly socket: WebSocket;
  readonly instanceId: string;
  readonly now: () => number;
  /** The agent says that a session's work is over. */
  readonly onTaskComplete: (sessionId: string, output: string) => void;
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
    const content = {
      DocumentName: request.documentName,
      DocumentContent: request.document,
      SessionId: request.sessionId,
      Parameters: parameters,
      RunAsUser: '',
      SessionOwner: request.owner,
    };
    this.#send('interactive_shell', {
      Content: JSON.stringify(content),
      TaskId: request.sessionId,
      Topic: 'interactive_shell',
      SchemaVersion: 1,
    });
  }

  /** Asks the agent to end a session. */
  closeSession(sessionId: string): void {
    this.#send('channel_closed', {
      MessageType: 'channel_closed',
      MessageId: randomUUID(),
      DestinationId: this.#options.instanceId,
      SessionId: sessionId,
      SchemaVersion: 1,
      CreatedDate: new Date(this.#options.now()).toISOString(),
    });
  }

  /** Not open from this moment on, whatever the other end gets to know of it. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#silence);
    this.#options.socket.terminate();
    this.#options.onClose();
  }

  #send(type: string, content: object): void {
    if (this.open) this.#options.socket.send(jsonFrame(type, content, this.#options.now()));
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.close(), SILENCE_MS).unref();
  }

  #receive(bytes: Buffer): void {
    const frame = decodeFrame(bytes);
    if (frame === undefined || frame.type !== 'agent_task_complete') return;
    const content = frameJson(frame);
    const sessionId = content?.['TaskId'];
    if (typeof sessionId !== 'string') return;
    this.#send('agent_task_acknowledge', { SchemaVersion: 1, MessageId: frame.messageId, TaskId: sessionId, Topic: 'agent_task_complete' });
    const output = content?.['Output'];
    this.#options.onTaskComplete(sessionId, typeof output === 'string' ? output : '');
  }
}
