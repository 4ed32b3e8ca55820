/**
 * The frames that a session is made of, whole and binary, past the general machinery of `ws`: two streams and five queues that a
 * key's echo need not go through. What is anything else (text, pings, the close, fragments, a frame that came in parts) is left to
 * `ws`, from its first byte to its last, and so is every judgement of what is wrong with a frame. Source: RFC 6455 §5.2.
 */
import type { Readable, Writable } from 'node:stream';
import type { WebSocket } from 'ws';

/** FIN and opcode 2, no reserved bit. */
const WHOLE_BINARY = 0x82;
const FIN = 0x80;
const OPCODE = 0x0f;
const CLOSE = 8;
/** Set by clients alone. */
const MASKED = 0x80;
/** Header of the shortest frames, without a mask. */
const SHORTEST_HEADER = 2;
const MASK = 4;

/** Bytes of header, once the first two are there. */
const headerBytes = (second: number): number => ((second & 0x7f) < 126 ? SHORTEST_HEADER : (second & 0x7f) === 126 ? 4 : 10);

/** Bytes of payload, of a whole header at `at`. Longer than any message here may be is as long as any: `ws` refuses it. */
function payloadBytes(bytes: Buffer, at: number): number {
  const length = (bytes[at + 1] ?? 0) & 0x7f;
  if (length < 126) return length;
  return length === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
}

/**
 * Reads what comes over `wire`, in place of `ws`, which is given what is not ordinary; messages are events of `socket` as ever. To be
 * called when `socket` has opened and not read yet. `masked`: it is a server's, and takes what a client masked by zeros. Nothing is kept here, so that it makes no difference who read a frame.
 */
export function readOrdinaryFrames(socket: WebSocket, wire: Readable, masked = false): Lane | undefined {
  const [theirs, ...others] = wire.listeners('data') as ((this: Readable, chunk: Buffer) => void)[];
  // Not as it is known to do: then all of it is left to it.
  if (theirs === undefined || others.length > 0) return undefined;
  const lane = new Lane((payload) => void socket.emit('message', payload, true), (bytes) => theirs.call(wire, bytes), masked ? MASKED : 0);
  wire.on('data', (chunk: Buffer) => lane.take(chunk)).off('data', theirs);
  socket.once('error', () => lane.end()).once('close', () => lane.end());
  return lane;
}

/** Where frames begin, and whose each is. */
export class Lane {
  readonly #message: (payload: Buffer) => void;
  readonly #leave: (bytes: Buffer) => void;
  /** MASKED when what comes is masked, as a server's is. */
  readonly #mask: number;
  /** Bytes to come of a frame that is left to `ws`. */
  #rest = 0;
  /** Of such a frame, what has come of a header that came in parts. */
  #header = Buffer.alloc(0);
  /** A message in fragments has begun. */
  #fragmented = false;
  /** This chunk has a frame that may be wrong: what `ws` finds it says when the chunk is through, and nothing after it counts. */
  #doubtful = false;
  #closing = false;
  #over = false;

  constructor(message: (payload: Buffer) => void, leave: (bytes: Buffer) => void, mask: number) {
    this.#mask = mask;
    this.#message = message;
    this.#leave = leave;
  }

  end(): void {
    this.#over = true;
  }

  /** Where the message is, when `bytes` are one short frame that {@link take} would give out whole, and no mask; 0 when not. It takes nothing. */
  shortMessageAt(bytes: Buffer, length: number): number {
    const idle = this.#rest === 0 && !this.#fragmented && !this.#closing && !this.#over && this.#mask === 0 && this.#header.length === 0;
    return idle && bytes[0] === WHOLE_BINARY && (bytes[1] ?? 0) < 126 && bytes[1] === length - SHORTEST_HEADER ? SHORTEST_HEADER : 0;
  }

  take(chunk: Buffer): void {
    this.#doubtful = false;
    let at = this.#restOf(chunk);
    while (at < chunk.length && !this.#over) {
      const size = this.#doubtful || this.#fragmented ? 0 : ordinaryBytes(chunk, at, this.#mask);
      if (size > 0) {
        this.#message(chunk.subarray(at + headerBytes(chunk[at + 1] ?? 0) + (this.#mask === 0 ? 0 : MASK), at + size));
        at += size;
      } else at = this.#leaveFrame(chunk, at);
    }
  }

  /** The end of a frame that began in an earlier chunk; returns where the next one begins. */
  #restOf(chunk: Buffer): number {
    if (this.#over) return chunk.length;
    if (this.#header.length > 0) return this.#leaveFrame(chunk, 0);
    const bytes = Math.min(this.#rest, chunk.length);
    if (bytes > 0) this.#pass(chunk, 0, bytes);
    return bytes;
  }

  /** Leaves the frame at `at` to `ws`, as much of it as is there; returns where the next one begins. */
  #leaveFrame(chunk: Buffer, at: number): number {
    const before = this.#header.length;
    const known = before === 0 ? chunk.subarray(at, at + 10) : Buffer.concat([this.#header, chunk.subarray(at, at + 10)]);
    if (known.length < SHORTEST_HEADER || known.length < headerBytes(known[1] ?? 0)) {
      this.#header = Buffer.from(known);
      this.#leave(chunk.subarray(at));
      return chunk.length;
    }
    this.#header = Buffer.alloc(0);
    const [first = 0, second = 0] = known;
    this.#doubtful ||= first !== WHOLE_BINARY || this.#fragmented || (second & MASKED) !== this.#mask;
    const opcode = first & OPCODE;
    if (opcode === CLOSE) this.#closing = true;
    else if (opcode < CLOSE) this.#fragmented = (first & FIN) === 0;
    // A service masks nothing, and a client everything: what else that is `ws` says, and nothing comes after it.
    if ((second & MASKED) !== this.#mask) this.#closing = true;
    this.#rest = headerBytes(second) + (this.#mask === 0 ? 0 : MASK) + payloadBytes(known, 0) - before;
    const bytes = Math.min(this.#rest, chunk.length - at);
    this.#pass(chunk, at, at + bytes);
    return at + bytes;
  }

  #pass(chunk: Buffer, from: number, to: number): void {
    this.#rest -= to - from;
    this.#leave(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to));
    if (this.#rest === 0 && this.#closing) this.#over = true;
  }
}

/** Bytes of the frame at `at`, when it is all there, whole and binary, with a mask of zeros where there is to be one; 0 when not. */
function ordinaryBytes(chunk: Buffer, at: number, mask: number): number {
  const left = chunk.length - at;
  if (left < SHORTEST_HEADER || chunk[at] !== WHOLE_BINARY) return 0;
  const second = chunk[at + 1] ?? 0;
  const header = headerBytes(second);
  if ((second & MASKED) !== mask || left < header) return 0;
  const size = header + (mask === 0 ? 0 : MASK) + payloadBytes(chunk, at);
  return size <= left && (mask === 0 || chunk.readUInt32BE(at + header) === 0) ? size : 0;
}

/** Messages that together are no longer are copied into one write. */
const JOINED_BYTES = 4096;
/** The longest header of those, with its mask. */
const JOINED_HEADER = 8;

/** A frame with a mask of zeros for a message of less than 126 bytes, which is to be its end. */
export function frameAround(bytes: number): Buffer {
  const frame = Buffer.alloc(SHORTEST_HEADER + MASK + bytes);
  frame[0] = WHOLE_BINARY;
  frame[1] = MASKED | bytes;
  return frame;
}

/** Sends messages in one write, whole and binary, with a mask of zeros; false, and nothing is sent, when they are too long for that. */
export function writeOrdinaryFrames(wire: Writable, messages: readonly Buffer[]): boolean {
  let bytes = 0;
  for (const message of messages) bytes += JOINED_HEADER + message.length;
  if (bytes > JOINED_BYTES) return false;
  const joined = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const message of messages) {
    joined[at] = WHOLE_BINARY;
    if (message.length < 126) {
      joined[at + 1] = MASKED | message.length;
      at += 2;
    } else {
      joined[at + 1] = MASKED | 126;
      joined.writeUInt16BE(message.length, at + 2);
      at += 4;
    }
    joined.writeUInt32BE(0, at);
    joined.set(message, at + 4);
    at += 4 + message.length;
  }
  wire.write(joined.subarray(0, at));
  return true;
}
