/** `DocumentDescription`, as Describe, Create and Update give it. */
import { createHash } from 'node:crypto';
import type { OperationContext, Output } from '../../endpoint/operation.js';
import { type DocumentEntry, documentHead } from './document-store.js';

export function documentDescription(entry: DocumentEntry, context: OperationContext, status: 'Active' | 'Creating' | 'Updating' = 'Active'): Output {
  return {
    ...documentHead(entry, context),
    Hash: createHash('sha256').update(entry.content).digest('hex'),
    HashType: 'Sha256',
    Status: status,
    Description: entry.body.description === '' ? undefined : entry.body.description,
    Parameters: Object.entries(entry.body.parameters ?? {}).map(([name, parameter]) => ({
      Name: name,
      Type: parameter.type,
      Description: parameter.description,
      DefaultValue: parameter.default,
    })),
    LatestVersion: String(entry.latestVersion),
    DefaultVersion: String(entry.defaultVersion),
  };
}
