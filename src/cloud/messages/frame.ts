/** The binary message of data and control channels as the message service and the agent use it (`protocol.md` §3). */
import { createHash, randomUUID } from 'node:crypto';

export type StreamType = 'input_stream_data' | 'output_stream_data';

export interface Frame {
  /** `output_stream_data`, `acknowledge`, `interactive_shell` … */
  readonly type: string;
  readonly sequence: number;
  readonly flags: number;
  /** UUID. */
  readonly messageId: string;
  readonly payloadType: number;
  readonly payload: Buffer;
}

/** Payload types of stream data. */
export const PAYLOAD = { output: 1, size: 3, handshakeRequest: 5, handshakeResponse: 6, handshakeComplete: 7, flag: 10, stdErr: 11, exitCode: 12 } as const;

const HEADER = 116;
/** SYN and FIN; Windows agents stall on less in an acknowledgement. */
const SYN_FIN = 3;

function encode(frame: Frame, created: number): Buffer {
  const bytes = Buffer.alloc(HEADER + 4 + frame.payload.length);
  bytes.writeUInt32BE(HEADER, 0);
  bytes.fill(0x20, 4, 36);
  bytes.write(frame.type, 4, 32, 'latin1');
  bytes.writeUInt32BE(1, 36);
  bytes.writeBigUInt64BE(BigInt(Math.max(1, Math.floor(created))), 40);
  bytes.writeBigInt64BE(BigInt(frame.sequence), 48);
  bytes.writeBigUInt64BE(BigInt(frame.flags), 56);
  const id = Buffer.from(frame.messageId.replaceAll('-', ''), 'hex');
  id.copy(bytes, 64, 8, 16);
  id.copy(bytes, 72, 0, 8);
  createHash('sha256').update(frame.payload).digest().copy(bytes, 80);
  bytes.writeUInt32BE(frame.payloadType, 112);
  bytes.writeUInt32BE(frame.payload.length, 116);
  frame.payload.copy(bytes, 120);
  return bytes;
}

/** Undefined for what is not a whole message or fails its digest: such a message is dropped without an answer. */
export function decodeFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < HEADER + 4) return undefined;
  const header = bytes.readUInt32BE(0);
  const type = bytes.toString('latin1', 4, 36).replaceAll('\0', '').trim();
  if (header < HEADER || bytes.length < header + 4 || type === '' || bytes.readBigUInt64BE(40) === 0n) return undefined;
  const payload = bytes.subarray(header + 4);
  const digest = createHash('sha256').update(payload).digest();
  if (payload.length > 0 && !digest.equals(bytes.subarray(80, 112))) return undefined;
  const id = Buffer.concat([bytes.subarray(72, 80), bytes.subarray(64, 72)]).toString('hex');
  return {
    type,
    sequence: Number(bytes.readBigInt64BE(48)),
    flags: Number(bytes.readBigUInt64BE(56)),
    messageId: `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`,
    payloadType: bytes.readUInt32BE(112),
    payload,
  };
}

/** A message of stream data. */
export function dataFrame(type: StreamType, sequence: number, payloadType: number, payload: Buffer, now: number): Buffer {
  const flags = type === 'output_stream_data' && sequence === 0 ? 1 : 0;
  return encode({ type, sequence, flags, messageId: randomUUID(), payloadType, payload }, now);
}

/** The acknowledgement of a message of stream data. */
export function acknowledgeFrame(of: Frame, now: number): Buffer {
  const payload = JSON.stringify({
    AcknowledgedMessageType: of.type,
    AcknowledgedMessageId: of.messageId,
    AcknowledgedMessageSequenceNumber: of.sequence,
    IsSequentialMessage: true,
  });
  return encode({ type: 'acknowledge', sequence: 0, flags: SYN_FIN, messageId: randomUUID(), payloadType: 0, payload: Buffer.from(payload) }, now);
}

/** A message of the control channel, or a service message of a data channel; answers with its id as well. */
export function jsonFrame(type: string, content: object, now: number, options: { readonly flags?: number; readonly messageId?: string } = {}): Buffer {
  const messageId = options.messageId ?? randomUUID();
  return encode({ type, sequence: 0, flags: options.flags ?? 0, messageId, payloadType: 0, payload: Buffer.from(JSON.stringify(content)) }, now);
}

/** The object in a JSON payload; undefined when it is none. */
export function frameJson(frame: Frame): Readonly<Record<string, unknown>> | undefined {
  return jsonObject(frame.payload.toString());
}

/** The object that a text holds; undefined when it holds none. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Sequence number that an acknowledgement is about. */
export function acknowledgedSequence(frame: Frame): number | undefined {
  const sequence = frameJson(frame)?.['AcknowledgedMessageSequenceNumber'];
  return typeof sequence === 'number' ? sequence : undefined;
}
