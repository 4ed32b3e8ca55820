/** The two ends of a TCP connection in process: back pressure, half-close and reset as between sockets, and a gate that can fall silent. */
import { Duplex } from 'node:stream';
import { FabricError, type TcpStream } from '../fabric.js';

/** Most that is handed over in one piece, and what each end buffers. */
const SEGMENT_BYTES = 65_536;
/** Handed over in one turn of the event loop, so that one busy flow does not keep the others waiting. */
const TURN_BYTES = 8 * SEGMENT_BYTES;
/** Pieces that are written at once and are together no larger are put together: a copy costs less than an event each. */
const SMALL_BYTES = 4096;

/** Which end of the connection. */
type Side = 'client' | 'server';

type Callback = (error?: Error | null) => void;

/** One end. What is written here waits until the other end wants it and the network lets it through; nothing is buffered in between. */
class StreamEnd extends Duplex implements TcpStream {
  givesAway = false;
  peer: StreamEnd | undefined;
  readonly #gate: Gate;
  readonly #side: Side;
  /** The last packet was dropped on the way; it goes again when one of the other end gets through. */
  #dropped = false;
  #out: Buffer[] = [];
  #written: Callback | undefined;
  #final: Callback | undefined;
  #finSent = false;
  /** As with a socket, what arrives before anybody reads is kept, up to one buffer. */
  #wanting = true;
  #scheduled = false;
  /** What the other end is still to be told after this one was destroyed. */
  #lastWord: 'reset' | 'end' | undefined;

  constructor(gate: Gate, side: Side) {
    super({ allowHalfOpen: true, highWaterMark: SEGMENT_BYTES });
    this.#gate = gate;
    this.#side = side;
    // A reset is a fact of the network: an owner who does not listen for it must not bring the region down.
    this.on('error', () => undefined);
  }

  override _read(): void {
    this.#wanting = true;
    this.peer?.wake();
  }

  /** Whether the reader here asked for more than it has. */
  get wants(): boolean {
    return this.#wanting;
  }

  receive(bytes: Buffer): void {
    // Reading may ask again while the bytes are being pushed.
    this.#wanting = false;
    if (this.push(bytes)) this.#wanting = true;
  }

  override _write(chunk: Buffer, _encoding: string, done: Callback): void {
    this.#offer([this.givesAway ? chunk : Buffer.from(chunk)], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: Callback): void {
    const pieces = chunks.map(({ chunk }) => chunk);
    this.#offer(this.givesAway && this.writableLength > SMALL_BYTES ? pieces : [Buffer.concat(pieces)], done);
  }

  #offer(pieces: Buffer[], done: Callback): void {
    this.#out = pieces;
    this.#written = done;
    this.wake();
  }

  override _final(done: Callback): void {
    this.#final = done;
    this.wake();
  }

  override _destroy(error: Error | null, done: Callback): void {
    const peer = this.peer;
    const unheard = this.#out.length > 0 || (peer !== undefined && peer.#out.length > 0);
    this.#settle(error ?? new FabricError('ECONNRESET', 'the stream was destroyed'));
    if (peer !== undefined && !peer.destroyed) {
      // Closing after both sides have said all is an orderly end; leaving before is a reset, as with unread data on a socket.
      if (!this.#finSent) this.#lastWord = peer.#finSent && !unheard ? 'end' : 'reset';
      else if (peer.#out.length > 0) this.#lastWord = 'reset';
      this.wake();
    }
    done(error);
  }

  #settle(error: Error): void {
    const written = this.#written;
    const final = this.#final;
    this.#out = [];
    this.#written = undefined;
    this.#final = undefined;
    written?.(error);
    final?.(error);
  }

  /** Tries again in the next turn: never within the caller's own call, and never twice. */
  wake(): void {
    if (this.#scheduled || !this.#gate.open) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  /** Whether there is a packet to be sent now. */
  #speaks(peer: StreamEnd): boolean {
    if (this.#lastWord !== undefined) return true;
    if (this.destroyed) return false;
    return this.#out.length === 0 ? this.#final !== undefined : peer.wants || peer.destroyed;
  }

  #deliver(): void {
    const peer = this.peer;
    if (peer === undefined || !this.#gate.open || !this.#speaks(peer)) return;
    const answer = this.#gate.admit(this.#side);
    this.#dropped = answer === 'drop';
    if (this.#dropped) return;
    if (answer === 'reset') return this.#reset();
    this.#send(peer);
    if (peer.#dropped) peer.wake();
  }

  /** By somebody on the way, who tells this end only: the other one hears nothing any more. */
  #reset(): void {
    this.#gate.set(false);
    this.#lastWord = undefined;
    if (!this.destroyed) this.destroy(new FabricError('ECONNRESET', 'connection reset by peer'));
  }

  #send(peer: StreamEnd): void {
    if (this.#lastWord !== undefined) {
      const word = this.#lastWord;
      this.#lastWord = undefined;
      if (peer.destroyed) return;
      if (word === 'end') peer.push(null);
      else peer.destroy(new FabricError('ECONNRESET', 'connection reset by peer'));
      return;
    }
    if (this.destroyed) return;
    if (peer.destroyed) {
      if (this.#out.length > 0) this.destroy(new FabricError('ECONNRESET', 'connection reset by peer'));
      else this.#finish(peer);
      return;
    }
    for (let sent = 0; peer.wants;) {
      const [next] = this.#out;
      if (next === undefined) break;
      if (sent >= TURN_BYTES) return this.wake();
      sent += this.#hand(peer, next);
      if (this.destroyed || peer.destroyed) return;
    }
    if (this.#out.length === 0) this.#finish(peer);
  }

  /** Hands a piece over, or its first part; returns how many bytes. */
  #hand(peer: StreamEnd, next: Buffer): number {
    const part = next.subarray(0, SEGMENT_BYTES);
    if (part.length === next.length) this.#out.shift();
    else this.#out[0] = next.subarray(SEGMENT_BYTES);
    peer.receive(part);
    if (this.#out.length > 0) return part.length;
    const written = this.#written;
    this.#written = undefined;
    written?.();
    return part.length;
  }

  #finish(peer: StreamEnd): void {
    const final = this.#final;
    if (final === undefined) return;
    this.#final = undefined;
    this.#finSent = true;
    if (!peer.destroyed) peer.push(null);
    final();
  }
}

/** Whether packets of the connection get through, both ways: TCP needs the acknowledgements too. */
export class Gate {
  #open = true;
  #onOpen: () => void = () => undefined;
  /** Asked before each packet that an end sends through the open gate: it passes, is lost, or somebody on the way resets the sender. */
  admit: (from: Side) => 'pass' | 'drop' | 'reset' = () => 'pass';

  get open(): boolean {
    return this.#open;
  }

  /** Opening lets what waited go on, also what was dropped while it was open; closing loses nothing that is already at an end. */
  set(open: boolean): void {
    this.#open = open;
    if (open) this.#onOpen();
  }

  onOpen(listener: () => void): void {
    this.#onOpen = listener;
  }
}

export interface StreamPair {
  readonly client: TcpStream;
  readonly server: TcpStream;
  readonly gate: Gate;
}

/** A connected pair. Destroying one end before it has ended resets the other, once the gate is open. */
export function createStreamPair(): StreamPair {
  const gate = new Gate();
  const client = new StreamEnd(gate, 'client');
  const server = new StreamEnd(gate, 'server');
  client.peer = server;
  server.peer = client;
  gate.onOpen(() => {
    client.wake();
    server.wake();
  });
  return { client, server, gate };
}
