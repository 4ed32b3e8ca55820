/** Two ends of a websocket in virtual time (the test's fake timers) over a connection that a schedule disturbs. */
import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import type { MessageFaults } from './schedule.js';

/** How long an end that closed waits for the other's half of the closing handshake. */
const CLOSE_MS = 200;

class VirtualEnd extends EventEmitter {
  readonly OPEN = 1;
  readyState = 0;
  isPaused = false;
  readonly bufferedAmount = 0;
  peer!: VirtualEnd;
  readonly #connection: VirtualConnection;
  #held: (() => void)[] = [];

  constructor(connection: VirtualConnection) {
    super();
    this.#connection = connection;
  }

  send(data: Buffer | string): void {
    if (this.readyState !== this.OPEN) return;
    this.#connection.carry(this, () => this.peer.take(() => this.peer.emit('message', Buffer.from(data), typeof data !== 'string')), typeof data === 'string' ? 'opening' : 'message');
  }

  ping(data: string): void {
    if (this.readyState !== this.OPEN) return;
    const answered = (): void => this.take(() => this.emit('pong', Buffer.from(data)));
    this.#connection.carry(this, () => this.peer.take(() => {
      this.peer.emit('ping', Buffer.from(data));
      this.#connection.carry(this.peer, answered, 'control');
    }), 'control');
  }

  close(code = 1005, reason = ''): void {
    if (this.readyState !== this.OPEN) return;
    this.readyState = 2;
    this.#connection.carry(this, () => this.peer.take(() => this.#connection.end(code, reason)), 'control');
    setTimeout(() => this.#connection.end(code, reason, this), CLOSE_MS);
  }

  terminate(): void {
    if (this.readyState === 0) this.failed(new Error('WebSocket was closed before the connection was established'));
    else this.#connection.end(1006, '', this);
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

  opened(): void {
    if (this.readyState !== 0) return;
    this.readyState = this.OPEN;
    this.emit('open');
  }

  /** It does not come to a connection. */
  failed(error: Error): void {
    if (this.readyState !== 0) return;
    this.emit('error', error);
    this.ended(1006, '');
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
  readonly #faults: MessageFaults;
  readonly #next: () => number;
  readonly #last = new Map<VirtualEnd, number>();
  /** What comes after the opening message of an end does not overtake it. */
  readonly #openings = new Map<VirtualEnd, number>();
  #silent = false;

  /** `onEnd`: it is over for the end of client or agent. */
  constructor(faults: MessageFaults, next: () => number, onEnd: () => void) {
    this.#faults = faults;
    this.#next = next;
    this.#near.peer = this.#far;
    this.#far.peer = this.#near;
    this.#near.once('close', onEnd);
  }

  /** The end of client or agent; it has of a websocket what the product uses. */
  get near(): WebSocket {
    return this.#near as unknown as WebSocket;
  }

  /** The service's end. */
  get far(): WebSocket {
    return this.#far as unknown as WebSocket;
  }

  /** Both ends are there from now on. */
  open(): void {
    this.#far.opened();
    this.#near.opened();
  }

  /** The near end's attempt fails so. */
  fail(error: Error): void {
    this.#near.failed(error);
  }

  /** The near end's attempt is answered so, in HTTP. */
  refuse(statusCode: number, statusMessage: string): void {
    this.#near.emit('unexpected-response', { destroy: () => undefined }, { resume: () => undefined, statusCode, statusMessage });
  }

  /** Both ends see it end, and what is on its way is lost. In silence only who ends it sees it. */
  end(code: number, reason: string, by?: VirtualEnd): void {
    for (const end of [this.#near, this.#far]) if (!this.#silent || by === end) end.ended(code, reason);
  }

  /** From now on nothing comes through, and neither end is told. */
  silence(): void {
    this.#silent = true;
  }

  /** A message may be lost or doubled; what opens a channel, and the websocket's own frames, are only late. */
  carry(from: VirtualEnd, deliver: () => void, what: 'message' | 'opening' | 'control'): void {
    const { loss, duplicates, reorders, latency, jitter } = this.#faults;
    if (this.#silent || (what === 'message' && this.#next() < loss)) return;
    const copies = what === 'message' && this.#next() < duplicates ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const now = performance.now();
      const least = reorders ? this.#openings.get(from) : this.#last.get(from);
      const at = Math.max(now + latency + this.#next() * jitter, least ?? 0);
      this.#last.set(from, Math.max(at, this.#last.get(from) ?? 0));
      if (what === 'opening') this.#openings.set(from, at);
      setTimeout(() => {
        if (!this.#silent && from.peer.readyState !== 3) deliver();
      }, at - now);
    }
  }
}
