/** A Session Manager data channel as the client has it: opened, shaken hands on, reliable both ways. Source: `protocol.md` §2–§5. */
import { randomUUID } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import { SsmlabError } from '../errors.js';
import { MESSAGE_TYPE, PAYLOAD_TYPE, ProtocolError, decodeAgentMessage } from '../protocol/agent-message.js';
import type { AgentMessage } from '../protocol/agent-message.js';
import { CLIENT_VERSION, parseHandshakeComplete, parseHandshakeRequest } from '../protocol/handshake.js';
import { encodeOpenDataChannelByClient } from '../protocol/open-channel.js';
import { parseChannelClosed } from '../protocol/payloads.js';
import { ReliableStream, payloadSlices } from '../protocol/reliable-stream.js';
import { answerHandshake } from './client-handshake.js';
import type { SessionKind } from './client-handshake.js';
import { openStreamSocket, parseStreamUrl, streamHost, watchForSilence } from './stream-socket.js';
import type { StreamSocketOptions } from './stream-socket.js';

export interface DataChannelOptions extends StreamSocketOptions {
  readonly sessionId: string;
  readonly tokenValue: string;
  /** Largest payload sent; AWS's own client sends 1024 (`protocol.md` §7). */
  readonly payloadBytes: number;
  /** How long the agent has for its first message. Default 30 000. */
  readonly firstMessageTimeoutMs?: number | undefined;
}

/** A message of the remote side, in order. */
export interface DataMessage {
  /** One of PAYLOAD_TYPE. */
  readonly payloadType: number;
  readonly payload: Buffer;
}

/** Bytes received and not yet taken, from which on a message is acknowledged only when it is taken. */
const HIGH_WATER = 1024 * 1024;
/** What comes after a failed handshake: the agent's channel_closed, with its words. */
const FAILED_HANDSHAKE_MS = 2_000;

/** Opens the channel; resolves when the session runs. Throws `stream-unreachable`, `session-failed`, or what `credentials` throws. */
export async function openDataChannel(options: DataChannelOptions): Promise<DataChannel> {
  const socket = await openStreamSocket(options);
  const channel = new DataChannel(socket, options);
  const abort = (): void => channel.close();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    await channel.begun(options.firstMessageTimeoutMs ?? 30_000);
  } catch (error) {
    channel.close();
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
  return channel;
}

export class DataChannel {
  readonly sessionId: string;
  readonly #socket: WebSocket;
  readonly #options: DataChannelOptions;
  readonly #host: string;
  readonly #stream: ReliableStream;
  readonly #stopWatching: () => void;
  #kind: SessionKind | undefined;
  #customerMessage = '';
  #phase: 'silent' | 'handshake' | 'running' = 'silent';
  #queue: (DataMessage & { readonly accept: () => void })[] = [];
  #queuedBytes = 0;
  #end: { readonly output: string } | { readonly error: SsmlabError } | undefined;
  #waiters: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  /** Takes an open socket and sends the open message. Use {@link openDataChannel}. */
  constructor(socket: WebSocket, options: DataChannelOptions) {
    this.#socket = socket;
    this.#options = options;
    this.sessionId = options.sessionId;
    this.#host = streamHost(parseStreamUrl(options.streamUrl));
    this.#stream = new ReliableStream({
      sends: MESSAGE_TYPE.inputStreamData,
      newMessageId: randomUUID,
      wallClock: Date.now,
      onData: (payloadType, payload, accept) => dropMalformed(() => this.#deliver(payloadType, payload, accept)),
      onWork: () => this.#arm(),
      onProgress: () => this.#wake(),
    });
    socket.on('message', (data) => this.#receive(data));
    socket.on('error', (error) => this.#fail('stream-unreachable', `the connection to ${this.#host} broke: ${(error as NodeJS.ErrnoException).code ?? error.message.toLowerCase()}`, error));
    socket.on('close', (code, reason) => this.#fail('session-failed', `${this.#host} closed the stream of session ${this.sessionId} (${code}${reason.length === 0 ? '' : ` ${printable(reason.toString())}`})`));
    this.#stopWatching = watchForSilence(socket, options, (silentMs) => {
      this.#fail('stream-unreachable', `nothing was heard from ${this.#host} for ${Math.round(silentMs / 1000)} s`);
    });
    this.#stream.connect(performance.now());
    socket.send(encodeOpenDataChannelByClient({ requestId: randomUUID(), tokenValue: options.tokenValue, clientId: randomUUID(), clientVersion: CLIENT_VERSION }));
    socket.resume();
  }

  /** What the handshake said; undefined for a session without one (a plain shell). */
  get kind(): SessionKind | undefined {
    return this.#kind;
  }

  /** The handshake's message for the user; empty for none. */
  get customerMessage(): string {
    return this.#customerMessage;
  }

  /** What the service said at the end; empty after a normal one, undefined before the end. */
  get output(): string | undefined {
    return this.#end !== undefined && 'output' in this.#end ? this.#end.output : undefined;
  }

  /** True until the remote side ended it, it failed, or {@link close} was called. */
  get open(): boolean {
    return this.#end === undefined;
  }

  /** Resolves when the first message, or the whole handshake, was taken. */
  async begun(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => this.#fail('session-failed', `the agent did not speak within ${timeoutMs / 1000} s in session ${this.sessionId}`), timeoutMs);
    try {
      while (this.#phase !== 'running') {
        if (this.#end !== undefined) throw 'error' in this.#end ? this.#end.error : this.#endedEarly(this.#end.output);
        await this.#changed();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** The remote side's messages in order, to be taken by one consumer; what is not taken holds the sender back. Throws when the channel fails. */
  async *messages(): AsyncGenerator<DataMessage, void, void> {
    for (;;) {
      const next = this.#queue.shift();
      if (next !== undefined) {
        this.#queuedBytes -= next.payload.length;
        next.accept();
        this.#flow();
        yield next;
      } else if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error;
        return;
      } else await this.#changed();
    }
  }

  /** Sends one message at once, past the window: sizes, flags, control bytes. Nothing is sent after the end. */
  send(payloadType: number, payload: Buffer): void {
    if (this.#end !== undefined) return;
    this.#stream.send(payloadType, payload);
    this.#poll();
  }

  /** Sends bytes in payloads of the target's size and waits for the window. Resolves, with false, also when the channel ended. One caller at a time. */
  async write(bytes: Uint8Array): Promise<boolean> {
    for (const slice of payloadSlices(bytes, this.#options.payloadBytes)) {
      while (!this.#stream.writable && this.#end === undefined) await this.#changed();
      this.send(PAYLOAD_TYPE.output, slice);
    }
    return this.#end === undefined;
  }

  /** Resolves, with true, when all that was sent is acknowledged; with false when the channel ended first. */
  async flushed(): Promise<boolean> {
    while (!this.#stream.idle && this.#end === undefined) await this.#changed();
    return this.#stream.idle;
  }

  /** Leaves: closes the stream. The session itself goes on at the service until it is terminated there. */
  close(): void {
    this.#finish({ output: '' });
  }

  #receive(data: RawData): void {
    if (this.#end !== undefined) return;
    const bytes = Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? Buffer.from(data) : data;
    dropMalformed(() => this.#handle(decodeAgentMessage(bytes)));
  }

  #handle(message: AgentMessage): void {
    switch (message.messageType) {
      case MESSAGE_TYPE.acknowledge:
      case MESSAGE_TYPE.outputStreamData:
        this.#stream.receive(message, performance.now());
        this.#poll();
        return;
      case MESSAGE_TYPE.channelClosed:
        this.#finish({ output: printable(parseChannelClosed(message.payload).output ?? '') });
        return;
      default:
        // start_publication and pause_publication are hints for senders without a window; unknown types are ignored (§3).
    }
  }

  #deliver(payloadType: number, payload: Buffer, accept: () => void): void {
    switch (payloadType) {
      case PAYLOAD_TYPE.handshakeRequest:
        accept();
        this.#answerHandshake(payload);
        break;
      case PAYLOAD_TYPE.handshakeComplete:
        accept();
        this.#customerMessage = printable(parseHandshakeComplete(payload).customerMessage);
        this.#phase = 'running';
        break;
      default:
        // A session without a handshake begins with its first output (§5.1).
        if (this.#phase === 'silent') this.#phase = 'running';
        this.#queue.push({ payloadType, payload, accept });
        this.#queuedBytes += payload.length;
        if (this.#queuedBytes <= HIGH_WATER) accept();
    }
    this.#wake();
  }

  #answerHandshake(payload: Buffer): void {
    this.#phase = 'handshake';
    const answer = answerHandshake(parseHandshakeRequest(payload));
    this.#kind = answer.kind;
    this.send(PAYLOAD_TYPE.handshakeResponse, answer.payload);
    if (answer.failure === undefined) return;
    const { failure } = answer;
    setTimeout(() => this.#fail('session-failed', `the handshake of session ${this.sessionId} failed: ${printable(failure)}`), FAILED_HANDSHAKE_MS).unref();
  }

  #endedEarly(output: string): SsmlabError {
    return new SsmlabError('session-failed', `session ${this.sessionId} ended before it began${output === '' ? '' : `: ${output}`}`);
  }

  #fail(code: 'session-failed' | 'stream-unreachable', message: string, cause?: unknown): void {
    this.#finish({ error: new SsmlabError(code, message, { cause }) });
  }

  #finish(end: { readonly output: string } | { readonly error: SsmlabError }): void {
    if (this.#end !== undefined) return;
    if ('output' in end) this.#write(this.#stream.takeAcknowledgements());
    this.#end = end;
    clearTimeout(this.#timer);
    this.#stopWatching();
    // A paused socket would never see the peer's close.
    if (this.#socket.isPaused) this.#socket.resume();
    // A dead peer answers no close frame, and waiting for it would keep the process alive.
    if ('error' in end) this.#socket.terminate();
    else {
      this.#socket.close(1000);
      setTimeout(() => this.#socket.terminate(), 500).unref();
    }
    this.#wake();
  }

  #poll(): void {
    if (this.#end !== undefined) return;
    this.#flow();
    this.#write(this.#stream.poll(performance.now(), this.#socket.bufferedAmount > 0));
    this.#arm();
  }

  #write(frames: readonly Buffer[]): void {
    if (this.#socket.readyState === this.#socket.OPEN) for (const frame of frames) this.#socket.send(frame);
  }

  /** A peer without a window is not read from while nobody takes what it sends. */
  #flow(): void {
    if (this.#stream.full && !this.#socket.isPaused) this.#socket.pause();
    else if (!this.#stream.full && this.#socket.isPaused) this.#socket.resume();
  }

  #arm(): void {
    const next = this.#stream.nextPoll;
    if (next === undefined || next >= this.#timerAt || this.#end !== undefined) return;
    clearTimeout(this.#timer);
    this.#timerAt = next;
    this.#timer = setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#poll();
    }, Math.max(1, next - performance.now()));
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }
}

/** Not what the protocol says: dropped and not answered, as the official sides do (§3). */
function dropMalformed(take: () => void): void {
  try {
    take();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}

/** Text of the other side without control characters. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').trim();
}
