/** Documents by name: those that come with the region, and one's own with their versions. */
import { AwsError, type OperationContext, type Output } from '../../endpoint/operation.js';
import { type Reader, table } from '../../state/store.js';
import { COMMAND_DOCUMENTS, type CommandDocument } from './command-documents.js';
import { type DocumentBody, type DocumentFormat, type DocumentType, readDocument } from './document-content.js';
import { DEFAULT_DOCUMENT, DOCUMENTS, type SessionDocument } from './documents.js';
import type { SsmTag } from './records.js';

export interface DocumentVersionRecord {
  readonly version: number;
  readonly versionName?: string | undefined;
  readonly content: string;
  readonly format: DocumentFormat;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

export interface DocumentRecord {
  readonly name: string;
  readonly type: DocumentType;
  /** Ascending; never empty. */
  readonly versions: readonly DocumentVersionRecord[];
  /** Of the default version. */
  readonly defaultVersion: number;
  readonly displayName?: string | undefined;
  readonly targetType?: string | undefined;
  readonly tags: readonly SsmTag[];
}

export const OWN_DOCUMENTS = table<DocumentRecord>('ssm/document');

/** One version of a document. */
export interface DocumentEntry<B extends DocumentBody = DocumentBody> {
  readonly name: string;
  readonly owner: 'Amazon' | 'account';
  readonly type: DocumentType;
  readonly platformTypes: readonly string[];
  readonly body: B;
  readonly content: string;
  readonly format: DocumentFormat;
  readonly version: number;
  readonly versionName?: string | undefined;
  readonly latestVersion: number;
  readonly defaultVersion: number;
  readonly created: number;
  readonly displayName?: string | undefined;
  readonly targetType?: string | undefined;
  readonly tags: readonly SsmTag[];
}

/** Which version: a number, `$LATEST`, `$DEFAULT`, or the name that it was given. Neither: the default one. */
export interface Selection {
  readonly version?: string | undefined;
  readonly versionName?: string | undefined;
}

/** When the region's documents were made: fixed, since they come with the release. */
const CREATED = Date.UTC(2026, 10, 9);
const ANYWHERE = ['Windows', 'Linux', 'MacOS'];

const FROM_THE_REGION: readonly DocumentEntry[] = [...DOCUMENTS, ...COMMAND_DOCUMENTS].map(({ document, ...entry }) => ({
  ...entry,
  type: 'sessionType' in document ? 'Session' : 'Command',
  body: document,
  content: JSON.stringify(document, null, 2),
  format: 'JSON',
  version: 1,
  latestVersion: 1,
  defaultVersion: 1,
  created: CREATED,
  tags: [],
}));

export function entryOf(record: DocumentRecord, { version, versionName, content, format, created }: DocumentVersionRecord): DocumentEntry {
  const { name, type, defaultVersion, displayName, targetType, tags } = record;
  return {
    name, owner: 'account', type, platformTypes: type === 'Session' ? ANYWHERE : ['Linux', 'MacOS'], body: readDocument(content, format, type), content, format, version, versionName,
    latestVersion: record.versions.at(-1)?.version ?? version, defaultVersion, created, displayName, targetType, tags,
  };
}

/** The selected version of a record, or undefined. */
export function versionOf(record: DocumentRecord, { version = '$DEFAULT', versionName }: Selection): DocumentVersionRecord | undefined {
  if (versionName !== undefined) return record.versions.find((one) => one.versionName === versionName);
  if (version === '$LATEST') return record.versions.at(-1);
  const number = version === '$DEFAULT' ? record.defaultVersion : Number(version);
  return record.versions.find((one) => one.version === number);
}

export function nameOf(reference: string): string {
  return /^arn:aws:ssm:[^:]*:[^:]*:document\/(.+)$/.exec(reference)?.[1] ?? reference;
}

/** The entry of the region's, unless there is one of one's own under the name (that of the preferences). */
export function regionDocument(name: string): DocumentEntry | undefined {
  return FROM_THE_REGION.find((entry) => entry.name === name);
}

/** By name or ARN. Throws InvalidDocument, InvalidDocumentVersion. */
export function findDocument(state: Reader, reference: string, selection: Selection = {}): DocumentEntry {
  const name = nameOf(reference);
  const record = state.get(OWN_DOCUMENTS, name);
  const wrongVersion = (): AwsError => new AwsError('InvalidDocumentVersion', `The document version ${selection.versionName ?? selection.version ?? ''} does not exist for ${name}.`);
  if (record !== undefined) {
    const version = versionOf(record, selection);
    if (version === undefined) throw wrongVersion();
    return entryOf(record, version);
  }
  const entry = regionDocument(name);
  if (entry === undefined) throw new AwsError('InvalidDocument', `Document with name ${name} does not exist.`);
  if (selection.versionName !== undefined || !['1', '$LATEST', '$DEFAULT'].includes(selection.version ?? '1')) throw wrongVersion();
  return entry;
}

/** Throws InvalidDocument also for a document of another type. */
export function sessionDocument(state: Reader, reference: string): DocumentEntry<SessionDocument> {
  const entry = findDocument(state, reference);
  if (!('sessionType' in entry.body)) throw new AwsError('InvalidDocument', `Document type ${entry.type} is not supported. Only type Session is supported for starting a session.`);
  return { ...entry, body: entry.body };
}

/** Throws InvalidDocument also for a document of another type. */
export function commandDocument(state: Reader, reference: string, selection: Selection): DocumentEntry<CommandDocument> {
  const entry = findDocument(state, reference, selection);
  if ('sessionType' in entry.body) throw new AwsError('InvalidDocument', `Document type ${entry.type} is not supported. Only type Command is supported for sending commands.`);
  return { ...entry, body: entry.body };
}

/** Inputs of a session whose document has none: the region's preferences. */
export function preferences(state: Reader): Readonly<Record<string, unknown>> {
  return sessionDocument(state, DEFAULT_DOCUMENT).body.inputs ?? {};
}

/** The default version of each, by name. */
export function allDocuments(state: Reader): DocumentEntry[] {
  const own = state.list(OWN_DOCUMENTS).map((record) => findDocument(state, record.name));
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...FROM_THE_REGION.filter(({ name }) => !names.has(name))].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The parts that every operation on documents says alike. */
export function documentHead(entry: DocumentEntry, context: Pick<OperationContext, 'accountId'>): Output {
  return {
    Name: entry.name,
    DisplayName: entry.displayName,
    VersionName: entry.versionName,
    Owner: entry.owner === 'Amazon' ? 'Amazon' : context.accountId,
    CreatedDate: new Date(entry.created),
    PlatformTypes: entry.platformTypes,
    DocumentVersion: String(entry.version),
    DocumentType: entry.type,
    SchemaVersion: entry.body.schemaVersion,
    DocumentFormat: entry.format,
    TargetType: entry.targetType,
    Tags: entry.tags,
  };
}
