/** Reads what the service asks for in `interactive_shell`: the document with its parameters put in (`protocol.md` §8.3). */
import { parseInteractiveShell, type InteractiveShellContent } from '../../../lib/protocol/control-payloads.js';
import type { JsonObject } from '../../../lib/protocol/json-payload.js';
import { SESSION_TYPE } from '../../../lib/protocol/handshake.js';

/** A shell or a command. */
export interface CommandOrder {
  readonly sessionId: string;
  /** KMS key that the session is encrypted with; empty for none. */
  readonly kmsKeyId: string;
  readonly sessionType: 'Standard_Stream' | 'InteractiveCommands' | 'NonInteractiveCommands';
  /** Line for `sh -c`; empty for the plain shell. */
  readonly commands: string;
  readonly runAsElevated: boolean;
  /** Account of the preferences (`runAsDefaultUser`) when they say so (`runAsEnabled`). */
  readonly runAs: string | undefined;
  /** What the preferences have typed into a plain shell first (`shellProfile.linux`). */
  readonly profile: string;
  readonly separateOutputStream: boolean;
  readonly stdOutSeparatorPrefix: string;
  readonly stdErrSeparatorPrefix: string;
}

/** Connections to a port. */
export interface PortOrder {
  readonly sessionId: string;
  /** Connections to a port are never encrypted (`protocol.md` §5.4). */
  readonly kmsKeyId: '';
  readonly sessionType: 'Port';
  /** What the client is told in the handshake: all texts. */
  readonly properties: Readonly<Record<string, string>>;
  readonly portNumber: number;
  /** Name or address; empty for the instance itself. */
  readonly host: string;
  /** True for `LocalPortForwarding`; otherwise one raw stream, as SSH wants it. */
  readonly forwarding: boolean;
}

export type SessionOrder = CommandOrder | PortOrder;

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

/** Reads the order's parameters into its properties. */
class Properties {
  readonly #properties: JsonObject;
  readonly #parameters: JsonObject;
  readonly #declared: JsonObject;
  readonly #sessionId: string;

  constructor(properties: unknown, { parameters, documentContent, sessionId }: InteractiveShellContent) {
    this.#properties = object(properties);
    this.#parameters = parameters;
    this.#declared = object(documentContent['parameters']);
    this.#sessionId = sessionId;
  }

  get names(): string[] {
    return Object.keys(this.#properties);
  }

  text(name: string): string {
    const value = Object.hasOwn(this.#properties, name) ? this.#properties[name] : undefined;
    if (typeof value === 'boolean') return String(value);
    if (typeof value !== 'string') return '';
    const result = substituted(value, this.#parameters, this.#declared);
    if (result === undefined) throw new SessionOrderError('Invalid format in session properties', this.#sessionId);
    return result;
  }
}

/** The payload of `interactive_shell`. Throws ProtocolError when it is none, {@link SessionOrderError} when it asks for what is not there. */
export function readOrder(payload: Uint8Array): SessionOrder {
  const { content } = parseInteractiveShell(payload);
  const { standardStream, interactiveCommands, nonInteractiveCommands, port } = SESSION_TYPE;
  const sessionType = [standardStream, interactiveCommands, nonInteractiveCommands, port].find((type) => type === content.documentContent['sessionType']);
  if (sessionType === undefined) throw new SessionOrderError(`Session type ${String(content.documentContent['sessionType'])} is not supported`, content.sessionId);
  return sessionType === port ? portOrder(content) : commandOrder(content, sessionType);
}

function commandOrder(content: InteractiveShellContent, sessionType: CommandOrder['sessionType']): CommandOrder {
  const { sessionId, documentContent } = content;
  const properties = new Properties(object(documentContent['properties'])['linux'], content);
  const commands = properties.text('commands');
  const inputs = object(documentContent['inputs']);
  const profile = object(inputs['shellProfile'])['linux'];
  const runAs = inputs['runAsDefaultUser'];
  if (sessionType !== SESSION_TYPE.standardStream && commands.trim() === '') throw new SessionOrderError('The session document has no commands', sessionId);
  return {
    sessionId,
    kmsKeyId: new Properties(documentContent['inputs'], content).text('kmsKeyId').trim(),
    sessionType,
    commands,
    runAsElevated: properties.text('runAsElevated') === 'true',
    runAs: String(inputs['runAsEnabled']) === 'true' && typeof runAs === 'string' && runAs !== '' ? runAs : undefined,
    profile: sessionType === SESSION_TYPE.standardStream && typeof profile === 'string' ? profile : '',
    separateOutputStream: properties.text('separateOutputStream') === 'true',
    stdOutSeparatorPrefix: properties.text('stdOutSeparatorPrefix'),
    stdErrSeparatorPrefix: properties.text('stdErrSeparatorPrefix'),
  };
}

function portOrder(content: InteractiveShellContent): PortOrder {
  const { sessionId, documentContent } = content;
  const properties = new Properties(documentContent['properties'], content);
  const texts = Object.fromEntries(properties.names.map((name) => [name, properties.text(name)]));
  const portText = texts['portNumber'] ?? '';
  if (portText === '') throw new SessionOrderError('Port number is empty in session properties.', sessionId);
  const portNumber = Number(portText);
  if (!/^\d{1,5}$/.test(portText) || portNumber < 1 || portNumber > 65_535) throw new SessionOrderError(`Port number ${portText} in session properties is none.`, sessionId);
  return { sessionId, kmsKeyId: '', sessionType: SESSION_TYPE.port, properties: texts, portNumber, host: texts['host'] ?? '', forwarding: texts['type'] === 'LocalPortForwarding' };
}
