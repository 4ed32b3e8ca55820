/** Many local connections over one session, multiplexed by smux v1; this end is its client (`protocol.md` §7). */
import type { Duplex } from 'node:stream';
import { SsmlabError } from '../../errors.js';
import { FIXED_BYTES, PAYLOAD_TYPE, ProtocolError } from '../../protocol/agent-message.js';
import { FLAG, encodeFlag } from '../../protocol/payloads.js';
import { payloadSlices } from '../../protocol/reliable-stream.js';
import { SMUX_FRAME_BYTES, SmuxSession, type SmuxEvent } from '../../protocol/smux.js';
import type { DataChannel } from '../data-channel.js';
import type { Carrier, CarrierOptions } from './carrier.js';
import { flagOf, reset } from './connection-end.js';

/** Bytes that local connections have not taken yet, from which on nothing is read any more: smux v1 holds up all streams then. */
const UNWRITTEN_BYTES = 4 * 1024 * 1024;
const SMUX_HEADER_BYTES = 8;

interface Stream {
  readonly socket: Duplex;
  received: boolean;
  endedHere: boolean;
  endedThere: boolean;
  halfClose: NodeJS.Timeout | undefined;
}

export class MuxCarrier implements Carrier {
  readonly #channel: DataChannel;
  readonly #options: CarrierOptions;
  readonly #smux = new SmuxSession('client');
  readonly #streams = new Map<number, Stream>();
  /** Data of one message: whole frames, so that no payload is a remnant of a few bytes. */
  readonly #messageBytes: number;
  /** Refused connections whose stream has not ended yet. */
  #refused = 0;
  #unwritten = 0;
  #onRoom: (() => void) | undefined;

  constructor(channel: DataChannel, options: CarrierOptions) {
    this.#channel = channel;
    this.#options = options;
    const frames = Math.floor(channel.payloadBytes / (SMUX_FRAME_BYTES + SMUX_HEADER_BYTES));
    this.#messageBytes = frames > 0 ? frames * SMUX_FRAME_BYTES : Math.max(1, channel.payloadBytes - SMUX_HEADER_BYTES);
  }

  carry(socket: Duplex): void {
    if (!this.#channel.open) {
      reset(socket);
      return;
    }
    const { streamId, frame } = this.#smux.open();
    const stream: Stream = { socket, received: false, endedHere: false, endedThere: false, halfClose: undefined };
    this.#streams.set(streamId, stream);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#forget(streamId));
    this.#channel.put(frame);
    void this.#pump(streamId, stream);
  }

  async run(): Promise<string> {
    try {
      await this.#channel.each(({ payloadType, payload }) => {
        if (payloadType === PAYLOAD_TYPE.output) for (const event of this.#events(payload)) this.#take(event);
        else if (payloadType === PAYLOAD_TYPE.flag && flagOf(payload) === FLAG.connectToPortError) {
          this.#refused += 1;
          this.#options.onRefused();
        }
        return this.#full ? this.#written() : undefined;
      });
      return this.#channel.output ?? '';
    } finally {
      for (const { socket } of this.#streams.values()) reset(socket);
    }
  }

  end(): void {
    this.#channel.send(PAYLOAD_TYPE.flag, encodeFlag(FLAG.terminateSession));
    for (const { socket } of this.#streams.values()) reset(socket);
    this.#channel.close();
    this.#room();
  }

  get #full(): boolean {
    return this.#unwritten > UNWRITTEN_BYTES && this.#channel.open;
  }

  async #written(): Promise<void> {
    while (this.#full) await new Promise<void>((resolve) => (this.#onRoom = resolve));
  }

  #events(payload: Buffer): SmuxEvent[] {
    try {
      return this.#smux.receive(payload);
    } catch (error) {
      if (error instanceof ProtocolError) throw new SsmlabError('session-failed', `the agent does not speak smux version 1 in session ${this.#channel.sessionId}: ${error.message}`, { cause: error });
      throw error;
    }
  }

  async #pump(streamId: number, stream: Stream): Promise<void> {
    const { socket } = stream;
    try {
      for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        for (const slice of payloadSlices(chunk, this.#messageBytes)) {
          if (!(await this.#channel.room())) return;
          const frames = this.#smux.send(streamId, slice, FIXED_BYTES);
          if (frames !== undefined) this.#channel.put(frames, 'roomy');
        }
      }
    } catch {
      // It was reset; 'close' follows.
      return;
    }
    stream.endedHere = true;
    this.#endWhenQuiet(streamId, stream);
  }

  /** This side has said everything: the far end is told when it, too, seems to have nothing to say. */
  #endWhenQuiet(streamId: number, stream: Stream): void {
    clearTimeout(stream.halfClose);
    const tell = (): void => {
      const frame = this.#smux.end(streamId);
      if (frame !== undefined) this.#channel.put(frame);
    };
    if (stream.endedThere || this.#options.halfCloseMs === 0) tell();
    else stream.halfClose = setTimeout(tell, this.#options.halfCloseMs).unref();
  }

  #take(event: SmuxEvent): void {
    const stream = event.kind === 'open' ? undefined : this.#streams.get(event.streamId);
    if (stream === undefined) return;
    const { socket } = stream;
    if (event.kind === 'data') {
      stream.received = true;
      if (stream.halfClose !== undefined) this.#endWhenQuiet(event.streamId, stream);
      this.#unwritten += event.data.length;
      socket.write(event.data, () => {
        this.#unwritten -= event.data.length;
        this.#room();
      });
      return;
    }
    stream.endedThere = true;
    if (!stream.received && this.#refused > 0) {
      this.#refused -= 1;
      reset(socket);
      return;
    }
    socket.end();
    if (stream.endedHere) this.#endWhenQuiet(event.streamId, stream);
  }

  /** The local connection is over, whoever ended it. */
  #forget(streamId: number): void {
    clearTimeout(this.#streams.get(streamId)?.halfClose);
    this.#streams.delete(streamId);
    const frame = this.#smux.abandon(streamId);
    if (frame !== undefined && this.#channel.open) this.#channel.put(frame);
    this.#room();
  }

  #room(): void {
    const go = this.#onRoom;
    this.#onRoom = undefined;
    go?.();
  }
}
