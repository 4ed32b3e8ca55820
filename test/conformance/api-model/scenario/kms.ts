/** Key Management Service: two keys with an alias, what they encrypt, and their end. Blobs are base64, as on the wire. */
import { steps } from './step.js';

const KEY = { KeyId: '<key>' };
const ALIAS = 'alias/<run>';
const WORD = Buffer.from('word').toString('base64');
const EncryptionContext = { 'aws:ssm:SessionId': '<run>' };

export const kms = steps('kms', [
  ['CreateKey', { Description: 'of the scenario', Tags: [{ TagKey: 'run', TagValue: '<run>' }] }, { save: { key: 'KeyMetadata.KeyId', keyArn: 'KeyMetadata.Arn' } }],
  ['CreateKey', {}, { save: { secondKey: 'KeyMetadata.KeyId' } }],
  ['CreateKey', { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }, { error: 'UnsupportedOperationException' }],
  ['UpdateKeyDescription', { ...KEY, Description: 'changed' }],
  ['CreateAlias', { AliasName: ALIAS, TargetKeyId: '<secondKey>' }],
  ['UpdateAlias', { AliasName: ALIAS, TargetKeyId: '<key>' }],
  ['DescribeKey', { KeyId: ALIAS }, { expect: { 'KeyMetadata.KeyId': '<key>', 'KeyMetadata.Description': 'changed' } }],
  ['DescribeKey', { KeyId: 'alias/nope' }, { error: 'NotFoundException' }],
  ['ListAliases', KEY, { expect: { 'Aliases.0.AliasName': ALIAS } }],
  ['ListKeys', { Limit: 1 }],
  ['GetKeyPolicy', { ...KEY, PolicyName: 'default' }],
  ['ListKeyPolicies', KEY, { expect: { 'PolicyNames.0': 'default' } }],
  ['GetKeyRotationStatus', KEY, { expect: { KeyRotationEnabled: 'false' } }],
  ['TagResource', { ...KEY, Tags: [{ TagKey: 'a', TagValue: 'b' }] }],
  ['UntagResource', { ...KEY, TagKeys: ['run'] }],
  ['ListResourceTags', KEY, { expect: { 'Tags.0.TagKey': 'a' } }],
  ['Encrypt', { ...KEY, Plaintext: WORD, EncryptionContext }, { save: { sealed: 'CiphertextBlob' }, expect: { KeyId: '<keyArn>' } }],
  ['Decrypt', { CiphertextBlob: '<sealed>', EncryptionContext }, { expect: { Plaintext: WORD } }],
  ['Decrypt', { CiphertextBlob: '<sealed>' }, { error: 'InvalidCiphertextException' }],
  ['ReEncrypt', { CiphertextBlob: '<sealed>', SourceEncryptionContext: EncryptionContext, DestinationKeyId: '<secondKey>' }],
  ['GenerateDataKey', { ...KEY, NumberOfBytes: 64, EncryptionContext }],
  ['GenerateDataKeyWithoutPlaintext', { ...KEY, KeySpec: 'AES_256' }],
  ['GenerateRandom', { NumberOfBytes: 16 }],
  ['DisableKey', KEY],
  ['Encrypt', { ...KEY, Plaintext: WORD }, { error: 'DisabledException' }],
  ['EnableKey', KEY],
  ['DeleteAlias', { AliasName: ALIAS }],
  ['ScheduleKeyDeletion', { ...KEY, PendingWindowInDays: 7 }, { expect: { KeyState: 'PendingDeletion' } }],
  ['CancelKeyDeletion', KEY],
  ['ScheduleKeyDeletion', { ...KEY, PendingWindowInDays: 7 }],
]);
