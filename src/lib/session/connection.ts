/** One websocket under a data channel: what comes is handed on, a break or a silence is named, once. Another may follow it. */
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { SsmlabError } from '../errors.js';
import { plainWire, sendTogether, watchForSilence } from './stream-socket.js';
import type { StreamSocketOptions } from './stream-socket.js';

export interface ConnectionOptions extends Pick<StreamSocketOptions, 'pingAfterMs' | 'pongWithinMs'> {
  readonly socket: WebSocket;
  /** `HOST:PORT`, for errors. */
  readonly host: string;
  readonly sessionId: string;
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
    const { socket, host, sessionId, onMessage } = options;
    this.#socket = socket;
    this.#options = options;
    this.#wire = plainWire(socket);
    const watch = watchForSilence(socket, options, (silentMs) => {
      this.#lose('stream-unreachable', `nothing was heard from ${host} for ${Math.round(silentMs / 1000)} s`);
    });
    this.#stopWatching = watch.stop;
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
    wire.write(frame);
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
