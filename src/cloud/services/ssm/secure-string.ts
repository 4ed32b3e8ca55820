/** SecureString values: encrypted by kms under the parameter's ARN, as AWS does it; `alias/aws/ssm` where no key is named. */
import { authorize } from '../../endpoint/authorize.js';
import { AwsError, type OperationContext } from '../../endpoint/operation.js';
import type { Reader, Transaction } from '../../state/store.js';
import { decrypted, encryptUnder } from '../kms/ciphertext.js';
import { arnOfKey, findKey, managedKey, usable } from '../kms/keys.js';
import type { KeyRecord } from '../kms/records.js';
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

/**
 * The service calls kms in the caller's name ("Restricting decryption of SecureString parameter values"): a customer's key leaves it to IAM, the policy
 * of AWS's own key lets in everyone of the account. Throws AccessDeniedException with kms's words.
 */
function requireKey(action: 'Encrypt' | 'GenerateDataKey' | 'Decrypt', key: KeyRecord, name: string, context: OperationContext): void {
  const { caller, region, accountId, state, globalState } = context;
  try {
    authorize(caller, `kms:${action}`, arnOfKey(key.keyId, context), {
      globalState, state, region, protocol: 'json', now: context.now(), granted: key.manager === 'AWS',
      // It comes from the service, not by the endpoint through which the service was asked.
      origin: { kind: context.origin.kind, sourceAddress: context.origin.vpcEndpointId === undefined ? context.origin.sourceAddress : undefined },
      keys: { 'aws:ViaAWSService': 'true', 'kms:ViaService': `ssm.${region}.amazonaws.com`, 'kms:CallerAccount': accountId, 'kms:EncryptionContext:PARAMETER_ARN': arnOfParameter(name, context) },
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(error.code, `${error.message} (Service: AWSKMS; Status Code: 400; Error Code: ${error.code}; Request ID: ${context.requestId}; Proxy: null)`);
  }
}

/** Base64 of what kms makes of it. The advanced tier encrypts by a data key, so that it asks for another permission. */
export function sealValue(tx: Transaction, { name, value, keyId, tier }: { readonly name: string; readonly value: string; readonly keyId: string; readonly tier: ParameterRecord['tier'] }, context: OperationContext): string {
  const key = isDefault(keyId, context) ? managedKey(tx, 'ssm', context) : usable(findKey(tx, keyId, context), context);
  requireKey(tier === 'Advanced' ? 'GenerateDataKey' : 'Encrypt', key, name, context);
  return encryptUnder(key, Buffer.from(value), encryptionContext(name, context), context).toString('base64');
}

/** The value as it is given out: that of a SecureString in the clear only when asked for. Throws InvalidKeyId when its key is disabled or gone. */
export function valueOf(record: ParameterRecord, withDecryption: boolean, context: OperationContext): string {
  if (record.type !== 'SecureString' || !withDecryption) return record.value;
  checkKeyId(context.state, record.keyId, context);
  const { key, plaintext } = decrypted(context.state, Buffer.from(record.value, 'base64'), encryptionContext(record.name, context), undefined, context);
  requireKey('Decrypt', key, record.name, context);
  return plaintext.toString('utf8');
}
