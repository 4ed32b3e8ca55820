/**
 * kms:GetKeyPolicy, ListKeyPolicies and GetKeyRotationStatus. Every key has the default policy, by which IAM policies
 * decide; PutKeyPolicy and EnableKeyRotation are not there.
 */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { optionalString } from '../../../endpoint/typed-input.js';
import { keyIdOf, listed } from '../input.js';
import { arnOfKey, findKeyById, notPendingDeletion } from '../keys.js';

export const getKeyPolicy: Operation = (input, context) => {
  const name = optionalString(input, 'PolicyName', { min: 1, max: 128, pattern: /^\w+$/ }) ?? 'default';
  findKeyById(context.state, keyIdOf(input), context);
  if (name !== 'default') throw new AwsError('NotFoundException', `No such policy exists: ${name}`);
  const policy = {
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [{ Sid: 'Enable IAM User Permissions', Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${context.accountId}:root` }, Action: 'kms:*', Resource: '*' }],
  };
  return { Policy: JSON.stringify(policy, null, 2), PolicyName: 'default' };
};

export const listKeyPolicies: Operation = (input, context) => {
  findKeyById(context.state, keyIdOf(input), context);
  const { items, ...rest } = listed(['default'], input, (name) => name);
  return { PolicyNames: items, ...rest };
};

export const getKeyRotationStatus: Operation = (input, context) => {
  const key = notPendingDeletion(findKeyById(context.state, keyIdOf(input), context), context);
  return { KeyRotationEnabled: false, KeyId: arnOfKey(key.keyId, context) };
};
