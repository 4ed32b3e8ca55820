/** Many connections over a session, multiplexed by smux v1; this end is its server (`protocol.md` §7). */
import type { Duplex } from 'node:stream';
import { FIXED_BYTES, PAYLOAD_TYPE } from '../../../lib/protocol/agent-message.js';
import { compareVersions } from '../../../lib/protocol/handshake.js';
import { FLAG, encodeFlag, parseFlag } from '../../../lib/protocol/payloads.js';
import { SmuxSession, type SmuxEvent } from '../../../lib/protocol/smux.js';
import { read } from '../../messages/frame.js';
import type { Dial } from './port-dialer.js';
import type { SessionChannel } from './session-channel.js';
import type { SessionEnd, SessionResult } from './session-worker.js';

export interface MuxSessionOptions {
  readonly channel: SessionChannel;
  readonly dial: Dial;
}

/** The first client that multiplexes. */
const FIRST_CLIENT = '1.1.70.0';
/** Bytes that connections have not taken yet, from which on the client's side is held back: smux v1 holds up all streams then. */
const UNWRITTEN_BYTES = 4 << 20;
/** AWS's client ends both directions at once; for who ends one alone, the other goes on for as long as it says something. */
const HALF_CLOSED_IDLE_MS = 10_000;

interface Connection {
  socket: Duplex | undefined;
  /** Came while it was being opened. */
  queue: Buffer[];
  endedByClient: boolean;
  idle: NodeJS.Timeout | undefined;
}

export class MuxSession implements SessionEnd {
  readonly #options: MuxSessionOptions;
  readonly #smux = new SmuxSession('server');
  readonly #connections = new Map<number, Connection>();
  #result: SessionResult | undefined;
  #unwritten = 0;
  #held: (() => void)[] = [];
  readonly #paused = new Set<Duplex>();

  constructor(options: MuxSessionOptions) {
    this.#options = options;
  }

  static supports(clientVersion: string): boolean {
    return compareVersions(clientVersion, FIRST_CLIENT) >= 0;
  }

  async run(): Promise<SessionResult> {
    await this.#options.channel.until(() => this.#result !== undefined);
    this.kill();
    return this.#result ?? { status: 'Success', output: '' };
  }

  input(payloadType: number, payload: Buffer, accept: () => void): void {
    if (payloadType === PAYLOAD_TYPE.output) {
      const events = read((bytes: Buffer) => this.#smux.receive(bytes), payload);
      if (events === undefined) this.#end({ status: 'Failed', output: 'The client does not speak smux version 1' });
      else for (const event of events) this.#take(event);
      if (this.#unwritten < UNWRITTEN_BYTES) accept();
      else this.#held.push(accept);
      return;
    }
    accept();
    if (payloadType === PAYLOAD_TYPE.flag && read(parseFlag, payload) === FLAG.terminateSession) this.#end({ status: 'Success', output: '' });
  }

  kill(): void {
    for (const { socket, idle } of this.#connections.values()) {
      clearTimeout(idle);
      socket?.destroy();
    }
    this.#connections.clear();
    this.#release();
  }

  #end(result: SessionResult): void {
    this.#result ??= result;
    this.#options.channel.wakeAll();
  }

  #take(event: SmuxEvent): void {
    if (event.kind === 'open') {
      void this.#open(event.streamId);
      return;
    }
    const connection = this.#connections.get(event.streamId);
    if (connection === undefined) return;
    if (event.kind === 'data') {
      this.#unwritten += event.data.length;
      if (connection.socket === undefined) connection.queue.push(event.data);
      else this.#write(connection.socket, event.data);
    } else {
      connection.endedByClient = true;
      if (connection.socket !== undefined) this.#halfClose(event.streamId, connection, connection.socket);
    }
  }

  async #open(streamId: number): Promise<void> {
    const { channel, dial } = this.#options;
    const connection: Connection = { socket: undefined, queue: [], endedByClient: false, idle: undefined };
    this.#connections.set(streamId, connection);
    let socket: Duplex;
    try {
      socket = await dial(channel.signal);
    } catch {
      if (!channel.signal.aborted) channel.send(PAYLOAD_TYPE.flag, encodeFlag(FLAG.connectToPortError));
      this.#close(streamId);
      return;
    }
    if (this.#connections.get(streamId) !== connection) {
      socket.destroy();
      return;
    }
    connection.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      connection.idle?.refresh();
      // The frames of a chunk go as one message: half as many to be digested, framed and acknowledged.
      const frames = this.#smux.send(streamId, chunk, FIXED_BYTES);
      if (frames !== undefined) channel.send(PAYLOAD_TYPE.output, frames, 'roomy');
      if (!channel.writable) void this.#pause(socket);
    });
    socket.once('end', () => {
      const frame = this.#smux.end(streamId);
      if (frame !== undefined) channel.send(PAYLOAD_TYPE.output, frame);
      if (connection.endedByClient) this.#close(streamId);
    });
    socket.once('close', () => this.#close(streamId));
    for (const data of connection.queue.splice(0)) this.#write(socket, data);
    if (connection.endedByClient) this.#halfClose(streamId, connection, socket);
  }

  #halfClose(streamId: number, connection: Connection, socket: Duplex): void {
    socket.end();
    if (socket.readableEnded) this.#close(streamId);
    else connection.idle ??= setTimeout(() => this.#close(streamId), HALF_CLOSED_IDLE_MS).unref();
  }

  /** Both directions are over. */
  #close(streamId: number): void {
    const connection = this.#connections.get(streamId);
    if (connection === undefined) return;
    this.#connections.delete(streamId);
    clearTimeout(connection.idle);
    for (const data of connection.queue) this.#unwritten -= data.length;
    connection.socket?.destroy();
    const frame = this.#smux.abandon(streamId);
    if (frame !== undefined) this.#options.channel.send(PAYLOAD_TYPE.output, frame);
    this.#release();
  }

  #write(socket: Duplex, data: Buffer): void {
    socket.write(data, () => {
      this.#unwritten -= data.length;
      this.#release();
    });
  }

  #release(): void {
    if (this.#unwritten < UNWRITTEN_BYTES) for (const accept of this.#held.splice(0)) accept();
  }

  /** Reads on when the client's side has room. */
  async #pause(socket: Duplex): Promise<void> {
    if (this.#paused.has(socket)) return;
    this.#paused.add(socket);
    socket.pause();
    const { channel } = this.#options;
    await channel.until(() => channel.writable);
    this.#paused.delete(socket);
    socket.resume();
  }
}
