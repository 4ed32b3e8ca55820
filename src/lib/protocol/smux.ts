/**
 * smux v1: many streams over the one of a port session, sans-IO. Source: `protocol.md` §7. A frame is version 1, command,
 * length (u16, little-endian), stream id (u32, little-endian), data. It knows no windows: who cannot take data of one stream
 * holds up all. FIN ends one direction here, as far as the other side plays along: AWS's plugin and agent end both.
 */
import { ProtocolError } from './protocol-error.js';

export const SMUX_COMMAND = { syn: 0, fin: 1, psh: 2, nop: 3 } as const;

const VERSION = 1;
const HEADER_BYTES = 8;
/** Data of one frame; the protocol's own limit is 65 535. */
export const SMUX_FRAME_BYTES = 32_768;
const ID_LIMIT = 0xffff_ffff;

export interface SmuxFrame {
  /** One of {@link SMUX_COMMAND}. */
  readonly command: number;
  readonly streamId: number;
  /** At most 65 535 bytes. */
  readonly data: Buffer;
}

const NOTHING = Buffer.alloc(0);

export function encodeSmuxFrame({ command, streamId, data }: SmuxFrame): Buffer {
  if (data.length > 0xffff) throw new ProtocolError('bad-header', `smux frame of ${data.length} bytes`);
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + data.length);
  writeHeader(bytes, 0, { command, streamId, length: data.length });
  data.copy(bytes, HEADER_BYTES);
  return bytes;
}

function writeHeader(bytes: Buffer, at: number, { command, streamId, length }: { readonly command: number; readonly streamId: number; readonly length: number }): void {
  bytes[at] = VERSION;
  bytes[at + 1] = command;
  bytes.writeUInt16LE(length, at + 2);
  bytes.writeUInt32LE(streamId, at + 4);
}

/** Cuts a byte stream into frames, however it was cut before. Throws ProtocolError for what no peer may send; it is of no use then. */
export class SmuxDecoder {
  #rest: Buffer = NOTHING;

  /** The frames that are whole now; their data may be views on what was pushed. */
  push(bytes: Buffer): SmuxFrame[] {
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const frames: SmuxFrame[] = [];
    while (rest.length >= HEADER_BYTES) {
      const command = rest[1] ?? 0;
      if (rest[0] !== VERSION) throw new ProtocolError('bad-header', `smux version ${rest[0] ?? 0}`);
      if (command > SMUX_COMMAND.nop) throw new ProtocolError('bad-header', `smux command ${command}`);
      const end = HEADER_BYTES + rest.readUInt16LE(2);
      if (rest.length < end) break;
      frames.push({ command, streamId: rest.readUInt32LE(4), data: rest.subarray(HEADER_BYTES, end) });
      rest = rest.subarray(end);
    }
    this.#rest = rest;
    return frames;
  }
}

/** `open`: the other side opened a stream; `end`: it sends no more on it. */
export type SmuxEvent =
  | { readonly kind: 'open'; readonly streamId: number }
  | { readonly kind: 'data'; readonly streamId: number; readonly data: Buffer }
  | { readonly kind: 'end'; readonly streamId: number };

interface Stream {
  ended: boolean;
  endedByPeer: boolean;
}

export class SmuxSession {
  readonly #decoder = new SmuxDecoder();
  readonly #streams = new Map<number, Stream>();
  #next: number;

  /** The client's streams are 3, 5, 7 …, the server's 2, 4, 6 …. */
  constructor(role: 'client' | 'server') {
    this.#next = role === 'client' ? 3 : 2;
  }

  /** Streams that at least one side still sends on. */
  get streamCount(): number {
    return this.#streams.size;
  }

  /** What came in. Data and ends of streams that are not there are dropped, as both official sides do. Throws ProtocolError. */
  receive(bytes: Buffer): SmuxEvent[] {
    return this.#decoder.push(bytes).flatMap((frame) => this.#take(frame));
  }

  /** A new stream, and the frame that says so. Throws ProtocolError when the numbers are used up. */
  open(): { readonly streamId: number; readonly frame: Buffer } {
    const streamId = this.#next;
    if (streamId > ID_LIMIT) throw new ProtocolError('bad-header', 'smux has no stream ids left');
    this.#next += 2;
    this.#streams.set(streamId, { ended: false, endedByPeer: false });
    return { streamId, frame: encodeSmuxFrame({ command: SMUX_COMMAND.syn, streamId, data: NOTHING }) };
  }

  /** Frames that carry the data, in one piece for one message, behind so many free bytes; undefined after the stream's end, and for no data. */
  send(streamId: number, data: Buffer, room = 0): Buffer | undefined {
    if (data.length === 0 || this.#streams.get(streamId)?.ended !== false) return undefined;
    const count = Math.ceil(data.length / SMUX_FRAME_BYTES);
    const bytes = Buffer.allocUnsafe(room + count * HEADER_BYTES + data.length).subarray(room);
    for (let frame = 0; frame < count; frame += 1) {
      const from = frame * SMUX_FRAME_BYTES;
      const length = Math.min(SMUX_FRAME_BYTES, data.length - from);
      const at = from + frame * HEADER_BYTES;
      writeHeader(bytes, at, { command: SMUX_COMMAND.psh, streamId, length });
      data.copy(bytes, at + HEADER_BYTES, from, from + length);
    }
    return bytes;
  }

  /** The frame that says that no more will be sent; undefined when that was said. */
  end(streamId: number): Buffer | undefined {
    const stream = this.#streams.get(streamId);
    if (stream === undefined || stream.ended) return undefined;
    stream.ended = true;
    if (stream.endedByPeer) this.#streams.delete(streamId);
    return encodeSmuxFrame({ command: SMUX_COMMAND.fin, streamId, data: NOTHING });
  }

  /** Forgets a stream; the frame as of {@link end}. What still comes for it is dropped. */
  abandon(streamId: number): Buffer | undefined {
    const frame = this.end(streamId);
    this.#streams.delete(streamId);
    return frame;
  }

  #take({ command, streamId, data }: SmuxFrame): SmuxEvent[] {
    const stream = this.#streams.get(streamId);
    switch (command) {
      case SMUX_COMMAND.syn:
        if (stream !== undefined) return [];
        this.#streams.set(streamId, { ended: false, endedByPeer: false });
        return [{ kind: 'open', streamId }];
      case SMUX_COMMAND.psh:
        return stream === undefined || stream.endedByPeer || data.length === 0 ? [] : [{ kind: 'data', streamId, data }];
      case SMUX_COMMAND.fin:
        if (stream === undefined || stream.endedByPeer) return [];
        stream.endedByPeer = true;
        if (stream.ended) this.#streams.delete(streamId);
        return [{ kind: 'end', streamId }];
      default:
        return [];
    }
  }
}
