/**
 * One end of a stream over one hop, both directions, sans-IO: what client, agent and the two hops of the service run. It
 * outlives its connection, so that a session can be resumed. Credit runs end to end: what arrives is acknowledged when the
 * next hop has room for it, and what is sent waits for acknowledgements, so a reader that stalls stalls the writer, and
 * neither end's memory grows. Source: `protocol.md` §4, §8.5. Times are milliseconds of any steady clock.
 */
import { FLAGS, MESSAGE_TYPE, encodeAgentMessage } from './agent-message.js';
import type { AgentMessage, PayloadPlace } from './agent-message.js';
import { acknowledgeOf, encodeAcknowledge, parseAcknowledge } from './payloads.js';
import type { StreamType } from './outgoing.js';
import { StreamReceiver } from './stream-receiver.js';
import type { OnData } from './stream-receiver.js';
import { StreamSender } from './stream-sender.js';

export type { StreamType } from './outgoing.js';
export type { OnData } from './stream-receiver.js';

/** An instant acknowledgement would be lost on AWS's peers, which file a message only after they sent it (§4). */
const ACKNOWLEDGE_AFTER = 3;

export interface ReliableStreamOptions {
  /** Message type of what this end sends; it receives the other one. */
  readonly sends: StreamType;
  readonly newMessageId: () => string;
  /** Wall clock for CreatedDate, milliseconds since the epoch. */
  readonly wallClock: () => number;
  readonly onData: OnData;
  /** There is something to {@link ReliableStream.poll} for that no {@link ReliableStream.receive} or {@link ReliableStream.send} was the cause of. */
  readonly onWork?: (() => void) | undefined;
  /** Something was acknowledged. */
  readonly onProgress?: (() => void) | undefined;
  /** Largest window, bytes. */
  readonly windowBytes?: number | undefined;
}

export class ReliableStream {
  readonly #options: ReliableStreamOptions;
  readonly #sender: StreamSender;
  readonly #receiver: StreamReceiver;
  #acknowledgements: AgentMessage[] = [];
  #acknowledgeAt = Number.POSITIVE_INFINITY;
  #now = 0;
  #quietUntil = Number.NEGATIVE_INFINITY;
  #connected = false;
  #closed = false;
  #receiving = false;

  constructor(options: ReliableStreamOptions) {
    this.#options = options;
    this.#sender = new StreamSender({ ...options, messageType: options.sends });
    this.#receiver = new StreamReceiver(options.onData, (message) => this.#acknowledge(message));
  }

  /** Bytes taken in to be sent and not yet acknowledged by the peer. */
  get backlog(): number {
    return this.#sender.backlog;
  }

  /** Payload bytes received that nobody has room for. */
  get heldBytes(): number {
    return this.#receiver.heldBytes;
  }

  /** True when the peer has acknowledged everything. */
  get idle(): boolean {
    return this.#sender.idle;
  }

  /** False while the window is full. {@link send} itself never refuses. */
  get writable(): boolean {
    return this.#sender.writable;
  }

  /** True while the connection should not be read from. */
  get full(): boolean {
    return this.#receiver.full;
  }

  /** Everything that is not acknowledged was sent at least this many times. */
  sentAtLeast(times: number): boolean {
    return this.#sender.sentAtLeast(times);
  }

  /** There is a connection, a new one if there was one before: what the peer did not acknowledge is sent again. */
  connect(now: number): void {
    this.#connected = true;
    this.#sender.restart(now);
  }

  disconnect(): void {
    this.#connected = false;
    this.#acknowledgements = [];
    this.#acknowledgeAt = Number.POSITIVE_INFINITY;
  }

  /** Ends it; nothing is sent or delivered any more. */
  close(): void {
    this.#closed = true;
    this.disconnect();
    this.#sender.clear();
  }

  /** Sends in order. `admitted` is called, once, when there is room for it. */
  send(payloadType: number, payload: Uint8Array, admitted?: () => void, place?: PayloadPlace): void {
    if (!this.#closed) this.#sender.enqueue(payloadType, payload, admitted, place);
  }

  /** Makes the next message ahead of time, for one byte that is to come. `payload`: that byte, with room before it for its message. */
  prepare(payloadType: number, payload: Uint8Array): void {
    this.#sender.prepare(payloadType, payload);
  }

  /** The bytes of what was prepared, for `putByte` and the wire, and {@link sentPrepared} then; undefined when it is not what is to be sent now. */
  get prepared(): Buffer | undefined {
    return this.#connected && this.#quietUntil === Number.NEGATIVE_INFINITY ? this.#sender.prepared : undefined;
  }

  /** What was prepared was put on the wire then. {@link poll} afterwards. */
  sentPrepared(then: number): void {
    this.#sender.sentPrepared(then);
  }

  /** Number of the message that is to be received next; undefined while later ones are here already, or there is no room. */
  get expected(): number | undefined {
    return this.#receiver.heldBytes === 0 ? this.#receiver.expectedSequenceNumber : undefined;
  }

  /** Takes a message of the peer: stream data of the other type, or an acknowledgement. Others are not for it. {@link poll} afterwards. Throws ProtocolError. */
  receive(message: AgentMessage, now: number): void {
    this.#now = now;
    if (this.#closed) return;
    if (message.messageType !== MESSAGE_TYPE.acknowledge) {
      if (message.messageType === this.#options.sends) return;
      this.#receiving = true;
      try {
        this.#receiver.accept(message);
      } finally {
        this.#receiving = false;
      }
      return;
    }
    const sequence = parseAcknowledge(message.payload).acknowledgedMessageSequenceNumber;
    if (this.#sender.acknowledge(sequence, now)) this.#options.onProgress?.();
  }

  /** Sends nothing at all for a while after what is sent now; acknowledgements wait too. */
  quiet(now: number, milliseconds: number): void {
    this.#quietUntil = Math.max(this.#quietUntil, now + milliseconds);
  }

  /** What to put on the wire now. `wireFull`: it still holds bytes, so that nothing is lost, only slow. */
  poll(now: number, wireFull = false): Buffer[] {
    this.#now = now;
    if (!this.#connected || now < this.#quietUntil) return [];
    const frames = now >= this.#acknowledgeAt ? this.takeAcknowledgements() : [];
    return [...frames, ...this.#sender.take(now, !wireFull)];
  }

  /** When to {@link poll} again though nothing else happened; undefined for never. */
  get nextPoll(): number | undefined {
    if (!this.#connected) return undefined;
    const quiet = this.#quietUntil > this.#now ? this.#quietUntil : Number.POSITIVE_INFINITY;
    const next = Math.max(this.#quietUntil, Math.min(quiet, this.#acknowledgeAt, this.#sender.nextTake ?? Number.POSITIVE_INFINITY));
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  /** The acknowledgements that wait, at once. */
  takeAcknowledgements(): Buffer[] {
    const { newMessageId, wallClock } = this.#options;
    const frames = this.#acknowledgements.map((message) => acknowledgeBytes(message, newMessageId(), wallClock()));
    this.#acknowledgements = [];
    this.#acknowledgeAt = Number.POSITIVE_INFINITY;
    return frames;
  }

  #acknowledge(message: AgentMessage): void {
    if (this.#closed || !this.#connected) return;
    this.#acknowledgements.push(message);
    this.#acknowledgeAt = Math.min(this.#acknowledgeAt, this.#now + ACKNOWLEDGE_AFTER);
    // Whoever receives asks afterwards: what was received is handed over before its acknowledgement is thought of.
    if (!this.#receiving) this.#options.onWork?.();
  }
}

/** The whole `acknowledge` message for a stream message. Flags are 3: some agents stall on less (§3). */
export function acknowledgeBytes(message: AgentMessage, messageId: string, createdDate: number): Buffer {
  return encodeAgentMessage({
    messageType: MESSAGE_TYPE.acknowledge,
    schemaVersion: 1,
    createdDate,
    sequenceNumber: 0,
    flags: FLAGS.synFin,
    messageId,
    payloadType: 0,
    payload: encodeAcknowledge(acknowledgeOf(message)),
  });
}

/** Views of `bytes` of at most `size` bytes, in order; none for no bytes. */
export function* payloadSlices(bytes: Uint8Array, size: number): Generator<Buffer> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < view.length; at += size) yield view.subarray(at, at + size);
}
