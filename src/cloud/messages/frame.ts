/** Makes and reads messages as the service and the agent exchange them; the formats are those of `lib/protocol`. */
import { randomUUID } from 'node:crypto';
import { decodeAgentMessage, encodeAgentMessage, FLAGS, MESSAGE_TYPE, PAYLOAD_TYPE, type AgentMessage } from '../../lib/protocol/agent-message.js';
import { acknowledgeOf, encodeAcknowledge } from '../../lib/protocol/payloads.js';
import { ProtocolError } from '../../lib/protocol/protocol-error.js';

export type StreamType = typeof MESSAGE_TYPE.inputStreamData | typeof MESSAGE_TYPE.outputStreamData;

/** What `parse` makes of `source`; undefined when that is malformed: such a message is dropped without an answer (§3). */
export function read<S, T>(parse: (source: S) => T, source: S): T | undefined {
  try {
    return parse(source);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** The message in a websocket message; undefined when it is none, or its digest is wrong. */
export function readMessage(bytes: Buffer): AgentMessage | undefined {
  return read(decodeAgentMessage, bytes);
}

/** A message outside a stream: control channel, state, channel_closed, acknowledgement. */
export function plainMessage(messageType: string, payload: Buffer, now: number, options: { readonly flags?: number; readonly messageId?: string } = {}): Buffer {
  return encodeAgentMessage({
    messageType,
    schemaVersion: 1,
    createdDate: now,
    sequenceNumber: 0,
    flags: options.flags ?? FLAGS.none,
    messageId: options.messageId ?? randomUUID(),
    payloadType: PAYLOAD_TYPE.undefined,
    payload,
  });
}

/** A message of stream data. An agent's first carries SYN. */
export function streamMessage(messageType: StreamType, sequenceNumber: number, payloadType: number, payload: Buffer, now: number): Buffer {
  const flags = messageType === MESSAGE_TYPE.outputStreamData && sequenceNumber === 0 ? FLAGS.syn : FLAGS.none;
  return encodeAgentMessage({ messageType, schemaVersion: 1, createdDate: now, sequenceNumber, flags, messageId: randomUUID(), payloadType, payload });
}

/** The acknowledgement of a message of stream data. */
export function acknowledgement(of: AgentMessage, now: number): Buffer {
  return plainMessage(MESSAGE_TYPE.acknowledge, encodeAcknowledge(acknowledgeOf(of)), now, { flags: FLAGS.synFin });
}
