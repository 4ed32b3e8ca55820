/** Payloads of the data channel but for the handshake's. Source: `protocol.md` §3, §6, §8.4. */
import type { AgentMessage } from './agent-message.js';
import { integerMember, jsonPayload, optionalStringMember, parseJsonObject, stringMember } from './json-payload.js';
import { ProtocolError } from './protocol-error.js';

/** Payload of `acknowledge`. Senders match it by sequence number alone. */
export interface Acknowledge {
  readonly acknowledgedMessageType: string;
  readonly acknowledgedMessageId: string;
  readonly acknowledgedMessageSequenceNumber: number;
  readonly isSequentialMessage: boolean;
}

export function encodeAcknowledge(value: Acknowledge): Buffer {
  return jsonPayload({
    AcknowledgedMessageType: value.acknowledgedMessageType,
    AcknowledgedMessageId: value.acknowledgedMessageId,
    AcknowledgedMessageSequenceNumber: value.acknowledgedMessageSequenceNumber,
    IsSequentialMessage: value.isSequentialMessage,
  });
}

export function parseAcknowledge(payload: Uint8Array): Acknowledge {
  const json = parseJsonObject(payload, 'acknowledge');
  return {
    acknowledgedMessageType: stringMember(json, 'AcknowledgedMessageType', 'acknowledge'),
    acknowledgedMessageId: stringMember(json, 'AcknowledgedMessageId', 'acknowledge'),
    acknowledgedMessageSequenceNumber: integerMember(json, 'AcknowledgedMessageSequenceNumber', 'acknowledge'),
    isSequentialMessage: json['IsSequentialMessage'] !== false,
  };
}

/** The acknowledgement of a stream message. */
export function acknowledgeOf(message: AgentMessage): Acknowledge {
  return {
    acknowledgedMessageType: message.messageType,
    acknowledgedMessageId: message.messageId,
    acknowledgedMessageSequenceNumber: message.sequenceNumber,
    isSequentialMessage: true,
  };
}

/** Payload of `channel_closed`: the service ends the session. Never acknowledged, always the last message. */
export interface ChannelClosed {
  readonly messageId: string;
  /** As text, ISO 8601. */
  readonly createdDate: string;
  readonly destinationId: string;
  readonly sessionId: string;
  /** What the session has to say at its end: empty after a normal one. Absent on the control channel. */
  readonly output?: string | undefined;
}

export function encodeChannelClosed(value: ChannelClosed): Buffer {
  return jsonPayload({
    MessageId: value.messageId,
    CreatedDate: value.createdDate,
    DestinationId: value.destinationId,
    SessionId: value.sessionId,
    MessageType: 'channel_closed',
    SchemaVersion: 1,
    ...(value.output === undefined ? {} : { Output: value.output }),
  });
}

export function parseChannelClosed(payload: Uint8Array): ChannelClosed {
  const json = parseJsonObject(payload, 'channel_closed');
  return {
    messageId: optionalStringMember(json, 'MessageId', 'channel_closed') ?? '',
    createdDate: optionalStringMember(json, 'CreatedDate', 'channel_closed') ?? '',
    destinationId: optionalStringMember(json, 'DestinationId', 'channel_closed') ?? '',
    sessionId: stringMember(json, 'SessionId', 'channel_closed'),
    output: optionalStringMember(json, 'Output', 'channel_closed'),
  };
}

/** Payload of `agent_session_state`, agent to service. */
export interface AgentSessionState {
  readonly sessionState: 'Connected' | 'Terminating';
  readonly sessionId: string;
}

export function encodeAgentSessionState(value: AgentSessionState): Buffer {
  return jsonPayload({ SchemaVersion: 1, SessionState: value.sessionState, SessionId: value.sessionId });
}

export function parseAgentSessionState(payload: Uint8Array): AgentSessionState {
  const json = parseJsonObject(payload, 'agent_session_state');
  const sessionState = stringMember(json, 'SessionState', 'agent_session_state');
  if (sessionState !== 'Connected' && sessionState !== 'Terminating') throw new ProtocolError('bad-payload', `agent_session_state is "${sessionState.slice(0, 64)}"`);
  return { sessionState, sessionId: stringMember(json, 'SessionId', 'agent_session_state') };
}

/** Payload type 3: the client's terminal, in character cells. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export function encodeSize(size: TerminalSize): Buffer {
  return jsonPayload({ cols: size.columns, rows: size.rows });
}

export function parseSize(payload: Uint8Array): TerminalSize {
  const json = parseJsonObject(payload, 'size');
  return { columns: integerMember(json, 'cols', 'size'), rows: integerMember(json, 'rows', 'size') };
}

/** Payload type 10, as numbers on the wire. */
export const FLAG = { disconnectToPort: 1, terminateSession: 2, connectToPortError: 3 } as const;

export function encodeFlag(flag: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(flag);
  return payload;
}

export function parseFlag(payload: Uint8Array): number {
  if (payload.byteLength !== 4) throw new ProtocolError('bad-payload', `flag of ${payload.byteLength} bytes`);
  return Buffer.from(payload).readUInt32BE();
}

/** Payload type 12. */
export function encodeExitCode(code: number): Buffer {
  return Buffer.from(`EXIT_CODE: ${code}`, 'ascii');
}

export function parseExitCode(payload: Uint8Array): number {
  const text = Buffer.from(payload).toString('latin1');
  const match = /^EXIT_CODE: (-?\d{1,10})\s*$/.exec(text);
  if (match === null) throw new ProtocolError('bad-payload', `exit code text of ${payload.byteLength} bytes is not "EXIT_CODE: N"`);
  return Number(match[1]);
}
