/**
 * One direction of a data channel as a sans-IO state machine: sequence numbers, acknowledgements, resending. Client,
 * agent and both hops of the service run it. Source: `protocol.md` §4. Times are milliseconds of any steady clock.
 */
import { FLAGS, MESSAGE_TYPE, encodeAgentMessage } from './agent-message.js';
import type { AgentMessage } from './agent-message.js';
import { acknowledgeOf, encodeAcknowledge } from './payloads.js';

const INITIAL_RTT = 100;
const MAX_RTO = 1_000;

/** Smoothed round trip time and the retransmission timeout made of it (§4; gains 1/8 and 1/4). */
export class RoundTripEstimator {
  rtt = INITIAL_RTT;
  variation = 0;
  /** The first timeout is 200 ms: nothing was measured yet. */
  rto = 2 * INITIAL_RTT;

  sample(milliseconds: number): void {
    this.variation = 0.75 * this.variation + 0.25 * Math.abs(this.rtt - milliseconds);
    this.rtt = 0.875 * this.rtt + 0.125 * milliseconds;
    this.rto = Math.min(MAX_RTO, this.rtt + Math.max(10, 4 * this.variation));
  }
}

export interface StreamSenderOptions {
  readonly messageType: typeof MESSAGE_TYPE.inputStreamData | typeof MESSAGE_TYPE.outputStreamData;
  readonly newMessageId: () => string;
  /** Wall clock for CreatedDate, milliseconds since the epoch. */
  readonly wallClock: () => number;
  /** Payload bytes in flight from which {@link StreamSender.writable} is false. Default 256 KiB. */
  readonly windowBytes?: number | undefined;
  /** The agent sets SYN on its message 0; clients never do (§3). */
  readonly synFirst?: boolean | undefined;
}

interface InFlight {
  readonly bytes: Buffer;
  readonly payloadLength: number;
  readonly firstSent: number;
  resends: number;
  due: number;
}

/** The sending half. Keeps every message until it is acknowledged; nothing is ever dropped. */
export class StreamSender {
  readonly #options: StreamSenderOptions;
  readonly #windowBytes: number;
  readonly #inFlight = new Map<number, InFlight>();
  readonly roundTrip = new RoundTripEstimator();
  #next = 0;
  #inFlightBytes = 0;

  constructor(options: StreamSenderOptions) {
    this.#options = options;
    this.#windowBytes = options.windowBytes ?? 256 * 1024;
  }

  /** False while the window is full: hold back until an acknowledgement opens it. {@link send} itself never refuses. */
  get writable(): boolean {
    return this.#inFlightBytes < this.#windowBytes;
  }

  /** True when everything sent was acknowledged. */
  get idle(): boolean {
    return this.#inFlight.size === 0;
  }

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** Sequence number of the next message. */
  get nextSequenceNumber(): number {
    return this.#next;
  }

  /** When the oldest unacknowledged message was first sent; undefined when idle. */
  get waitingSince(): number | undefined {
    for (const entry of this.#inFlight.values()) return entry.firstSent;
    return undefined;
  }

  /** Numbers and keeps a message; returns the bytes to put on the wire now. It is kept before it is sent, so no acknowledgement comes too early. */
  send(payloadType: number, payload: Uint8Array, now: number): Buffer {
    const sequenceNumber = this.#next;
    this.#next += 1;
    const bytes = encodeAgentMessage({
      messageType: this.#options.messageType,
      schemaVersion: 1,
      createdDate: this.#options.wallClock(),
      sequenceNumber,
      flags: this.#options.synFirst === true && sequenceNumber === 0 ? FLAGS.syn : FLAGS.none,
      messageId: this.#options.newMessageId(),
      payloadType,
      payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
    });
    this.#inFlight.set(sequenceNumber, { bytes, payloadLength: payload.byteLength, firstSent: now, resends: 0, due: now + this.roundTrip.rto });
    this.#inFlightBytes += payload.byteLength;
    return bytes;
  }

  /** Takes an acknowledgement, matched by number alone. False when that message was not (or no longer) in flight. */
  acknowledge(sequenceNumber: number, now: number): boolean {
    const entry = this.#inFlight.get(sequenceNumber);
    if (entry === undefined) return false;
    this.#inFlight.delete(sequenceNumber);
    this.#inFlightBytes -= entry.payloadLength;
    // Counted from the first sending also after resends: too long at worst, while counting from the last one would
    // shrink the estimate on a path slower than the timeout, and resend for ever.
    this.roundTrip.sample(now - entry.firstSent);
    return true;
  }

  /**
   * Messages whose timeout has passed, oldest first, to be put on the wire again: all of them, or as many as fit into
   * `maxBytes` of payload (one at least). Repeated ones wait twice as long each time, 1 s at most.
   */
  takeDue(now: number, maxBytes = Number.POSITIVE_INFINITY): Buffer[] {
    const due: Buffer[] = [];
    let taken = 0;
    for (const entry of this.#inFlight.values()) {
      if (entry.due > now) continue;
      if (due.length > 0 && taken + entry.payloadLength > maxBytes) break;
      taken += entry.payloadLength;
      entry.resends += 1;
      entry.due = now + Math.min(MAX_RTO, this.roundTrip.rto * 2 ** Math.min(entry.resends, 10));
      due.push(entry.bytes);
    }
    return due;
  }

  /** When {@link takeDue} has something next; undefined when idle. */
  get nextDue(): number | undefined {
    let next: number | undefined;
    for (const { due } of this.#inFlight.values()) if (next === undefined || due < next) next = due;
    return next;
  }
}

export interface StreamReceiverOptions {
  /** Early messages kept at most. Default 10 000. */
  readonly holdMessages?: number | undefined;
  /** Payload bytes of early messages kept at most. Default 16 MiB. */
  readonly holdBytes?: number | undefined;
}

export interface Reception {
  /** Messages that are in order now, in order. */
  readonly deliver: readonly AgentMessage[];
  /** Send {@link acknowledgeBytes} of the message. False only for an early one that there is no room for. */
  readonly acknowledge: boolean;
  readonly kind: 'in-order' | 'early' | 'duplicate' | 'no-room';
}

/** The receiving half: delivers in order, keeps early messages, has duplicates acknowledged again for ever. */
export class StreamReceiver {
  readonly #holdMessages: number;
  readonly #holdBytes: number;
  readonly #held = new Map<number, AgentMessage>();
  #heldBytes = 0;
  #expected = 0;

  constructor(options: StreamReceiverOptions = {}) {
    this.#holdMessages = options.holdMessages ?? 10_000;
    this.#holdBytes = options.holdBytes ?? 16 * 1024 * 1024;
  }

  get expectedSequenceNumber(): number {
    return this.#expected;
  }

  accept(message: AgentMessage): Reception {
    const { sequenceNumber } = message;
    if (sequenceNumber < this.#expected || this.#held.has(sequenceNumber)) return { deliver: [], acknowledge: true, kind: 'duplicate' };
    if (sequenceNumber > this.#expected) {
      if (this.#held.size >= this.#holdMessages || this.#heldBytes + message.payload.length > this.#holdBytes) return { deliver: [], acknowledge: false, kind: 'no-room' };
      this.#held.set(sequenceNumber, message);
      this.#heldBytes += message.payload.length;
      return { deliver: [], acknowledge: true, kind: 'early' };
    }
    const deliver = [message];
    this.#expected += 1;
    for (let next = this.#held.get(this.#expected); next !== undefined; next = this.#held.get(this.#expected)) {
      this.#held.delete(this.#expected);
      this.#heldBytes -= next.payload.length;
      deliver.push(next);
      this.#expected += 1;
    }
    return { deliver, acknowledge: true, kind: 'in-order' };
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
