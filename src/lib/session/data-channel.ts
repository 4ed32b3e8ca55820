/** A Session Manager data channel as the client has it: opened, shaken hands on, reliable both ways. Source: `protocol.md` §2–§5. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { SsmlabError } from '../errors.js';
import { MESSAGE_TYPE, PAYLOAD_TYPE, ProtocolError, decodeAgentMessage } from '../protocol/agent-message.js';
import type { AgentMessage, PayloadPlace } from '../protocol/agent-message.js';
import { CLIENT_VERSION } from '../protocol/handshake.js';
import { encodeOpenDataChannelByClient } from '../protocol/open-channel.js';
import { encodeSize, parseChannelClosed } from '../protocol/payloads.js';
import type { TerminalSize } from '../protocol/payloads.js';
import { ReliableStream, payloadSlices } from '../protocol/reliable-stream.js';
import { ClientHandshake } from './client-handshake.js';
import type { SessionKind } from './client-handshake.js';
import { Connection, printable } from './connection.js';
import type { DataChannelOptions } from './data-channel-options.js';
import { handOver } from './hand-over.js';
import type { Consumer, Take } from './hand-over.js';
import { Inbox } from './inbox.js';
import type { DataMessage } from './inbox.js';
import { KeyAndEcho } from './key-and-echo.js';
import { Pace } from './pace.js';
import { Reconnector } from './reconnect.js';
import type { StreamAddress } from './reconnect.js';
import { SessionBeginning } from './session-beginning.js';
import { openFirstSocket, openStreamSocket, parseStreamUrl, streamHost } from './stream-socket.js';

export type { DataChannelOptions } from './data-channel-options.js';

/** `byService`: it said so, and knows the session no more. */
type ChannelEnd = { readonly byService: boolean } & ({ readonly output: string } | { readonly error: SsmlabError });

/** A session that has not begun may lose its connection this often: a service that closes every one is told about, not asked for ever. */
const LOSSES_BEFORE_IT_BEGINS = 2;

/** Opens the channel; resolves when the session runs. Throws `stream-unreachable`, `session-failed`, or what `credentials` throws. */
export async function openDataChannel(options: DataChannelOptions): Promise<DataChannel> {
  const socket = await openFirstSocket(options);
  const channel = new DataChannel(socket, options);
  const abort = (): void => channel.close();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    await channel.begun(options.firstMessageTimeoutMs ?? 30_000);
    options.signal?.throwIfAborted();
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
  readonly #options: DataChannelOptions;
  readonly #stream: ReliableStream;
  readonly #handshake: ClientHandshake;
  readonly #beginning: SessionBeginning;
  readonly #inbox = new Inbox();
  readonly #reconnector: Reconnector | undefined;
  readonly #pace: Pace | undefined;
  readonly #clientId = randomUUID();
  readonly #ended = new AbortController();
  #size: Buffer | undefined;
  #consumer: Consumer | undefined;
  readonly #quick: KeyAndEcho;
  #connection: Connection | undefined;
  #losses = 0;
  #end: ChannelEnd | undefined;
  #waiters: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  /** Takes an open socket and sends the open message. Use {@link openDataChannel}. */
  constructor(socket: WebSocket, options: DataChannelOptions) {
    this.#options = options;
    this.sessionId = options.sessionId;
    this.#handshake = new ClientHandshake(options.sessionId, options.encryption);
    this.#beginning = new SessionBeginning({
      handshake: this.#handshake,
      send: (payloadType, payload) => this.send(payloadType, payload),
      onRunning: () => {
        if (options.size !== undefined) this.sendSize(options.size);
        this.#hurry();
      },
      fail: (error) => this.#finish({ byService: false, error }),
    });
    this.#reconnector = options.reconnect === undefined ? undefined : new Reconnector(options.reconnect);
    this.#pace = options.payloadsPerSecond === undefined ? undefined : new Pace(options.payloadsPerSecond);
    this.#stream = new ReliableStream({
      sends: MESSAGE_TYPE.inputStreamData,
      newMessageId: randomUUID,
      wallClock: Date.now,
      onData: (payloadType, payload, accept) => dropMalformed(() => this.#deliver(payloadType, payload, accept)),
      onWork: () => this.#arm(),
      onProgress: () => this.#wake(),
    });
    this.#quick = new KeyAndEcho({ stream: this.#stream, offer: (message) => this.#consumer?.offer(message) ?? false, receive: (bytes, at) => this.#receive(bytes, at), onWork: () => this.#poll() });
    this.#attach(socket, options);
    if (options.size !== undefined && options.sizeAtOnce === true) this.send(PAYLOAD_TYPE.size, payloadOf(options.size));
  }

  /** What the handshake said; undefined for a session without one (a plain shell). */
  get kind(): SessionKind | undefined {
    return this.#handshake.kind;
  }

  /** The handshake's message for the user; empty for none. */
  get customerMessage(): string {
    return this.#beginning.customerMessage;
  }

  /** What the service said at the end; empty after a normal one, undefined before the end. */
  get output(): string | undefined {
    return this.#end !== undefined && 'output' in this.#end ? this.#end.output : undefined;
  }

  /** True until the remote side ended it, it failed, or {@link close} was called. While the connection is sought again it is open. */
  get open(): boolean {
    return this.#end === undefined;
  }

  /** True when the service said that the session is over: there is nothing left to terminate. */
  get over(): boolean {
    return this.#end?.byService === true;
  }

  /** Resolves when the first message, or the whole handshake, was taken. */
  async begun(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => this.#fail(`the agent did not speak within ${timeoutMs / 1000} s in session ${this.sessionId}`), timeoutMs);
    try {
      while (!this.#beginning.over) {
        if (this.#end !== undefined) throw 'error' in this.#end ? this.#end.error : this.#handshake.endedEarly(this.#end.output);
        await this.#changed();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** The remote side's messages in order, to be taken by one consumer; what is not taken holds the sender back. Throws when the channel fails. */
  async *messages(): AsyncGenerator<DataMessage, void, void> {
    for (;;) {
      const next = this.#next();
      if (next !== undefined) yield next;
      else if (this.#over()) return;
      else await this.#changed();
    }
  }

  /** As {@link messages}, but each is handed over in the turn in which it came. Resolves at the end. Rejects when the channel fails, and with what `take` throws. */
  each(take: Take): Promise<void> {
    return handOver({ take, next: () => this.#next(), over: () => this.#over() }, (consumer) => (this.#consumer = consumer));
  }

  /** Sends one message at once, past the window: sizes, flags, control bytes. Nothing is sent after the end. */
  send(payloadType: number, payload: Buffer, place?: PayloadPlace): void {
    if (this.#end !== undefined) return;
    this.#quick.settle();
    const sealed = this.#handshake.seal(payloadType, payload);
    this.#stream.send(payloadType, sealed, undefined, sealed === payload ? place : undefined);
    this.#poll();
  }

  /** Sends the terminal's size, where it is another than was sent last. */
  sendSize(size: TerminalSize): void {
    const payload = payloadOf(size);
    if (this.#size?.equals(payload) === true) return;
    this.#size = payload;
    this.send(PAYLOAD_TYPE.size, payload);
  }

  /** Sends bytes in payloads of the target's size and waits for the window. Resolves, with false, also when the channel ended. One caller at a time. */
  async write(bytes: Uint8Array): Promise<boolean> {
    for (const slice of payloadSlices(bytes, this.#options.payloadBytes)) {
      if (!(await this.room())) return false;
      this.put(slice);
    }
    return this.#end === undefined;
  }

  /** Resolves, with true, when there is room to {@link put} something; with false when the channel ended. For any number of callers. */
  async room(): Promise<boolean> {
    while (this.#end === undefined) {
      const wait = this.#pace?.wait(performance.now()) ?? 0;
      if (wait > 0) await sleep(wait);
      else if (this.#stream.writable) return true;
      else await this.#changed();
    }
    return false;
  }

  /** Sends a key, past all that sending is made of; false, and nothing is sent, where that is not possible now. */
  key(byte: number): boolean {
    return this.#quick.send(byte);
  }

  /** {@link put}, where there is room this very moment and one payload does; false, and nothing is sent, where not. */
  putNow(bytes: Uint8Array): boolean {
    const now = this.#end === undefined && bytes.byteLength <= this.#options.payloadBytes && this.#stream.writable && (this.#pace?.wait(performance.now()) ?? 0) <= 0;
    if (now) this.put(bytes);
    return now;
  }

  /** Sends bytes of output, whole and at once, in payloads of the target's size. Ask for {@link room} before. */
  put(bytes: Uint8Array, place?: PayloadPlace): void {
    if (bytes.byteLength > 0 && bytes.byteLength <= this.#options.payloadBytes) {
      this.#pace?.spend(performance.now());
      this.send(PAYLOAD_TYPE.output, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), place);
      return;
    }
    for (const slice of payloadSlices(bytes, this.#options.payloadBytes)) {
      this.#pace?.spend(performance.now());
      // Only before the first one there is that room.
      this.send(PAYLOAD_TYPE.output, slice, slice.byteOffset === bytes.byteOffset ? place : undefined);
    }
  }

  /** The largest payload that goes out in one message. */
  get payloadBytes(): number {
    return this.#options.payloadBytes;
  }

  /** Resolves, with true, when all that was sent is acknowledged; with false when the channel ended first. */
  async flushed(): Promise<boolean> {
    this.#quick.settle();
    while (!this.#stream.idle && this.#end === undefined) await this.#changed();
    return this.#stream.idle;
  }

  /** Leaves: closes the stream. The session itself goes on at the service until it is terminated there. */
  close(): void {
    this.#finish({ output: '', byService: false });
  }

  /** Goes on over this socket: nothing that was sent or received before is lost or comes twice. */
  #attach(socket: WebSocket, { streamUrl, tokenValue }: StreamAddress): void {
    const { sessionId, pingAfterMs, pongWithinMs } = this.#options;
    const connection = new Connection({
      socket,
      host: streamHost(parseStreamUrl(streamUrl)),
      sessionId,
      pingAfterMs,
      pongWithinMs,
      onGlance: (bytes) => this.#quick.show(bytes),
      onMessage: (bytes) => void (this.#quick.show(bytes) || this.#receive(bytes)),
      onLost: (why) => this.#lose(why),
    });
    this.#connection = connection;
    this.#stream.connect(performance.now());
    connection.begin(encodeOpenDataChannelByClient({ requestId: randomUUID(), tokenValue, clientId: this.#clientId, clientVersion: CLIENT_VERSION }));
    this.#hurry();
    this.#poll();
  }

  /** Keys and echoes go the short way where messages are on the wire as they are, and as soon as they are there. */
  #hurry(): void {
    const plain = this.#beginning.over && !this.#handshake.encrypted && this.#pace === undefined;
    this.#quick.over(plain ? this.#connection : undefined);
  }

  #lose(why: SsmlabError): void {
    this.#quick.end();
    this.#connection = undefined;
    this.#stream.disconnect();
    this.#losses += 1;
    if (this.#reconnector === undefined || (!this.#beginning.over && this.#losses > LOSSES_BEFORE_IT_BEGINS)) this.#finish({ byService: false, error: why });
    else void this.#reconnect(this.#reconnector, why);
  }

  async #reconnect(reconnector: Reconnector, why: SsmlabError): Promise<void> {
    this.#options.onLost?.(why);
    const signal = this.#ended.signal;
    try {
      let found: StreamAddress = this.#options;
      const socket = await reconnector.connect((address) => {
        found = address;
        return openStreamSocket({ ...this.#options, ...address, signal });
      }, signal);
      if (this.#end !== undefined) socket?.terminate();
      else if (socket === undefined) this.#finish({ byService: true, error: new SsmlabError('session-failed', `session ${this.sessionId} is over: the service ended it while the connection was lost (${why.message})`, { cause: why }) });
      else {
        this.#attach(socket, found);
        this.#options.onRegained?.();
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#finish({ byService: false, error: error instanceof SsmlabError ? error : new SsmlabError('session-failed', `session ${this.sessionId} cannot be resumed: ${String(error)}`, { cause: error }) });
    }
  }

  #receive(bytes: Buffer, at?: number): void {
    dropMalformed(() => this.#handle(decodeAgentMessage(bytes), at));
  }

  #handle(message: AgentMessage, at = performance.now()): void {
    if (this.#end !== undefined) return;
    this.#reconnector?.proved();
    switch (message.messageType) {
      case MESSAGE_TYPE.acknowledge:
      case MESSAGE_TYPE.outputStreamData:
        this.#stream.receive(message, at);
        this.#poll();
        return;
      case MESSAGE_TYPE.channelClosed:
        this.#finish({ output: printable(parseChannelClosed(message.payload).output ?? ''), byService: true });
        return;
      default:
        // start_publication and pause_publication are hints for senders without a window; unknown types are ignored (§3).
    }
  }

  #next(): DataMessage | undefined {
    const next = this.#inbox.take();
    if (next !== undefined) this.#connection?.readFrom(!this.#stream.full);
    return next;
  }

  /** Whether nothing comes any more. Throws when that is a failure. */
  #over(): boolean {
    if (this.#end !== undefined && 'error' in this.#end) throw this.#end.error;
    return this.#end !== undefined;
  }

  #deliver(payloadType: number, payload: Buffer, accept: () => void): void {
    if (this.#quick.delivered()) accept();
    else if (this.#beginning.concerns(payloadType)) {
      accept();
      this.#beginning.take(payloadType, payload);
    } else {
      const plain = this.#beginning.open(payloadType, payload);
      if (plain === undefined) return;
      this.#inbox.put({ payloadType, payload: plain }, accept);
    }
    this.#wake();
  }

  #fail(message: string): void {
    this.#finish({ byService: false, error: new SsmlabError('session-failed', message) });
  }

  #finish(end: ChannelEnd): void {
    if (this.#end !== undefined) return;
    this.#quick.end();
    if ('output' in end) this.#connection?.write(this.#stream.takeAcknowledgements());
    this.#end = end;
    clearTimeout(this.#timer);
    if ('error' in end) this.#connection?.drop();
    else this.#connection?.close();
    this.#ended.abort();
    this.#wake();
  }

  #poll(): void {
    const connection = this.#connection;
    if (this.#end !== undefined || connection === undefined) return;
    this.#quick.settle();
    connection.readFrom(!this.#stream.full);
    connection.write(this.#stream.poll(performance.now(), connection.backlogged));
    this.#arm();
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
    this.#consumer?.work();
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }
}

/** A terminal that says it has no rows or no columns has one. */
const payloadOf = ({ columns, rows }: TerminalSize): Buffer => encodeSize({ columns: Math.max(1, columns), rows: Math.max(1, rows) });

/** Not what the protocol says: dropped and not answered, as the official sides do (§3). */
function dropMalformed(take: () => void): void {
  try {
    take();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}
