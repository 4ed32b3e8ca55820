/** The parts that GetDocument, DescribeDocument and ListDocuments say alike. */
import type { OperationContext, Output } from '../../endpoint/operation.js';
import type { DocumentEntry } from './documents.js';

/** When the documents were made: fixed, since they come with the release. */
export const DOCUMENTS_CREATED = new Date(Date.UTC(2026, 10, 9));

export function documentHead(entry: DocumentEntry, context: OperationContext): Output {
  return {
    Name: entry.name,
    Owner: entry.owner === 'Amazon' ? 'Amazon' : context.accountId,
    CreatedDate: DOCUMENTS_CREATED,
    PlatformTypes: entry.platformTypes,
    DocumentVersion: '1',
    DocumentType: 'Session',
    SchemaVersion: entry.document.schemaVersion,
    DocumentFormat: 'JSON',
    Tags: [],
  };
}
