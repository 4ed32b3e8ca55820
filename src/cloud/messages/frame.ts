/** Makes and reads messages as the service and the agent exchange them; the formats are those of `lib/protocol`. */
import { randomUUID } from 'node:crypto';
import { decodeAgentMessage, encodeAgentMessage, FLAGS, PAYLOAD_TYPE, type AgentMessage } from '../../lib/protocol/agent-message.js';
import { ProtocolError } from '../../lib/protocol/protocol-error.js';

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
