/** Judges the content of documents of one's own: what the region's agents can carry out is taken, the rest refused by name. */
import { parseDocument } from 'yaml';
import { AwsError } from '../../endpoint/operation.js';
import type { CommandDocument } from './command-documents.js';
import { PLAIN_INPUTS, type SessionDocument } from './documents.js';

export type DocumentFormat = 'JSON' | 'YAML';
export type DocumentType = 'Session' | 'Command';
/** By documentType. */
export type DocumentBody = SessionDocument | CommandDocument;

type Structure = { readonly [name: string]: unknown };

/** Largest content of a document (Systems Manager quotas). */
const MAX_BYTES = 64 * 1024;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
const PLUGIN = 'aws:runShellScript';
const SESSION_TYPES = ['Standard_Stream', 'InteractiveCommands', 'NonInteractiveCommands', 'Port'];
/** Inputs with which a session would be logged or run otherwise than it is here. */
const UNSERVED_INPUTS = ['s3BucketName', 's3KeyPrefix', 'cloudWatchLogGroupName'];

const invalid = (message: string): AwsError => new AwsError('InvalidDocumentContent', message);

function structure(value: unknown, what: string): Structure {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${what} is not a structure.`);
  const forbidden = Object.keys(value).find((name) => FORBIDDEN.has(name));
  if (forbidden !== undefined) throw invalid(`${what} has the member ${forbidden}.`);
  return value as Structure;
}

function only(value: Structure, names: readonly string[], what: string): void {
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) throw invalid(`${what} has the member ${unknown}, which the local cloud does not support.`);
}

function read(content: string, format: DocumentFormat): Structure {
  if (Buffer.byteLength(content) > MAX_BYTES) throw new AwsError('MaxDocumentSizeExceeded', `The size limit of a document is ${MAX_BYTES / 1024} KB.`);
  let value: unknown;
  try {
    if (format === 'JSON') value = JSON.parse(content);
    else {
      const document = parseDocument(content, { merge: false, uniqueKeys: true, schema: 'core', logLevel: 'silent' });
      const [broken] = document.errors;
      if (broken !== undefined) throw broken;
      value = document.toJS({ maxAliasCount: 0 });
    }
  } catch (error) {
    throw invalid(`${format} not well-formed: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
  }
  return structure(value, 'The document');
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== '';
  } catch {
    return false;
  }
}

function checkParameters(value: unknown): void {
  if (value === undefined) return;
  for (const [name, parameter] of Object.entries(structure(value, 'parameters'))) {
    const what = `The parameter ${name}`;
    const { type, default: fallback, allowedPattern, allowedValues } = structure(parameter, what);
    if (type !== 'String' && type !== 'StringList') throw invalid(`${what} is of type ${String(type)}; the local cloud supports String and StringList.`);
    if (fallback !== undefined && typeof fallback !== 'string') throw invalid(`The default of the parameter ${name} is not a text.`);
    if (allowedValues !== undefined && !Array.isArray(allowedValues)) throw invalid(`allowedValues of the parameter ${name} is not a list.`);
    if (allowedPattern !== undefined && (typeof allowedPattern !== 'string' || !isPattern(allowedPattern))) throw invalid(`allowedPattern of the parameter ${name} is no regular expression.`);
  }
}

function checkInputs(value: unknown): void {
  if (value === undefined) return;
  const inputs = structure(value, 'inputs');
  only(inputs, Object.keys(PLAIN_INPUTS), 'inputs');
  const unserved = UNSERVED_INPUTS.find((name) => inputs[name] !== undefined && inputs[name] !== '');
  if (unserved !== undefined) throw invalid(`inputs has ${unserved}: the local cloud keeps no logs of sessions.`);
  for (const [name, most] of [['idleSessionTimeout', 60], ['maxSessionDuration', 1440]] as const) {
    const given = inputs[name];
    if (given === undefined || given === '') continue;
    const minutes = Number(given);
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > most) throw invalid(`${name} is 1 to ${most} minutes, not ${JSON.stringify(given)}.`);
  }
}

function sessionDocument(value: Structure): SessionDocument {
  if (value['schemaVersion'] !== '1.0') throw new AwsError('InvalidDocumentSchemaVersion', `The schema version of a session document is 1.0, not ${String(value['schemaVersion'])}.`);
  only(value, ['schemaVersion', 'description', 'sessionType', 'inputs', 'parameters', 'properties'], 'The document');
  if (!SESSION_TYPES.includes(String(value['sessionType']))) throw invalid(`sessionType is one of ${SESSION_TYPES.join(', ')}, not ${String(value['sessionType'])}.`);
  if (value['properties'] !== undefined) structure(value['properties'], 'properties');
  if (value['sessionType'] !== 'Standard_Stream' && value['properties'] === undefined) throw invalid(`A document of session type ${String(value['sessionType'])} has properties.`);
  checkInputs(value['inputs']);
  checkParameters(value['parameters']);
  return { description: '', ...value } as unknown as SessionDocument;
}

function commandDocument(value: Structure): CommandDocument {
  const version = String(value['schemaVersion']);
  if (!['1.2', '2.0', '2.2'].includes(version)) throw new AwsError('InvalidDocumentSchemaVersion', `The schema version of a command document is 1.2, 2.0 or 2.2, not ${version}.`);
  only(value, ['schemaVersion', 'description', 'parameters', version === '1.2' ? 'runtimeConfig' : 'mainSteps'], 'The document');
  checkParameters(value['parameters']);
  const plugins = version === '1.2' ? Object.keys(structure(value['runtimeConfig'], 'runtimeConfig')) : steps(value['mainSteps']);
  const unknown = plugins.find((plugin) => plugin !== PLUGIN);
  if (unknown !== undefined) throw invalid(`The local cloud's agents have the plugin ${PLUGIN} only, not ${unknown}.`);
  if (plugins.length === 0) throw invalid('The document has no steps.');
  return { description: '', parameters: {}, ...value } as unknown as CommandDocument;
}

/** The action of each step. */
function steps(value: unknown): string[] {
  if (!Array.isArray(value)) throw invalid('mainSteps is not a list.');
  const seen = new Set<string>();
  return (value as readonly unknown[]).map((item, index) => {
    const step = structure(item, `Step ${index + 1}`);
    only(step, ['action', 'name', 'inputs'], `Step ${index + 1}`);
    const name = String(step['name']);
    if (!/^[a-zA-Z0-9_]{1,128}$/.test(name) || seen.has(name)) throw invalid(`Step ${index + 1} has no name of its own.`);
    seen.add(name);
    structure(step['inputs'], `inputs of ${name}`);
    return String(step['action']);
  });
}

/** Throws InvalidDocumentContent, InvalidDocumentSchemaVersion, MaxDocumentSizeExceeded. */
export function readDocument(content: string, format: DocumentFormat, type: DocumentType): DocumentBody {
  const value = read(content, format);
  return type === 'Session' ? sessionDocument(value) : commandDocument(value);
}
