/** ssm:GetDocument: as it was written, or in the other format when that is asked for. */
import { stringify } from 'yaml';
import type { Operation } from '../../../endpoint/operation.js';
import { requiredString } from '../../../endpoint/typed-input.js';
import { DOCUMENT_REFERENCE, formatOf, selectionOf } from '../document-input.js';
import { findDocument } from '../document-store.js';

export const getDocument: Operation = (input, context) => {
  const entry = findDocument(context.state, requiredString(input, 'Name', { pattern: DOCUMENT_REFERENCE }), selectionOf(input));
  const format = formatOf(input) ?? 'JSON';
  const rewritten = (): string => (format === 'JSON' ? JSON.stringify(entry.body, null, 2) : stringify(entry.body));
  return {
    Name: entry.name,
    DisplayName: entry.displayName,
    VersionName: entry.versionName,
    CreatedDate: new Date(entry.created),
    DocumentVersion: String(entry.version),
    Status: 'Active',
    Content: format === entry.format ? entry.content : rewritten(),
    DocumentType: entry.type,
    DocumentFormat: format,
  };
};
