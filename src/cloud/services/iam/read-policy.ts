/** Policy documents that a request brings: what lib/policy refuses, as IAM's error. */
import { AwsError } from '../../endpoint/operation.js';
import { parsePolicy, type PolicyDocument, PolicyError, type PolicyKind } from '../../../lib/policy/document.js';

/** Reads a document. Throws AwsError MalformedPolicyDocument. */
export function readPolicy(text: string, kind: PolicyKind): PolicyDocument {
  try {
    return parsePolicy(text, kind);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new AwsError('MalformedPolicyDocument', error.code === 'unsupported' ? `The local cloud does not support ${error.message}` : error.message);
  }
}
