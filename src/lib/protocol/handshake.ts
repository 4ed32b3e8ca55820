/** Handshake payloads (types 5, 6, 7). Source: `protocol.md` §5. What encryption adds is in encryption-handshake.ts. */
import { asObject, integerMember, jsonPayload, optionalStringMember, parseJsonObject, stringMember } from './json-payload.js';
import { ProtocolError } from './protocol-error.js';

/** What our client and our agent say they are; older ones switch the peers' features off (§5.3). */
export const CLIENT_VERSION = '1.3.0.0';
export const AGENT_VERSION = '3.3.0.0';

export const SESSION_TYPE = {
  standardStream: 'Standard_Stream',
  interactiveCommands: 'InteractiveCommands',
  nonInteractiveCommands: 'NonInteractiveCommands',
  port: 'Port',
} as const;

export const ACTION_TYPE = { sessionType: 'SessionType', kmsEncryption: 'KMSEncryption' } as const;
export const ACTION_STATUS = { success: 1, failed: 2, unsupported: 3 } as const;

export interface RequestedClientAction {
  readonly actionType: string;
  readonly actionParameters: Readonly<Record<string, unknown>>;
}

export interface HandshakeRequest {
  readonly agentVersion: string;
  /** SessionType first. Its parameters: `{SessionType, Properties}`. */
  readonly requestedClientActions: readonly RequestedClientAction[];
}

export interface ProcessedClientAction {
  readonly actionType: string;
  /** {@link ACTION_STATUS}; the agent takes anything but 1 as the end. */
  readonly actionStatus: number;
  readonly actionResult: unknown;
  readonly error: string;
}

export interface HandshakeResponse {
  readonly clientVersion: string;
  readonly processedClientActions: readonly ProcessedClientAction[];
  readonly errors: readonly string[] | null;
}

export interface HandshakeComplete {
  /** Whole nanoseconds. */
  readonly handshakeTimeToComplete: number;
  /** For the user's eyes; empty for none. */
  readonly customerMessage: string;
}

export function encodeHandshakeRequest(value: HandshakeRequest): Buffer {
  return jsonPayload({
    AgentVersion: value.agentVersion,
    RequestedClientActions: value.requestedClientActions.map((action) => ({ ActionType: action.actionType, ActionParameters: action.actionParameters })),
  });
}

export function parseHandshakeRequest(payload: Uint8Array): HandshakeRequest {
  const what = 'handshake request';
  const json = parseJsonObject(payload, what);
  return {
    agentVersion: stringMember(json, 'AgentVersion', what),
    requestedClientActions: list(json['RequestedClientActions'], `${what}'s RequestedClientActions`).map((item) => {
      const action = asObject(item, 'requested client action');
      return { actionType: stringMember(action, 'ActionType', 'requested client action'), actionParameters: asObject(action['ActionParameters'] ?? {}, 'action parameters') };
    }),
  };
}

export function encodeHandshakeResponse(value: HandshakeResponse): Buffer {
  return jsonPayload({
    ClientVersion: value.clientVersion,
    ProcessedClientActions: value.processedClientActions.map((action) => ({
      ActionType: action.actionType,
      ActionStatus: action.actionStatus,
      ActionResult: action.actionResult ?? null,
      Error: action.error,
    })),
    Errors: value.errors,
  });
}

export function parseHandshakeResponse(payload: Uint8Array): HandshakeResponse {
  const what = 'handshake response';
  const json = parseJsonObject(payload, what);
  const errors = json['Errors'];
  return {
    clientVersion: stringMember(json, 'ClientVersion', what),
    processedClientActions: list(json['ProcessedClientActions'], `${what}'s ProcessedClientActions`).map((item) => {
      const action = asObject(item, 'processed client action');
      return {
        actionType: stringMember(action, 'ActionType', 'processed client action'),
        actionStatus: integerMember(action, 'ActionStatus', 'processed client action'),
        actionResult: action['ActionResult'] ?? null,
        error: optionalStringMember(action, 'Error', 'processed client action') ?? '',
      };
    }),
    errors: errors === null || errors === undefined ? null : list(errors, `${what}'s Errors`).map(String),
  };
}

export function encodeHandshakeComplete(value: HandshakeComplete): Buffer {
  return jsonPayload({ HandshakeTimeToComplete: value.handshakeTimeToComplete, CustomerMessage: value.customerMessage });
}

export function parseHandshakeComplete(payload: Uint8Array): HandshakeComplete {
  const json = parseJsonObject(payload, 'handshake complete');
  return {
    handshakeTimeToComplete: integerMember(json, 'HandshakeTimeToComplete', 'handshake complete'),
    customerMessage: optionalStringMember(json, 'CustomerMessage', 'handshake complete') ?? '',
  };
}

/** SessionType and Properties that the request asks for, undefined when it names no session type. */
export function requestedSessionType(request: HandshakeRequest): { readonly sessionType: string; readonly properties: unknown } | undefined {
  const action = request.requestedClientActions.find(({ actionType }) => actionType === ACTION_TYPE.sessionType);
  if (action === undefined) return undefined;
  return { sessionType: stringMember(action.actionParameters, 'SessionType', 'session type action'), properties: action.actionParameters['Properties'] ?? null };
}

/**
 * Negative, 0 or positive as version `a` is older than, equal to or newer than `b`: dotted whole numbers, left to right,
 * a missing part counts as 0.
 */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ProtocolError('bad-payload', `${what} is no list`);
  return value;
}
