/** One websocket under a data channel: what comes is handed on, a break or a silence is named, once. Another may follow it. */
import { writeSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { SsmlabError } from '../errors.js';
import { glanceAt, plainWire, sendTogether, watchForSilence } from './stream-socket.js';
import type { StreamSocketOptions } from './stream-socket.js';

export interface ConnectionOptions extends Pick<StreamSocketOptions, 'pingAfterMs' | 'pongWithinMs'> {
  readonly socket: WebSocket;
  /** `HOST:PORT`, for errors. */
  readonly host: string;
  readonly sessionId: string;
  /** A message, ahead of {@link onMessage}, where it was read: what is to be kept has to be copied. False: it comes as any other. */
  readonly onGlance?: ((bytes: Buffer) => boolean) | undefined;
  readonly onMessage: (bytes: Buffer) => void;
  /** It is of no use any more. Not called after {@link Connection.close} or {@link Connection.drop}. */
  readonly onLost: (why: SsmlabError) => void;
}

/** How long the other end has for its half of the closing handshake. */
const CLOSE_MS = 500;

export class Connection {
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  /** For whole frames; undefined where they are to be masked. */
  readonly #wire: Duplex | undefined;
  readonly #stopWatching: () => void;
  #over = false;

  /** Takes a socket as `openStreamSocket` gives it, paused; {@link begin} lets it speak. */
  constructor(options: ConnectionOptions) {
    const { socket, host, sessionId, onGlance, onMessage } = options;
    this.#socket = socket;
    this.#options = options;
    this.#wire = plainWire(socket);
    const watch = watchForSilence(socket, options, (silentMs) => {
      this.#lose('stream-unreachable', `nothing was heard from ${host} for ${Math.round(silentMs / 1000)} s`);
    });
    this.#stopWatching = watch.stop;
    glanceAt(socket, (bytes) => {
      watch.heard();
      return !this.#over && onGlance?.(bytes) === true;
    });
    // One listener: with two of them each message would take a copy of their list.
    socket.on('message', (data) => {
      watch.heard();
      if (!this.#over) onMessage(bytesOf(data));
    });
    socket.on('error', (error) => this.#lose('stream-unreachable', `the connection to ${host} broke: ${causeOf(error)}`, error));
    socket.on('close', (code, reason) => this.#lose('session-failed', `${host} closed the stream of session ${sessionId} (${code}${reason.length === 0 ? '' : ` ${printable(reason.toString())}`})`));
  }

  /** Sends the opening message and reads from now on. */
  begin(opening: string): void {
    this.#socket.send(opening);
    this.#socket.resume();
  }

  /** True while something that was written is still here. */
  get backlogged(): boolean {
    return this.#socket.bufferedAmount > 0;
  }

  /** Whether {@link writeWhole} may be called. */
  get takesWhole(): boolean {
    return this.#wire !== undefined;
  }

  /** Writes a frame with a mask of zeros as it is, past all that a websocket does; false, and nothing is written, where something waits. */
  writeWhole(frame: Buffer): boolean {
    const wire = this.#wire;
    if (wire === undefined || wire.writableLength > 0 || this.#socket.readyState !== this.#socket.OPEN) return false;
    const written = writtenNow(wire, frame);
    if (written < frame.length) wire.write(frame.subarray(written));
    return true;
  }

  write(frames: readonly Buffer[]): void {
    if (this.#socket.readyState === this.#socket.OPEN) sendTogether(this.#socket, frames);
  }

  /** A peer without a window is not read from while nobody takes what it sends. */
  readFrom(wanted: boolean): void {
    if (wanted === !this.#socket.isPaused || this.#over) return;
    if (wanted) this.#socket.resume();
    else this.#socket.pause();
  }

  /** Leaves as the protocol has it. */
  close(): void {
    this.#end();
    this.#socket.close(1000);
    setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref();
  }

  /** A dead peer answers no close frame, and waiting for it would keep the process alive. */
  drop(): void {
    this.#end();
    this.#socket.terminate();
  }

  #end(): void {
    this.#over = true;
    this.#stopWatching();
    // A paused socket would never see the peer's close.
    if (this.#socket.isPaused) this.#socket.resume();
  }

  #lose(code: 'session-failed' | 'stream-unreachable', message: string, cause?: unknown): void {
    if (this.#over) return;
    this.drop();
    this.#options.onLost(new SsmlabError(code, message, { cause }));
  }
}

/** Bytes of it that the system took, past the queues of a stream, which have to be empty; 0 where there is no way past them, or no room. */
function writtenNow(wire: Duplex & { readonly encrypted?: boolean; readonly _handle?: { readonly fd?: unknown } | null }, bytes: Buffer): number {
  // Node has no other name for what a socket is to the system. On Windows it is no number; under TLS it is the socket below, which must not see this.
  const fd = wire.encrypted === true ? undefined : wire._handle?.fd;
  if (typeof fd !== 'number' || fd < 0) return 0;
  try {
    return writeSync(fd, bytes);
  } catch {
    // The stream waits for room, or says what is wrong.
    return 0;
  }
}

/** The system's code, as people know it; what `ws` finds wrong in a frame has codes that nobody knows, and words. */
function causeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined || code.startsWith('WS_ERR_') ? error.message.toLowerCase() : code;
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

/** Text of the other side without control characters. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').trim();
}
