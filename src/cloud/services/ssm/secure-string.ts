/** SecureString values: encrypted by kms under the parameter's ARN, as AWS does it; `alias/aws/ssm` where no key is named. */
import { AwsError, type OperationContext } from '../../endpoint/operation.js';
import type { Reader, Transaction } from '../../state/store.js';
import { decrypted, encryptUnder } from '../kms/ciphertext.js';
import { findKey, managedKey, usable } from '../kms/keys.js';
import { arnOfParameter } from './parameter-arn.js';
import type { ParameterRecord } from './records.js';

/** The key that the service takes when none is named. */
export const DEFAULT_KEY = 'alias/aws/ssm';

function isDefault(keyId: string, { region, accountId }: OperationContext): boolean {
  return keyId === DEFAULT_KEY || keyId === `arn:aws:kms:${region}:${accountId}:${DEFAULT_KEY}`;
}

/** Throws InvalidKeyId for a key that is not there or cannot be used. */
export function checkKeyId(state: Reader, keyId: string | undefined, context: OperationContext): void {
  if (keyId === undefined || isDefault(keyId, context)) return;
  try {
    usable(findKey(state, keyId, context), context);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError('InvalidKeyId', `${error.message} (Service: AWSKMS; Error Code: ${error.code})`);
  }
}

const encryptionContext = (name: string, context: OperationContext) => ({ PARAMETER_ARN: arnOfParameter(name, context) });

/** Base64 of what kms makes of it. */
export function sealValue(tx: Transaction, name: string, value: string, keyId: string, context: OperationContext): string {
  const key = isDefault(keyId, context) ? managedKey(tx, 'ssm', context) : usable(findKey(tx, keyId, context), context);
  return encryptUnder(key, Buffer.from(value), encryptionContext(name, context), context).toString('base64');
}

/** The value as it is given out: that of a SecureString in the clear only when asked for. Throws InvalidKeyId when its key is disabled or gone. */
export function valueOf(record: ParameterRecord, withDecryption: boolean, context: OperationContext): string {
  if (record.type !== 'SecureString' || !withDecryption) return record.value;
  checkKeyId(context.state, record.keyId, context);
  return decrypted(context.state, Buffer.from(record.value, 'base64'), encryptionContext(record.name, context), undefined, context).plaintext.toString('utf8');
}
