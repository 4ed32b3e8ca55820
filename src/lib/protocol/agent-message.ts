/** The binary message of data and control channels. Source: `protocol.md` §3; integers are big-endian. */
import { hash } from 'node:crypto';
import { ProtocolError } from './protocol-error.js';

export { ProtocolError } from './protocol-error.js';

export const MESSAGE_TYPE = {
  inputStreamData: 'input_stream_data',
  outputStreamData: 'output_stream_data',
  acknowledge: 'acknowledge',
  channelClosed: 'channel_closed',
  startPublication: 'start_publication',
  pausePublication: 'pause_publication',
  agentSessionState: 'agent_session_state',
  interactiveShell: 'interactive_shell',
  agentTaskComplete: 'agent_task_complete',
  agentTaskAcknowledge: 'agent_task_acknowledge',
  agentJob: 'agent_job',
  agentJobAck: 'agent_job_ack',
  agentJobReply: 'agent_job_reply',
  agentJobReplyAck: 'agent_job_reply_ack',
} as const;

export const PAYLOAD_TYPE = {
  undefined: 0,
  output: 1,
  error: 2,
  size: 3,
  parameter: 4,
  handshakeRequest: 5,
  handshakeResponse: 6,
  handshakeComplete: 7,
  encChallengeRequest: 8,
  encChallengeResponse: 9,
  flag: 10,
  stdErr: 11,
  exitCode: 12,
} as const;

/** Header flags; acknowledgements and agent_session_state carry both. */
export const FLAGS = { none: 0, syn: 1, fin: 2, synFin: 3 } as const;

/** Value of HeaderLength: the offset of PayloadLength. */
const HEADER_LENGTH = 116;
/** Bytes before the payload. */
export const FIXED_BYTES = HEADER_LENGTH + 4;
const TYPE_BYTES = 32;
const DIGEST_AT = 80;

export interface AgentMessage {
  /** One of {@link MESSAGE_TYPE}, or one that is not known here: receivers ignore those. */
  readonly messageType: string;
  /** 1 */
  readonly schemaVersion: number;
  /** Milliseconds since the epoch, never 0. */
  readonly createdDate: number;
  /** 64 bits on the wire; a value past 2^53 - 1 is refused, not rounded. */
  readonly sequenceNumber: number;
  /** {@link FLAGS} */
  readonly flags: number;
  /** UUID, lower case. */
  readonly messageId: string;
  /** One of {@link PAYLOAD_TYPE}. */
  readonly payloadType: number;
  readonly payload: Buffer;
}

/** All known types are names; what else peers could put here would not be written as it was read. */
const TYPE = /^[\x21-\x7e]+$/;
/** Where a UUID has its dashes. */
const DASHES = [8, 13, 18, 23] as const;
const UUID_LENGTH = 36;

/**
 * Where the bytes of a payload are. `apart`: in memory that is somebody else's, to be copied. `roomy`: {@link FIXED_BYTES}
 * before it are free for its header. `received`: as {@link decodeAgentMessage} gave it, behind a header with its digest.
 * The latter two become a message where they are: their memory is the message's alone from then on.
 */
export type PayloadPlace = 'apart' | 'roomy' | 'received';

const padded = (type: string): Buffer => Buffer.from(type.padEnd(TYPE_BYTES, ' '), 'latin1');
/** As they stand on the wire. Almost every message is of one of them, and need not be looked at letter by letter. */
const KNOWN_TYPES = Object.values(MESSAGE_TYPE).map((type) => ({ type, bytes: padded(type) }));

/** How each message of output begins. */
const OUTPUT_HEAD = Buffer.concat([Buffer.of(0, 0, 0, HEADER_LENGTH), padded(MESSAGE_TYPE.outputStreamData)]);

function typeBytes(messageType: string): Buffer {
  const known = KNOWN_TYPES.find(({ type }) => type === messageType);
  if (known !== undefined) return known.bytes;
  if (messageType.length > TYPE_BYTES || !TYPE.test(messageType)) throw new ProtocolError('bad-header', `message type of ${Buffer.byteLength(messageType)} bytes: "${messageType.slice(0, 64)}"`);
  return padded(messageType);
}

function typeOf(view: Buffer): string {
  const known = KNOWN_TYPES.find(({ bytes }) => view.compare(bytes, 0, TYPE_BYTES, 4, 4 + TYPE_BYTES) === 0);
  if (known !== undefined) return known.type;
  const messageType = view.toString('latin1', 4, 4 + TYPE_BYTES).replaceAll('\0', '').trim();
  if (!TYPE.test(messageType)) throw new ProtocolError('bad-header', messageType === '' ? 'message type is empty' : 'message type is no printable ASCII');
  return messageType;
}

/** The whole websocket message. Throws {@link ProtocolError} `bad-header` for a field that cannot be written. */
export function encodeAgentMessage(message: AgentMessage, place: PayloadPlace = 'apart'): Buffer {
  const type = typeBytes(message.messageType);
  const { messageId } = message;
  if (message.createdDate === 0) throw new ProtocolError('bad-header', 'created date is 0');
  const { payload } = message;
  const there = place === 'apart' ? undefined : withRoom(payload);
  const digested = place === 'received' && there !== undefined && hasDigest(there);
  const bytes = there ?? Buffer.allocUnsafe(FIXED_BYTES + payload.length);
  bytes.writeUInt32BE(HEADER_LENGTH, 0);
  type.copy(bytes, 4);
  bytes.writeUInt32BE(message.schemaVersion, 36);
  writeInteger(bytes, message.createdDate, 40, 'created date');
  writeInteger(bytes, message.sequenceNumber, 48, 'sequence number');
  writeInteger(bytes, message.flags, 56, 'flags');
  writeUuid(bytes, messageId);
  if (!digested) putDigest(bytes, payload);
  bytes.writeUInt32BE(message.payloadType, 112);
  bytes.writeUInt32BE(payload.length, 116);
  if (there === undefined) payload.copy(bytes, FIXED_BYTES);
  return bytes;
}

/** The two halves of the UUID are swapped on the wire: the low one comes first. */
function writeUuid(bytes: Buffer, uuid: string): void {
  const dashed = uuid.length === UUID_LENGTH && DASHES.every((at) => uuid[at] === '-');
  // Hexadecimal digits are written up to the first character that is none.
  const low = bytes.write(uuid.slice(19, 23) + uuid.slice(24), 64, 'hex');
  const high = bytes.write(uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18), 72, 'hex');
  if (!dashed || low !== 8 || high !== 8) throw new ProtocolError('bad-header', `message id is no UUID: "${uuid.slice(0, 64)}"`);
}

function withRoom(payload: Buffer): Buffer {
  return Buffer.from(payload.buffer, payload.byteOffset - FIXED_BYTES, FIXED_BYTES + payload.length);
}

/** A digest counted, and was verified, when a length was given; one that is not the payload's is not passed on. */
function hasDigest(bytes: Buffer): boolean {
  const length = bytes.readUInt32BE(116);
  return bytes.readUInt32BE(0) === HEADER_LENGTH && length > 0 && length === bytes.length - FIXED_BYTES;
}

/**
 * Reads a whole websocket message as the official sides do: the payload is everything after HeaderLength + 4, whatever
 * PayloadLength says; the type may be padded by spaces or NULs; the digest counts unless PayloadLength is 0. The payload
 * is a view on `bytes`. Throws {@link ProtocolError}.
 */
export function decodeAgentMessage(bytes: Uint8Array): AgentMessage {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < FIXED_BYTES) throw new ProtocolError('truncated', `message of ${view.length} bytes, at least ${FIXED_BYTES} are needed`);
  const headerLength = view.readUInt32BE(0);
  // A shorter header would let the payload overlap the fixed fields, which are read at their usual offsets.
  if (headerLength < HEADER_LENGTH || headerLength + 4 > view.length) throw new ProtocolError('bad-header', `header length ${headerLength} in a message of ${view.length} bytes`);
  const messageType = typeOf(view);
  const createdDate = readInteger(view, 40, 'created date');
  if (createdDate === 0) throw new ProtocolError('bad-header', 'created date is 0');
  const sequenceNumber = readInteger(view, 48, 'sequence number');
  const flags = readInteger(view, 56, 'flags');
  const id = view.toString('hex', 64, 80);
  const payload = view.subarray(headerLength + 4);
  if (view.readUInt32BE(116) !== 0 && !hasDigestOf(view, payload)) {
    throw new ProtocolError('bad-digest', `payload of ${payload.length} bytes does not have the digest in the header of ${messageType}`);
  }
  return {
    messageType,
    schemaVersion: view.readUInt32BE(36),
    createdDate,
    sequenceNumber,
    flags,
    messageId: `${id.slice(16, 24)}-${id.slice(24, 28)}-${id.slice(28)}-${id.slice(0, 4)}-${id.slice(4, 16)}`,
    payloadType: view.readUInt32BE(112),
    payload,
  };
}

/**
 * Whether it is a message of output, number `sequence`, and whole in every respect. Of any other {@link decodeAgentMessage} is the judge: it takes all that
 * this takes.
 */
export function isOutput(bytes: Buffer, sequence: number): boolean {
  const length = bytes.length - FIXED_BYTES;
  if (length <= 0 || !holds(bytes, 0, OUTPUT_HEAD) || bytes.readUInt32BE(116) !== length || bytes.readUInt32BE(112) !== PAYLOAD_TYPE.output) return false;
  if (bytes.readUInt32BE(52) !== sequence || bytes.readUInt32BE(48) !== 0) return false;
  // Date and flags, of which no more is asked than that they can be read.
  const date = bytes.readUInt32BE(40);
  if (date > 0x1f_ffff || bytes.readUInt32BE(56) > 0x1f_ffff || (date === 0 && bytes.readUInt32BE(44) === 0)) return false;
  return hasDigestOf(bytes, bytes.subarray(FIXED_BYTES));
}

/** A loop: by its calls `Buffer.compare` takes longer, where it is run once in a while. */
function holds(bytes: Buffer, at: number, part: Buffer): boolean {
  for (let index = 0; index < part.length; index += 1) if (bytes[at + index] !== part[index]) return false;
  return true;
}

/** Puts another byte in the place of a message's payload of one byte, and another date, milliseconds since the epoch. */
export function putByte(message: Buffer, byte: number, createdDate: number): void {
  writeInteger(message, createdDate, 40, 'created date');
  message[FIXED_BYTES] = byte;
  message.set(digestOfByte(byte), DIGEST_AT);
}

function writeInteger(bytes: Buffer, value: number, offset: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new ProtocolError('bad-header', `${name} is no safe integer: ${value}`);
  bytes.writeUInt32BE(Math.floor(value / 0x1_0000_0000), offset);
  bytes.writeUInt32BE(value % 0x1_0000_0000, offset + 4);
}

function readInteger(bytes: Buffer, offset: number, name: string): number {
  const high = bytes.readUInt32BE(offset);
  if (high > 0x1f_ffff) throw new ProtocolError('bad-header', `${name} is past 2^53: 0x${bytes.toString('hex', offset, offset + 8)}`);
  return high * 0x1_0000_0000 + bytes.readUInt32BE(offset + 4);
}

/** One character a byte: a buffer of its own for each digest would take longer than most digests. */
const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes, 'binary');

/** Of the payloads of one byte: a key, and most of its echoes. */
const digestsOfBytes: Buffer[] = [];
const digestOfByte = (byte: number): Buffer => (digestsOfBytes[byte] ??= Buffer.from(sha256(Uint8Array.of(byte)), 'latin1'));

function putDigest(message: Buffer, payload: Buffer): void {
  if (payload.length === 1) message.set(digestOfByte(payload[0] ?? 0), DIGEST_AT);
  else message.write(sha256(payload), DIGEST_AT, 'latin1');
}

const hasDigestOf = (message: Buffer, payload: Buffer): boolean =>
  payload.length === 1 ? holds(message, DIGEST_AT, digestOfByte(payload[0] ?? 0)) : sha256(payload) === message.toString('latin1', DIGEST_AT, DIGEST_AT + 32);
