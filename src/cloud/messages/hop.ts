/**
 * One hop of a session's stream over a websocket: what {@link ReliableStream} decides, done. A hop outlives its websocket,
 * so that a session can be resumed. The service has one to each end, the agent has one.
 */
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { AgentMessage, PayloadPlace } from '../../lib/protocol/agent-message.js';
import { ProtocolError } from '../../lib/protocol/protocol-error.js';
import { ReliableStream, type OnData, type StreamType } from '../../lib/protocol/reliable-stream.js';
import { sendTogether, wireFull } from './wire.js';

export interface HopOptions {
  /** Message type of what this end sends; it receives the other one. */
  readonly sends: StreamType;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  readonly onData: OnData;
  /** There is room again, or nothing is left to be acknowledged. */
  readonly onProgress?: (() => void) | undefined;
}

export class Hop {
  readonly #stream: ReliableStream;
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #paused = false;

  constructor({ sends, now, onData, onProgress }: HopOptions) {
    this.#stream = new ReliableStream({ sends, onData, onProgress, newMessageId: randomUUID, wallClock: now, onWork: () => this.#work() });
  }

  /** Bytes taken in and not yet acknowledged by the peer. */
  get backlog(): number {
    return this.#stream.backlog;
  }

  /** Payload bytes received that nobody has room for. */
  get heldBytes(): number {
    return this.#stream.heldBytes;
  }

  /** True when the peer has acknowledged everything. */
  get idle(): boolean {
    return this.#stream.idle;
  }

  /** False while the window is full. */
  get writable(): boolean {
    return this.#stream.writable;
  }

  get attached(): boolean {
    return this.#socket !== undefined;
  }

  /** Everything that is not acknowledged was sent at least this many times over this or earlier websockets. */
  sentAtLeast(times: number): boolean {
    return this.#stream.sentAtLeast(times);
  }

  /** Goes on over this websocket: what the peer did not acknowledge is sent again. */
  attach(socket: WebSocket): void {
    this.#socket = socket;
    this.#paused = false;
    this.#stream.connect(performance.now());
    this.#flow();
    this.#poll();
  }

  detach(): void {
    this.#socket = undefined;
    this.#paused = false;
    this.#stream.disconnect();
    this.#disarm();
  }

  /** Ends the hop; nothing is sent or delivered any more. */
  close(): void {
    this.detach();
    this.#stream.close();
  }

  /** Sends in order. `admitted` is called, once, when the hop has room for it. Payloads must not be empty. */
  send(payloadType: number, payload: Buffer, admitted?: () => void, place?: PayloadPlace): void {
    this.#stream.send(payloadType, payload, admitted, place);
    this.#poll();
  }

  /** Takes a message of the peer. One that is malformed is dropped without an answer (§3). */
  receive(message: AgentMessage): void {
    try {
      this.#stream.receive(message, performance.now());
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
    this.#poll();
  }

  /** Sends the acknowledgements that wait, now. */
  flushAcknowledgements(): void {
    this.#write(this.#stream.takeAcknowledgements());
  }

  /** Sends nothing for so long, after what is sent now. */
  quiet(milliseconds: number): void {
    this.#stream.quiet(performance.now(), milliseconds);
  }

  #work(): void {
    this.#flow();
    this.#arm();
  }

  #poll(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#flow();
    this.#write(this.#stream.poll(performance.now(), wireFull(socket)));
    this.#arm();
  }

  /** A peer without a window is not read from while there is no room for what it sends. */
  #flow(): void {
    const socket = this.#socket;
    if (socket === undefined || this.#paused === this.#stream.full) return;
    this.#paused = this.#stream.full;
    if (this.#paused) socket.pause();
    else socket.resume();
  }

  #write(frames: readonly Buffer[]): void {
    const socket = this.#socket;
    if (socket !== undefined && socket.readyState === socket.OPEN) sendTogether(socket, frames);
  }

  #arm(): void {
    const next = this.#stream.nextPoll;
    if (next === undefined || next >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = next;
    this.#timer = setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#poll();
    }, Math.max(1, next - performance.now())).unref();
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timerAt = Number.POSITIVE_INFINITY;
  }
}
