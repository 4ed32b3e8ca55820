/** What the operations on documents read alike. */
import type { Input } from '../../endpoint/operation.js';
import { optionalString } from '../../endpoint/typed-input.js';
import type { DocumentFormat } from './document-content.js';
import type { Selection } from './document-store.js';
import { AwsError } from '../../endpoint/operation.js';

/** A name or an ARN. */
export const DOCUMENT_REFERENCE = /^[a-zA-Z0-9_\-.:/]{3,128}$/;
export const DOCUMENT_NAME = /^[a-zA-Z0-9_\-.]{3,128}$/;
const VERSION = /^(?:\$LATEST|\$DEFAULT|[1-9][0-9]*)$/;

export function versionNameOf(input: Input): string | undefined {
  return optionalString(input, 'VersionName', { pattern: /^[a-zA-Z0-9_\-.]{1,128}$/ });
}

export function selectionOf(input: Input): Selection {
  return { version: optionalString(input, 'DocumentVersion', { pattern: VERSION }), versionName: versionNameOf(input) };
}

/** JSON or YAML; TEXT is for kinds of documents that are not here. */
export function formatOf(input: Input): DocumentFormat | undefined {
  const format = optionalString(input, 'DocumentFormat', { oneOf: ['YAML', 'JSON', 'TEXT'] });
  if (format === 'TEXT') throw new AwsError('ValidationException', 'The local cloud has documents in JSON and YAML, not in TEXT.');
  return format as DocumentFormat | undefined;
}
