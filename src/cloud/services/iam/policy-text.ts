/** The document of a managed policy: read, judged, and not too long. */
import type { Input } from '../../endpoint/operation.js';
import { documentText, limitExceeded } from './entities.js';
import { readPolicy } from './read-policy.js';

/** Characters, white space not counted. */
const MAX_SIZE = 6144;

export function policyText(input: Input): string {
  const document = documentText(input, 'PolicyDocument');
  readPolicy(document, 'identity');
  if (document.replaceAll(/\s/g, '').length > MAX_SIZE) throw limitExceeded(`Cannot exceed quota for PolicySize: ${MAX_SIZE}`);
  return document;
}
