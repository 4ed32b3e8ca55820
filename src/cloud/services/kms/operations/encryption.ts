/** kms:Encrypt, Decrypt and ReEncrypt. */
import type { Operation } from '../../../endpoint/operation.js';
import { optionalString } from '../../../endpoint/typed-input.js';
import { decrypted, encryptUnder } from '../ciphertext.js';
import { blob, checkAlgorithm, checkGrantTokens, encryptionContext, endDryRun, keyIdOf } from '../input.js';
import { arnOfKey, findKey, usable } from '../keys.js';

const MAX_PLAINTEXT = 4096;
const MAX_CIPHERTEXT = 6144;
const EncryptionAlgorithm = 'SYMMETRIC_DEFAULT';

export const encrypt: Operation = (input, context) => {
  const key = usable(findKey(context.state, keyIdOf(input), context), context);
  const plaintext = blob(input, 'Plaintext', MAX_PLAINTEXT);
  const pairs = encryptionContext(input);
  checkAlgorithm(input);
  checkGrantTokens(input);
  endDryRun(input);
  return { CiphertextBlob: encryptUnder(key, plaintext, pairs, context), KeyId: arnOfKey(key.keyId, context), EncryptionAlgorithm };
};

export const decrypt: Operation = (input, context) => {
  const ciphertext = blob(input, 'CiphertextBlob', MAX_CIPHERTEXT);
  const named = optionalString(input, 'KeyId', { min: 1, max: 2048 });
  checkAlgorithm(input);
  checkGrantTokens(input);
  const expected = named === undefined ? undefined : findKey(context.state, named, context).keyId;
  const { key, plaintext } = decrypted(context.state, ciphertext, encryptionContext(input), expected, context);
  endDryRun(input);
  return { KeyId: arnOfKey(key.keyId, context), Plaintext: plaintext, EncryptionAlgorithm };
};

export const reEncrypt: Operation = (input, context) => {
  const ciphertext = blob(input, 'CiphertextBlob', MAX_CIPHERTEXT);
  const named = optionalString(input, 'SourceKeyId', { min: 1, max: 2048 });
  checkAlgorithm(input, 'SourceEncryptionAlgorithm');
  checkAlgorithm(input, 'DestinationEncryptionAlgorithm');
  checkGrantTokens(input);
  const expected = named === undefined ? undefined : findKey(context.state, named, context).keyId;
  const source = decrypted(context.state, ciphertext, encryptionContext(input, 'SourceEncryptionContext'), expected, context);
  const destination = usable(findKey(context.state, keyIdOf(input, 'DestinationKeyId'), context), context);
  const pairs = encryptionContext(input, 'DestinationEncryptionContext');
  endDryRun(input);
  return {
    CiphertextBlob: encryptUnder(destination, source.plaintext, pairs, context),
    SourceKeyId: arnOfKey(source.key.keyId, context),
    KeyId: arnOfKey(destination.keyId, context),
    SourceEncryptionAlgorithm: EncryptionAlgorithm,
    DestinationEncryptionAlgorithm: EncryptionAlgorithm,
  };
};
