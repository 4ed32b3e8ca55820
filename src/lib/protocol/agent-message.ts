/** The binary message of Session Manager's data and control channels, strictly (`protocol.md` §3). */
import { createHash } from 'node:crypto';

export const MESSAGE_TYPE = {
  inputStreamData: 'input_stream_data',
  outputStreamData: 'output_stream_data',
  acknowledge: 'acknowledge',
  channelClosed: 'channel_closed',
  startPublication: 'start_publication',
  pausePublication: 'pause_publication',
  agentSessionState: 'agent_session_state',
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
  encryptionChallengeRequest: 8,
  encryptionChallengeResponse: 9,
  flag: 10,
  stdErr: 11,
  exitCode: 12,
} as const;

/** Bits of the flags field. Acknowledgements carry both: Windows agents stall on less. */
export const MESSAGE_FLAGS = { none: 0, syn: 1, fin: 2, synFin: 3 } as const;

export interface AgentMessage {
  /** At most 32 bytes of ASCII. */
  readonly messageType: string;
  readonly schemaVersion: number;
  /** Milliseconds since the epoch; never 0. */
  readonly createdDate: number;
  /** Signed 64 bits on the wire; whole numbers up to 2^53 here. */
  readonly sequenceNumber: number;
  readonly flags: number;
  /** UUID in its usual text form. */
  readonly messageId: string;
  readonly payloadType: number;
  readonly payload: Uint8Array;
}

/** Why bytes are not a message. */
export class ProtocolError extends Error {
  readonly code: 'truncated' | 'bad-header' | 'bad-digest' | 'out-of-range';
  constructor(code: ProtocolError['code'], message: string) {
    super(message);
    this.name = 'ProtocolError';
    this.code = code;
  }
}

/** Value of the HeaderLength field: the offset of PayloadLength. */
const HEADER_LENGTH = 116;
const PAYLOAD_OFFSET = HEADER_LENGTH + 4;
const TYPE_BYTES = 32;

const digestOf = (payload: Uint8Array): Buffer => createHash('sha256').update(payload).digest();

function wholeNumber(value: bigint, field: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) throw new ProtocolError('out-of-range', `${field} ${value} is beyond 53 bits`);
  return Number(value);
}

/** The UUID with its two 8-byte halves swapped, as the wire has it. */
function swappedHalves(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(8, 16), bytes.subarray(0, 8)]);
}

export function encodeAgentMessage(message: AgentMessage): Buffer {
  const type = Buffer.from(message.messageType, 'latin1');
  const id = Buffer.from(message.messageId.replaceAll('-', ''), 'hex');
  if (type.length === 0 || type.length > TYPE_BYTES) throw new ProtocolError('out-of-range', `message type "${message.messageType}" does not fit 32 bytes`);
  if (id.length !== 16) throw new ProtocolError('out-of-range', `message id "${message.messageId}" is not a UUID`);
  if (message.createdDate <= 0) throw new ProtocolError('out-of-range', 'the created date has to be after the epoch');
  const bytes = Buffer.alloc(PAYLOAD_OFFSET + message.payload.length);
  bytes.writeUInt32BE(HEADER_LENGTH, 0);
  bytes.fill(0x20, 4, 4 + TYPE_BYTES);
  type.copy(bytes, 4);
  bytes.writeUInt32BE(message.schemaVersion, 36);
  bytes.writeBigUInt64BE(BigInt(Math.floor(message.createdDate)), 40);
  bytes.writeBigInt64BE(BigInt(message.sequenceNumber), 48);
  bytes.writeBigUInt64BE(BigInt(message.flags), 56);
  swappedHalves(id).copy(bytes, 64);
  digestOf(message.payload).copy(bytes, 80);
  bytes.writeUInt32BE(message.payloadType, 112);
  bytes.writeUInt32BE(message.payload.length, 116);
  bytes.set(message.payload, PAYLOAD_OFFSET);
  return bytes;
}

/**
 * Reads a whole message. As both official ends do, it takes the payload from HeaderLength + 4 to the end and trims NULs
 * and spaces of the type; as the plugin does, it refuses a wrong digest. Throws {@link ProtocolError}.
 */
export function decodeAgentMessage(bytes: Buffer): AgentMessage {
  if (bytes.length < PAYLOAD_OFFSET) throw new ProtocolError('truncated', `a message has at least ${PAYLOAD_OFFSET} bytes, this one ${bytes.length}`);
  const headerLength = bytes.readUInt32BE(0);
  if (headerLength < HEADER_LENGTH || headerLength + 4 > bytes.length) throw new ProtocolError('bad-header', `the header length is ${headerLength}`);
  const messageType = bytes.toString('latin1', 4, 4 + TYPE_BYTES).replaceAll('\0', ' ').trim();
  if (messageType === '') throw new ProtocolError('bad-header', 'the message type is empty');
  const createdDate = wholeNumber(bytes.readBigUInt64BE(40), 'the created date');
  if (createdDate === 0) throw new ProtocolError('bad-header', 'the created date is 0');
  const payload = bytes.subarray(headerLength + 4);
  if (payload.length > 0 && !digestOf(payload).equals(bytes.subarray(80, 112))) throw new ProtocolError('bad-digest', 'the payload does not have the digest that the header says');
  const id = swappedHalves(bytes.subarray(64, 80)).toString('hex');
  return {
    messageType,
    schemaVersion: bytes.readUInt32BE(36),
    createdDate,
    sequenceNumber: wholeNumber(bytes.readBigInt64BE(48), 'the sequence number'),
    flags: wholeNumber(bytes.readBigUInt64BE(56), 'the flags'),
    messageId: [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-'),
    payloadType: bytes.readUInt32BE(112),
    payload,
  };
}
