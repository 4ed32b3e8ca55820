/** ImportKeyPair and CreateKeyPair. */
import { blobOpt, oneOfOpt, str } from '../../../endpoint/input.js';
import { AwsError, type Input, type Output } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { KEY_PAIR, type KeyPairRecord } from '../model.js';
import { newId } from '../noun.js';
import { changing } from '../operation.js';
import { tagsFor } from '../tags.js';
import { freshKeyPair } from './private-key.js';
import { importedFingerprint, readPublicKey } from './public-key.js';

function freeName(state: Reader, input: Input): string {
  const keyName = str(input, 'KeyName');
  if (keyName.length > 255 || !/^[\x20-\x7e]+$/.test(keyName) || keyName.trim() !== keyName) throw new AwsError('InvalidParameterValue', `Value (${keyName}) for parameter KeyName is invalid. Up to 255 ASCII characters, without leading or trailing spaces.`);
  if (state.list(KEY_PAIR).some((pair) => pair.keyName === keyName)) throw new AwsError('InvalidKeyPair.Duplicate', `The keypair already exists`);
  return keyName;
}

function shown(record: KeyPairRecord): Output {
  return { keyPairId: record.keyPairId, keyName: record.keyName, keyFingerprint: record.keyFingerprint, tagSet: record.tags };
}

export const importKeyPair = changing((input, tx, context) => {
  const keyName = freeName(tx, input);
  const material = blobOpt(input, 'PublicKeyMaterial');
  if (material === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter PublicKeyMaterial');
  const key = readPublicKey(material);
  const record: KeyPairRecord = {
    keyPairId: newId('key'),
    keyName,
    keyType: key.keyType,
    keyFingerprint: importedFingerprint(key),
    publicKey: key.line,
    createTime: context.now(),
    tags: tagsFor(input, 'key-pair'),
  };
  tx.put(KEY_PAIR, record.keyPairId, record);
  return shown(record);
});

/** The private half is in the answer only: neither state nor log ever sees it. */
export const createKeyPair = changing((input, tx, context) => {
  const keyName = freeName(tx, input);
  const keyType = oneOfOpt(input, 'KeyType', ['rsa', 'ed25519']) ?? 'rsa';
  if (oneOfOpt(input, 'KeyFormat', ['pem', 'ppk']) === 'ppk') throw new AwsError('UnsupportedOperation', 'The key format ppk is not supported by the local cloud.');
  const fresh = freshKeyPair(keyType, keyName);
  const record: KeyPairRecord = {
    keyPairId: newId('key'),
    keyName,
    keyType,
    keyFingerprint: fresh.keyFingerprint,
    publicKey: fresh.publicKey.line,
    createTime: context.now(),
    tags: tagsFor(input, 'key-pair'),
  };
  tx.put(KEY_PAIR, record.keyPairId, record);
  return { ...shown(record), keyMaterial: fresh.keyMaterial };
});
