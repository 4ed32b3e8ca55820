/** Payloads of data-channel messages: acknowledgement, channel_closed, size, exit code, handshake (`protocol.md` §2.2, §3, §5). */

/** What a client calls itself: a version that turns multiplexing on and smux keepalives off at the agent (§5.3). */
export const CLIENT_VERSION = '1.3.0.0';

export interface Acknowledgement {
  readonly AcknowledgedMessageType: string;
  readonly AcknowledgedMessageId: string;
  readonly AcknowledgedMessageSequenceNumber: number;
  readonly IsSequentialMessage: boolean;
}

export interface ChannelClosed {
  readonly SessionId: string;
  /** Why, in the service's or the agent's words; empty for an ordinary end. */
  readonly Output: string;
}

export interface ClientAction {
  readonly ActionType: string;
  readonly ActionParameters: Readonly<Record<string, unknown>>;
}

export interface HandshakeRequest {
  readonly AgentVersion: string;
  readonly RequestedClientActions: readonly ClientAction[];
}

/** Status of a processed action. */
export const ACTION_STATUS = { success: 1, failed: 2, unsupported: 3 } as const;

export interface ProcessedAction {
  readonly ActionType: string;
  readonly ActionStatus: number;
  readonly ActionResult: unknown;
  readonly Error: string;
}

export interface HandshakeComplete {
  /** Nanoseconds. */
  readonly HandshakeTimeToComplete: number;
  readonly CustomerMessage: string;
}

function record(payload: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const encode = (value: object): Buffer => Buffer.from(JSON.stringify(value));

/** First message of a client, as TEXT. */
export function openDataChannelMessage(requestId: string, clientId: string, tokenValue: string): string {
  return JSON.stringify({ MessageSchemaVersion: '1.0', RequestId: requestId, TokenValue: tokenValue, ClientId: clientId, ClientVersion: CLIENT_VERSION });
}

export function encodeAcknowledgement(of: { readonly messageType: string; readonly messageId: string; readonly sequenceNumber: number }): Buffer {
  const acknowledgement: Acknowledgement = {
    AcknowledgedMessageType: of.messageType,
    AcknowledgedMessageId: of.messageId,
    AcknowledgedMessageSequenceNumber: of.sequenceNumber,
    IsSequentialMessage: true,
  };
  return encode(acknowledgement);
}

/** The acknowledged sequence number (matching is by number only, §3), undefined when the payload is malformed. */
export function acknowledgedSequenceNumber(payload: Uint8Array): number | undefined {
  const number = record(payload)?.['AcknowledgedMessageSequenceNumber'];
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

export function parseChannelClosed(payload: Uint8Array): ChannelClosed | undefined {
  const value = record(payload);
  return value === undefined ? undefined : { SessionId: text(value['SessionId']), Output: text(value['Output']) };
}

/** Terminal size; both at least 1. */
export function encodeSize(columns: number, rows: number): Buffer {
  return encode({ cols: columns, rows });
}

/** `EXIT_CODE: 7` → 7. */
export function parseExitCode(payload: Uint8Array): number | undefined {
  const code = /^EXIT_CODE: (-?\d+)\s*$/u.exec(Buffer.from(payload).toString('latin1'))?.[1];
  return code === undefined ? undefined : Number(code);
}

export function parseHandshakeRequest(payload: Uint8Array): HandshakeRequest | undefined {
  const value = record(payload);
  const actions = value?.['RequestedClientActions'];
  if (value === undefined || !Array.isArray(actions)) return undefined;
  return {
    AgentVersion: text(value['AgentVersion']),
    RequestedClientActions: actions.map((action: unknown) => {
      const { ActionType, ActionParameters } = (action ?? {}) as Record<string, unknown>;
      return { ActionType: text(ActionType), ActionParameters: (ActionParameters ?? {}) as Record<string, unknown> };
    }),
  };
}

export function encodeHandshakeResponse(actions: readonly ProcessedAction[], errors: readonly string[] | null = null): Buffer {
  return encode({ ClientVersion: CLIENT_VERSION, ProcessedClientActions: actions, Errors: errors });
}

export function parseHandshakeComplete(payload: Uint8Array): HandshakeComplete | undefined {
  const value = record(payload);
  if (value === undefined) return undefined;
  const nanoseconds = value['HandshakeTimeToComplete'];
  return { HandshakeTimeToComplete: typeof nanoseconds === 'number' ? nanoseconds : 0, CustomerMessage: text(value['CustomerMessage']) };
}
