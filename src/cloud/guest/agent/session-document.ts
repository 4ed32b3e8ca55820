/** Reads what the service asks for in `interactive_shell`: the document with its parameters put in (`protocol.md` §8.3). */
import { jsonObject } from '../../messages/frame.js';

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

/** An order that cannot be carried out; `sessionId` is known when it could at least be read. */
export class SessionOrderError extends Error {
  readonly sessionId: string | undefined;
  constructor(message: string, sessionId?: string) {
    super(message);
    this.name = 'SessionOrderError';
    this.sessionId = sessionId;
  }
}

type Json = Readonly<Record<string, unknown>>;

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** Puts parameters, else their defaults, in place of `{{ name }}`. What is put in is not looked at again. */
function substituted(text: string, parameters: Json, declared: Json): string {
  return text.replaceAll(/\{\{\s*([A-Za-z0-9_.]+)\s*\}\}/g, (whole, name: string) => {
    const given = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    const value = given ?? (Object.hasOwn(declared, name) ? object(declared[name])['default'] : undefined);
    if (typeof value === 'string') return value;
    if (value === undefined) return whole;
    throw new SessionOrderError('Invalid format in session properties');
  });
}

function sessionTypeOf(value: unknown): SessionOrder['sessionType'] | undefined {
  return value === 'Standard_Stream' || value === 'InteractiveCommands' || value === 'NonInteractiveCommands' ? value : undefined;
}

/** The payload of `interactive_shell`. Throws {@link SessionOrderError}. */
export function readOrder(payload: Json): SessionOrder {
  const content = typeof payload['Content'] === 'string' ? jsonObject(payload['Content']) : undefined;
  const sessionId = content?.['SessionId'];
  if (content === undefined || typeof sessionId !== 'string') throw new SessionOrderError('the order names no session');
  const document = object(content['DocumentContent']);
  const sessionType = sessionTypeOf(document['sessionType']);
  if (sessionType === undefined) throw new SessionOrderError(`Session type ${String(document['sessionType'])} is not supported`, sessionId);
  const properties = object(object(document['properties'])['linux']);
  const parameters = object(content['Parameters']);
  const declared = object(document['parameters']);
  const text = (name: string): string => {
    const value = properties[name];
    if (typeof value === 'boolean') return String(value);
    try {
      return typeof value === 'string' ? substituted(value, parameters, declared) : '';
    } catch (error) {
      throw new SessionOrderError(error instanceof Error ? error.message : String(error), sessionId);
    }
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
