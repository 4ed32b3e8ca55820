/**
 * Ciphertexts of the local cloud's KMS: opaque to clients, as AWS's are. Layout: 1 byte format (1), 16 bytes key id,
 * 12 bytes nonce, 16 bytes tag, then AES-256-GCM under the key, with the encryption context as additional data.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AwsError, type OperationContext } from '../../endpoint/operation.js';
import type { Reader } from '../../state/store.js';
import { arnOfKey, findKeyById, usable } from './keys.js';
import type { KeyRecord } from './records.js';

/** Pairs that have to be the same at Decrypt; their order means nothing. */
export type EncryptionContext = Readonly<Record<string, string>>;

const FORMAT = 1;
const HEAD = 1 + 16 + 12 + 16;

function materialOf(key: KeyRecord, context: OperationContext): Buffer {
  return Buffer.from(context.runtime.cipher.open(context.region, key.material, arnOfKey(key.keyId, context)), 'base64');
}

function additionalData(pairs: EncryptionContext): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(pairs).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

export function encryptUnder(key: KeyRecord, plaintext: Uint8Array, pairs: EncryptionContext, context: OperationContext): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', materialOf(key, context), nonce).setAAD(additionalData(pairs));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT), Buffer.from(key.keyId.replaceAll('-', ''), 'hex'), nonce, cipher.getAuthTag(), body]);
}

/** The key is named by the ciphertext; `expectedKeyId` is the one that the caller says it is. Throws InvalidCiphertextException, IncorrectKeyException. */
export function decrypted(state: Reader, ciphertext: Buffer, pairs: EncryptionContext, expectedKeyId: string | undefined, context: OperationContext): { readonly key: KeyRecord; readonly plaintext: Buffer } {
  const invalid = (): AwsError => new AwsError('InvalidCiphertextException', '');
  if (ciphertext[0] !== FORMAT || ciphertext.length < HEAD) throw invalid();
  const keyId = ciphertext.toString('hex', 1, 17).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (expectedKeyId !== undefined && expectedKeyId !== keyId) throw new AwsError('IncorrectKeyException', 'The key ID in the request does not identify a CMK that can perform this operation.');
  const key = usable(findKeyById(state, keyId, context), context);
  const decipher = createDecipheriv('aes-256-gcm', materialOf(key, context), ciphertext.subarray(17, 29)).setAAD(additionalData(pairs));
  decipher.setAuthTag(ciphertext.subarray(29, HEAD));
  try {
    return { key, plaintext: Buffer.concat([decipher.update(ciphertext.subarray(HEAD)), decipher.final()]) };
  } catch {
    throw invalid();
  }
}
