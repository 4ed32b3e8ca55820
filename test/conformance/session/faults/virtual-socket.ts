/** Two ends of a websocket in virtual time (the test's fake timers) over a connection that a schedule disturbs. */
import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import type { HopFaults } from './schedule.js';

/** How long an end that closed waits for the other's half of the closing handshake. */
const CLOSE_MS = 200;

class VirtualEnd extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  isPaused = false;
  readonly bufferedAmount = 0;
  peer!: VirtualEnd;
  readonly #connection: VirtualConnection;
  #held: (() => void)[] = [];

  constructor(connection: VirtualConnection) {
    super();
    this.#connection = connection;
  }

  send(bytes: Buffer): void {
    if (this.readyState === this.OPEN) this.#connection.carry(this, () => this.peer.take(() => this.peer.emit('message', bytes, true)), true);
  }

  ping(data: string): void {
    if (this.readyState !== this.OPEN) return;
    this.#connection.carry(this, () => this.peer.take(() => this.#connection.carry(this.peer, () => this.take(() => this.emit('pong', Buffer.from(data))), false)), false);
  }

  close(code = 1005, reason = ''): void {
    if (this.readyState !== this.OPEN) return;
    this.readyState = 2;
    this.#connection.carry(this, () => this.peer.take(() => this.#connection.end(code, reason)), false);
    setTimeout(() => this.#connection.end(code, reason), CLOSE_MS);
  }

  terminate(): void {
    this.#connection.end(1006, '');
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    while (!this.isPaused && this.#held.length > 0) this.#held.shift()?.();
  }

  /** Something arrived; an end that is paused reads it later. */
  take(read: () => void): void {
    if (this.isPaused) this.#held.push(read);
    else read();
  }

  ended(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#held = [];
    this.emit('close', code, Buffer.from(reason));
  }
}

export class VirtualConnection {
  readonly #near: VirtualEnd = new VirtualEnd(this);
  readonly #far: VirtualEnd = new VirtualEnd(this);
  readonly #faults: HopFaults;
  readonly #next: () => number;
  readonly #last = new Map<VirtualEnd, number>();
  readonly #onEnd: () => void;
  #over = false;

  constructor(faults: HopFaults, next: () => number, onEnd: () => void) {
    this.#faults = faults;
    this.#next = next;
    this.#onEnd = onEnd;
    this.#near.peer = this.#far;
    this.#far.peer = this.#near;
  }

  /** The end of client or agent; it has of a websocket what the product uses. */
  get near(): WebSocket {
    return this.#near as unknown as WebSocket;
  }

  /** The service's end. */
  get far(): WebSocket {
    return this.#far as unknown as WebSocket;
  }

  /** Both ends see it end, and what is on its way is lost. */
  end(code: number, reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#near.ended(code, reason);
    this.#far.ended(code, reason);
    this.#onEnd();
  }

  /** `faulty`: a message, which may be lost or doubled; frames of the websocket itself are only late. */
  carry(from: VirtualEnd, deliver: () => void, faulty: boolean): void {
    const { loss, duplicates, reorders, latency, jitter } = this.#faults;
    if (faulty && this.#next() < loss) return;
    const copies = faulty && this.#next() < duplicates ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const now = performance.now();
      let at = now + latency + this.#next() * jitter;
      if (!reorders) at = Math.max(at, this.#last.get(from) ?? 0);
      this.#last.set(from, Math.max(at, this.#last.get(from) ?? 0));
      setTimeout(() => {
        if (!this.#over) deliver();
      }, at - now);
    }
  }
}
