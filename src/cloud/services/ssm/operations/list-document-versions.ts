/** ssm:ListDocumentVersions, the newest first. */
import type { Operation } from '../../../endpoint/operation.js';
import { page } from '../../../endpoint/page.js';
import { requiredString } from '../../../endpoint/typed-input.js';
import { DOCUMENT_REFERENCE } from '../document-input.js';
import { entryOf, findDocument, nameOf, OWN_DOCUMENTS } from '../document-store.js';

export const listDocumentVersions: Operation = (input, context) => {
  const reference = requiredString(input, 'Name', { pattern: DOCUMENT_REFERENCE });
  const record = context.state.get(OWN_DOCUMENTS, nameOf(reference));
  const entries = record === undefined ? [findDocument(context.state, reference)] : record.versions.toReversed().map((version) => entryOf(record, version));
  const { items, nextToken } = page(entries, input, { typed: true, default: 50, minimum: 1, maximum: 50, key: (entry) => String(entry.version) });
  return {
    DocumentVersions: items.map((entry) => ({
      Name: entry.name,
      DisplayName: entry.displayName,
      DocumentVersion: String(entry.version),
      VersionName: entry.versionName,
      CreatedDate: new Date(entry.created),
      IsDefaultVersion: entry.version === entry.defaultVersion,
      DocumentFormat: entry.format,
      Status: 'Active',
    })),
    NextToken: nextToken,
  };
};
