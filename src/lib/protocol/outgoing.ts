/** One message of the sending half, from its enqueueing to its acknowledgement. */
import { FLAGS, MESSAGE_TYPE, encodeAgentMessage } from './agent-message.js';
import type { PayloadPlace } from './agent-message.js';

export type StreamType = typeof MESSAGE_TYPE.inputStreamData | typeof MESSAGE_TYPE.outputStreamData;

/** Bytes that a message costs beside its payload. */
const MESSAGE_OVERHEAD = 160;

/** How messages of a stream are written. */
export interface MessageForm {
  /** An agent's output sets SYN on its message 0; a client's input never does (§3). */
  readonly messageType: StreamType;
  readonly newMessageId: () => string;
  /** Wall clock for CreatedDate, milliseconds since the epoch. */
  readonly wallClock: () => number;
}

/** Times are milliseconds of the sender's clock. */
export interface Outgoing {
  readonly sequence: number;
  readonly payloadType: number;
  readonly payload: Uint8Array;
  readonly place: PayloadPlace;
  /** To be called once, when there is room for it. */
  admitted: (() => void) | undefined;
  frame: Buffer | undefined;
  firstSent: number;
  lastSent: number;
  /** -1 until it is sent. */
  resends: number;
  lost: boolean;
  /** Was sent over an earlier connection. */
  carried: boolean;
  /** Of its sendings over this connection, how many were followed by something that is acknowledged. */
  overtaken: number;
  /** The last sending is counted there. */
  counted: boolean;
  /** While it is in doubt: when it is sent again, and how long after that once more. */
  again: number;
  interval: number;
}

export function outgoing({ sequence, payloadType, payload, place, admitted }: Pick<Outgoing, 'sequence' | 'payloadType' | 'payload' | 'place' | 'admitted'>): Outgoing {
  return { sequence, payloadType, payload, place, admitted, frame: undefined, firstSent: 0, lastSent: 0, resends: -1, lost: false, carried: false, overtaken: 0, counted: false, again: 0, interval: 0 };
}

/** Bytes that it takes of a window. */
export const costOf = (message: Outgoing): number => message.payload.byteLength + MESSAGE_OVERHEAD;

/** The bytes for the wire: the same at each sending. */
export function frameOf(message: Outgoing, { messageType, wallClock, newMessageId }: MessageForm): Buffer {
  const { sequence, payloadType, payload, place } = message;
  message.frame ??= encodeAgentMessage({
    messageType,
    schemaVersion: 1,
    createdDate: wallClock(),
    sequenceNumber: sequence,
    flags: messageType === MESSAGE_TYPE.outputStreamData && sequence === 0 ? FLAGS.syn : FLAGS.none,
    messageId: newMessageId(),
    payloadType,
    payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
  }, place);
  return message.frame;
}

/** Says, once, that there is room for it. */
export function admit(message: Outgoing): void {
  const { admitted } = message;
  message.admitted = undefined;
  admitted?.();
}
