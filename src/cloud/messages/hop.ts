/**
 * One hop of a session's stream: sequence numbers, acknowledgements, repeats and credit between two ends of one
 * websocket (`protocol.md` §3, §4). A hop outlives its websocket, so that a session can be resumed.
 *
 * Credit runs end to end: what arrives is acknowledged when the next hop has room for it, and what is sent waits for
 * the acknowledgements of what was sent before. So a reader that stalls stalls the writer, and neither end's memory grows.
 * (The client's halves in `lib/protocol/reliable-stream` acknowledge on receipt; one that passes on may not.)
 */
import type { WebSocket } from 'ws';
import { MESSAGE_TYPE, type AgentMessage } from '../../lib/protocol/agent-message.js';
import { parseAcknowledge } from '../../lib/protocol/payloads.js';
import { acknowledgement, read, streamMessage, type StreamType } from './frame.js';

/** Bytes on their way and not yet acknowledged. */
const WINDOW = 1 << 20;
/** Bytes that a hop takes in (waiting and on their way) before it stops giving credit to the hop before it. */
const ROOM = 1 << 20;
/** A peer that goes on without credit (AWS's agent has no window) is not read from beyond this. */
const HELD_LIMIT = 2 << 20;
/** Out-of-order messages kept; in one websocket there are none, after a resume there may be. */
const EARLY_LIMIT = 4096;
/** What a message costs beside its payload. */
const OVERHEAD = 160;
/** An instant acknowledgement would be lost on AWS's peers, which file a message only after they sent it (§4). */
const ACKNOWLEDGE_AFTER_MS = 3;
const REPEAT_TICK_MS = 100;
const REPEAT_FIRST_MS = 300;
const REPEAT_LAST_MS = 1000;
/** Repeated per tick at most. */
const REPEAT_BYTES = 64 << 10;

export interface HopOptions {
  /** Message type of what this end sends; it receives the other one. */
  readonly sends: StreamType;
  readonly now: () => number;
  /** In order and once each. `accept` says that there was room: only then is it acknowledged. */
  readonly onData: (payloadType: number, payload: Buffer, accept: () => void) => void;
  /** There is room again, or nothing is left to be acknowledged. */
  readonly onProgress?: (() => void) | undefined;
}

interface Outgoing {
  readonly sequence: number;
  readonly payloadType: number;
  readonly payload: Buffer;
  readonly admitted: (() => void) | undefined;
  wasAdmitted: boolean;
  frame: Buffer | undefined;
  sentAt: number;
  repeatAfter: number;
}

export class Hop {
  readonly #options: HopOptions;
  #socket: WebSocket | undefined;
  // Sending. #unacknowledged is in order of sequence; #waiting follows it.
  readonly #unacknowledged = new Map<number, Outgoing>();
  #waiting: Outgoing[] = [];
  #nextSequence = 0;
  #inFlightBytes = 0;
  #waitingBytes = 0;
  #repeatTimer: NodeJS.Timeout | undefined;
  // Receiving.
  #expected = 0;
  readonly #early = new Map<number, AgentMessage>();
  readonly #unaccepted = new Set<number>();
  #heldBytes = 0;
  #paused = false;
  #acknowledgements: Buffer[] = [];
  #acknowledgeTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: HopOptions) {
    this.#options = options;
  }

  /** Bytes taken in and not yet acknowledged by the peer. */
  get backlog(): number {
    return this.#inFlightBytes + this.#waitingBytes;
  }

  /** True when the peer has acknowledged everything. */
  get idle(): boolean {
    return this.#unacknowledged.size === 0 && this.#waiting.length === 0;
  }

  get attached(): boolean {
    return this.#socket !== undefined;
  }

  /** Goes on over this websocket: what the peer did not acknowledge is sent again. */
  attach(socket: WebSocket): void {
    this.#socket = socket;
    this.#paused = false;
    for (const message of this.#unacknowledged.values()) this.#transmit(message);
    this.#pump();
  }

  detach(): void {
    this.#socket = undefined;
    this.#paused = false;
    this.#acknowledgements = [];
  }

  /** Ends the hop; nothing is sent or delivered any more. */
  close(): void {
    this.#closed = true;
    this.detach();
    clearInterval(this.#repeatTimer);
    clearTimeout(this.#acknowledgeTimer);
    this.#unacknowledged.clear();
    this.#waiting = [];
    this.#inFlightBytes = 0;
    this.#waitingBytes = 0;
  }

  /** Sends in order. `admitted` is called, once, when the hop has room for it. Payloads must not be empty. */
  send(payloadType: number, payload: Buffer, admitted?: () => void): void {
    if (this.#closed) return;
    const message: Outgoing = {
      sequence: this.#nextSequence++,
      payloadType,
      payload,
      admitted,
      wasAdmitted: false,
      frame: undefined,
      sentAt: 0,
      repeatAfter: REPEAT_FIRST_MS,
    };
    this.#waiting.push(message);
    this.#waitingBytes += payload.length + OVERHEAD;
    this.#pump();
    if (this.backlog <= ROOM) this.#admit(message);
  }

  /** Takes a message of the peer: stream data of the other type, or an acknowledgement. */
  receive(frame: AgentMessage): void {
    if (this.#closed) return;
    if (frame.messageType === MESSAGE_TYPE.acknowledge) this.#acknowledged(frame);
    else this.#data(frame);
  }

  /** Sends the acknowledgements that wait, now. */
  flushAcknowledgements(): void {
    clearTimeout(this.#acknowledgeTimer);
    this.#acknowledgeTimer = undefined;
    const frames = this.#acknowledgements;
    this.#acknowledgements = [];
    const socket = this.#socket;
    if (socket === undefined || socket.readyState !== socket.OPEN) return;
    for (const frame of frames) socket.send(frame);
  }

  #admit(message: Outgoing): void {
    if (message.wasAdmitted) return;
    message.wasAdmitted = true;
    message.admitted?.();
  }

  /** Moves what waits into the window. */
  #pump(): void {
    const socket = this.#socket;
    if (socket === undefined || socket.readyState !== socket.OPEN) return;
    let taken = 0;
    for (const message of this.#waiting) {
      const bytes = message.payload.length + OVERHEAD;
      if (this.#inFlightBytes > 0 && this.#inFlightBytes + bytes > WINDOW) break;
      taken += 1;
      this.#inFlightBytes += bytes;
      this.#waitingBytes -= bytes;
      this.#unacknowledged.set(message.sequence, message);
      this.#transmit(message);
    }
    if (taken > 0) this.#waiting = this.#waiting.slice(taken);
  }

  #transmit(message: Outgoing): void {
    const socket = this.#socket;
    if (socket === undefined || socket.readyState !== socket.OPEN) return;
    message.sentAt = this.#options.now();
    message.frame ??= streamMessage(this.#options.sends, message.sequence, message.payloadType, message.payload, message.sentAt);
    socket.send(message.frame);
    this.#repeatTimer ??= setInterval(() => this.#repeat(), REPEAT_TICK_MS).unref();
  }

  /** Repeats what stayed unacknowledged. While the socket still holds bytes nothing is lost, only slow. */
  #repeat(): void {
    if (this.#unacknowledged.size === 0) {
      clearInterval(this.#repeatTimer);
      this.#repeatTimer = undefined;
      return;
    }
    const socket = this.#socket;
    if (socket === undefined || socket.bufferedAmount > 0) return;
    const now = this.#options.now();
    let bytes = 0;
    for (const message of this.#unacknowledged.values()) {
      if (now - message.sentAt < message.repeatAfter) continue;
      if (bytes > 0 && bytes + message.payload.length > REPEAT_BYTES) break;
      bytes += message.payload.length + OVERHEAD;
      message.repeatAfter = Math.min(message.repeatAfter * 2, REPEAT_LAST_MS);
      this.#transmit(message);
    }
  }

  #acknowledged(frame: AgentMessage): void {
    const sequence = read(parseAcknowledge, frame.payload)?.acknowledgedMessageSequenceNumber;
    const message = sequence === undefined ? undefined : this.#unacknowledged.get(sequence);
    if (message === undefined || sequence === undefined) return;
    this.#unacknowledged.delete(sequence);
    this.#inFlightBytes -= message.payload.length + OVERHEAD;
    this.#pump();
    this.#giveCredit();
    this.#options.onProgress?.();
  }

  /** Admits, in order, what there is room for by now. */
  #giveCredit(): void {
    for (const message of this.#unacknowledged.values()) this.#admit(message);
    let ahead = this.#inFlightBytes;
    for (const message of this.#waiting) {
      ahead += message.payload.length + OVERHEAD;
      if (ahead > ROOM) break;
      this.#admit(message);
    }
  }

  #data(frame: AgentMessage): void {
    const sequence = frame.sequenceNumber;
    if (sequence < this.#expected) {
      // A duplicate: acknowledged again for ever, unless it still waits for room (§4).
      if (!this.#unaccepted.has(sequence)) this.#acknowledge(frame);
      return;
    }
    if (sequence > this.#expected) {
      if (this.#early.size < EARLY_LIMIT) this.#early.set(sequence, frame);
      return;
    }
    this.#deliver(frame);
    for (let next = this.#early.get(this.#expected); next !== undefined; next = this.#early.get(this.#expected)) {
      this.#early.delete(this.#expected);
      this.#deliver(next);
    }
  }

  #deliver(frame: AgentMessage): void {
    this.#expected = frame.sequenceNumber + 1;
    const bytes = frame.payload.length;
    this.#unaccepted.add(frame.sequenceNumber);
    this.#heldBytes += bytes;
    if (this.#heldBytes > HELD_LIMIT && !this.#paused) {
      this.#paused = true;
      this.#socket?.pause();
    }
    this.#options.onData(frame.payloadType, frame.payload, () => {
      if (!this.#unaccepted.delete(frame.sequenceNumber)) return;
      this.#heldBytes -= bytes;
      if (this.#paused && this.#heldBytes < HELD_LIMIT / 2) {
        this.#paused = false;
        this.#socket?.resume();
      }
      this.#acknowledge(frame);
    });
  }

  #acknowledge(frame: AgentMessage): void {
    if (this.#closed || this.#socket === undefined) return;
    this.#acknowledgements.push(acknowledgement(frame, this.#options.now()));
    this.#acknowledgeTimer ??= setTimeout(() => this.flushAcknowledgements(), ACKNOWLEDGE_AFTER_MS);
  }
}
