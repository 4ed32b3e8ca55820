/** kms:CreateKey, DescribeKey, ListKeys and UpdateKeyDescription. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { optionalBoolean, optionalString, requiredString } from '../../../endpoint/typed-input.js';
import { checkGrantTokens, keyIdOf, listed, readTags } from '../input.js';
import { arnOfKey, customers, findKey, findKeyById, keyMetadata, keysOf, makeKey, notPendingDeletion } from '../keys.js';
import { KEYS } from '../records.js';

const MAX_DESCRIPTION = 8192;

export const createKey: Operation = (input, context) => {
  const description = optionalString(input, 'Description', { max: MAX_DESCRIPTION }) ?? '';
  const wanted = {
    KeyUsage: optionalString(input, 'KeyUsage', { oneOf: ['SIGN_VERIFY', 'ENCRYPT_DECRYPT', 'GENERATE_VERIFY_MAC', 'KEY_AGREEMENT'] }) ?? 'ENCRYPT_DECRYPT',
    KeySpec: optionalString(input, 'KeySpec', { max: 32 }) ?? optionalString(input, 'CustomerMasterKeySpec', { max: 32 }) ?? 'SYMMETRIC_DEFAULT',
    Origin: optionalString(input, 'Origin', { oneOf: ['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'] }) ?? 'AWS_KMS',
    MultiRegion: String(optionalBoolean(input, 'MultiRegion')),
  };
  const offered: typeof wanted = { KeyUsage: 'ENCRYPT_DECRYPT', KeySpec: 'SYMMETRIC_DEFAULT', Origin: 'AWS_KMS', MultiRegion: 'false' };
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== offered[name as keyof typeof offered]) throw new AwsError('UnsupportedOperationException', `The local cloud's keys have ${name} ${offered[name as keyof typeof offered]}; ${value} is not supported.`);
  }
  const tags = readTags(input);
  return context.state.transact((tx) => ({ KeyMetadata: keyMetadata(makeKey(tx, context, { manager: 'CUSTOMER', description, tags }), context) }));
};

export const describeKey: Operation = (input, context) => {
  checkGrantTokens(input);
  return { KeyMetadata: keyMetadata(findKey(context.state, keyIdOf(input), context), context) };
};

export const listKeys: Operation = (input, context) => {
  const { items, ...rest } = listed(keysOf(context.state, context.now()), input, (key) => key.keyId);
  return { Keys: items.map((key) => ({ KeyId: key.keyId, KeyArn: arnOfKey(key.keyId, context) })), ...rest };
};

export const updateKeyDescription: Operation = (input, context) => {
  const description = requiredString(input, 'Description', { max: MAX_DESCRIPTION });
  return context.state.transact((tx) => {
    const key = notPendingDeletion(customers(findKeyById(tx, keyIdOf(input), context), context), context);
    tx.put(KEYS, key.keyId, { ...key, description });
    return {};
  });
};
