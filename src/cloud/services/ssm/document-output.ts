/** The parts that GetDocument, DescribeDocument and ListDocuments say alike. */
import type { OperationContext, Output } from '../../endpoint/operation.js';
import { COMMAND_DOCUMENTS, type CommandDocumentEntry } from './command-documents.js';
import { type DocumentEntry, documentNamed, DOCUMENTS } from './documents.js';

export type AnyDocumentEntry = DocumentEntry | CommandDocumentEntry;

/** Session and command documents, by name. */
export const ALL_DOCUMENTS: readonly AnyDocumentEntry[] = [...DOCUMENTS, ...COMMAND_DOCUMENTS].toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** By name or ARN, of either kind. Throws InvalidDocument. */
export function anyDocumentNamed(reference: string): AnyDocumentEntry {
  return COMMAND_DOCUMENTS.find(({ name }) => name === reference || reference.endsWith(`:document/${name}`)) ?? documentNamed(reference);
}

export function documentType(entry: AnyDocumentEntry): 'Session' | 'Command' {
  return 'sessionType' in entry.document ? 'Session' : 'Command';
}

/** When the documents were made: fixed, since they come with the release. */
export const DOCUMENTS_CREATED = new Date(Date.UTC(2026, 10, 9));

export function documentHead(entry: AnyDocumentEntry, context: OperationContext): Output {
  return {
    Name: entry.name,
    Owner: entry.owner === 'Amazon' ? 'Amazon' : context.accountId,
    CreatedDate: DOCUMENTS_CREATED,
    PlatformTypes: entry.platformTypes,
    DocumentVersion: '1',
    DocumentType: documentType(entry),
    SchemaVersion: entry.document.schemaVersion,
    DocumentFormat: 'JSON',
    Tags: [],
  };
}
