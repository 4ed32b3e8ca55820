/** KMS: the data key of a session, the only call of the tool there. */
import { SsmlabError } from '../errors.js';
import type { ApiTarget } from './client.js';
import { jsonCall } from './json-call.js';

/** A key, and the same key as only KMS can read it. */
export interface DataKey {
  readonly plaintext: Buffer;
  readonly ciphertext: Buffer;
}

/** Of one try; of two, as many as are not answered, it is less than the 15 s for which AWS's agent waits for a key (`protocol.md` §5.1). */
const PATIENCE_MS = 4_500;

/** kms:GenerateDataKey. `keyId`: id, ARN or alias. Throws `access-denied`, `aws-error` (a key that is disabled, say), `endpoint-unreachable`. */
export async function generateDataKey(target: ApiTarget, keyId: string, bytes: number, context: Readonly<Record<string, string>>): Promise<DataKey> {
  const input = { KeyId: keyId, NumberOfBytes: bytes, EncryptionContext: context };
  const { Plaintext, CiphertextBlob } = await jsonCall(target, { service: 'kms', targetPrefix: 'TrentService', name: 'GenerateDataKey', patienceMs: PATIENCE_MS }, input);
  return { plaintext: base64(Plaintext), ciphertext: base64(CiphertextBlob) };
}

function base64(value: unknown): Buffer {
  if (typeof value !== 'string' || value === '') throw new SsmlabError('aws-error', 'kms GenerateDataKey: the reply has no data key');
  return Buffer.from(value, 'base64');
}
