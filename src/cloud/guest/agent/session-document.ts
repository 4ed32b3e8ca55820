/** Reads what the service asks for in `interactive_shell`: the document with its parameters put in (`protocol.md` §8.3). */
import { parseInteractiveShell } from '../../../lib/protocol/control-payloads.js';
import type { JsonObject } from '../../../lib/protocol/json-payload.js';
import { SESSION_TYPE } from '../../../lib/protocol/handshake.js';

export interface SessionOrder {
  readonly sessionId: string;
  readonly sessionType: 'Standard_Stream' | 'InteractiveCommands' | 'NonInteractiveCommands';
  /** Line for `sh -c`; empty for the plain shell. */
  readonly commands: string;
  readonly runAsElevated: boolean;
  readonly separateOutputStream: boolean;
  readonly stdOutSeparatorPrefix: string;
  readonly stdErrSeparatorPrefix: string;
}

/** An order that was understood and cannot be carried out. */
export class SessionOrderError extends Error {
  readonly sessionId: string;
  constructor(message: string, sessionId: string) {
    super(message);
    this.name = 'SessionOrderError';
    this.sessionId = sessionId;
  }
}

function object(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/**
 * Puts parameters, else their defaults, in place of `{{ name }}`; what is put in is not looked at again. Undefined when a
 * value is no text: AWS's agent refuses the API's lists too.
 */
function substituted(text: string, parameters: JsonObject, declared: JsonObject): string | undefined {
  let valid = true;
  const result = text.replaceAll(/\{\{\s*([A-Za-z0-9_.]+)\s*\}\}/g, (whole, name: string) => {
    const given = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    const value = given ?? (Object.hasOwn(declared, name) ? object(declared[name])['default'] : undefined);
    if (typeof value === 'string') return value;
    if (value !== undefined) valid = false;
    return whole;
  });
  return valid ? result : undefined;
}

function sessionTypeOf(value: unknown): SessionOrder['sessionType'] | undefined {
  const { standardStream, interactiveCommands, nonInteractiveCommands } = SESSION_TYPE;
  return [standardStream, interactiveCommands, nonInteractiveCommands].find((type) => type === value);
}

/** The payload of `interactive_shell`. Throws ProtocolError when it is none, {@link SessionOrderError} when it asks for what is not there. */
export function readOrder(payload: Uint8Array): SessionOrder {
  const { content } = parseInteractiveShell(payload);
  const { sessionId, parameters, documentContent } = content;
  const sessionType = sessionTypeOf(documentContent['sessionType']);
  if (sessionType === undefined) throw new SessionOrderError(`Session type ${String(documentContent['sessionType'])} is not supported`, sessionId);
  const properties = object(object(documentContent['properties'])['linux']);
  const declared = object(documentContent['parameters']);
  const text = (name: string): string => {
    const value = properties[name];
    if (typeof value === 'boolean') return String(value);
    if (typeof value !== 'string') return '';
    const result = substituted(value, parameters, declared);
    if (result === undefined) throw new SessionOrderError('Invalid format in session properties', sessionId);
    return result;
  };
  const commands = text('commands');
  if (sessionType !== 'Standard_Stream' && commands.trim() === '') throw new SessionOrderError('The session document has no commands', sessionId);
  return {
    sessionId,
    sessionType,
    commands,
    runAsElevated: text('runAsElevated') === 'true',
    separateOutputStream: text('separateOutputStream') === 'true',
    stdOutSeparatorPrefix: text('stdOutSeparatorPrefix'),
    stdErrSeparatorPrefix: text('stdErrSeparatorPrefix'),
  };
}
