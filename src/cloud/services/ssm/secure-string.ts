/** SecureString values: sealed by the region's own key, which is all that stands for `alias/aws/ssm` where there is no KMS. */
import { AwsError, type OperationContext } from '../../endpoint/operation.js';
import { arnOfParameter } from './parameter-arn.js';
import type { ParameterRecord } from './records.js';

/** The key that the service takes when none is named. */
export const DEFAULT_KEY = 'alias/aws/ssm';

/** Judges KeyId. Throws InvalidKeyId: there are no other keys. */
export function checkKeyId(keyId: string | undefined, context: OperationContext): void {
  if (keyId === undefined || keyId === DEFAULT_KEY || keyId === `arn:aws:kms:${context.region}:${context.accountId}:${DEFAULT_KEY}`) return;
  throw new AwsError('InvalidKeyId', `The key ID ${keyId} is not valid: the local cloud has no KMS, and the only key of its parameters is ${DEFAULT_KEY}.`);
}

function encryptionContext(name: string, version: number, context: OperationContext): string {
  return `${arnOfParameter(name, context)}:${version}`;
}

export function sealValue(name: string, version: number, value: string, context: OperationContext): string {
  return context.runtime.cipher.seal(context.region, value, encryptionContext(name, version, context));
}

/** The value as it is given out: that of a SecureString in the clear only when asked for. */
export function valueOf(record: ParameterRecord, withDecryption: boolean, context: OperationContext): string {
  if (record.type !== 'SecureString' || !withDecryption) return record.value;
  return context.runtime.cipher.open(context.region, record.value, encryptionContext(record.name, record.version, context));
}
