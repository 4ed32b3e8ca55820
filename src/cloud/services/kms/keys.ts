/** Keys by any of their names, their states, and how the API shows them. Source: KMS API reference, "Key states". */
import { randomBytes, randomUUID } from 'node:crypto';
import { AwsError, type OperationContext, type Output } from '../../endpoint/operation.js';
import type { Reader, Transaction } from '../../state/store.js';
import { ALIASES, KEYS, type KeyRecord, type KmsTag } from './records.js';

type Place = Pick<OperationContext, 'region' | 'accountId'>;

export function arnOfKey(keyId: string, { region, accountId }: Place): string {
  return `arn:aws:kms:${region}:${accountId}:key/${keyId}`;
}

export function arnOfAlias(aliasName: string, { region, accountId }: Place): string {
  return `arn:aws:kms:${region}:${accountId}:${aliasName}`;
}

export function makeKey(tx: Transaction, context: OperationContext, options: { readonly manager: KeyRecord['manager']; readonly description: string; readonly tags?: readonly KmsTag[] }): KeyRecord {
  const keyId = randomUUID();
  const key: KeyRecord = {
    keyId,
    description: options.description,
    manager: options.manager,
    state: 'Enabled',
    material: context.runtime.cipher.seal(context.region, randomBytes(32).toString('base64'), arnOfKey(keyId, context)),
    created: context.now(),
    tags: options.tags ?? [],
  };
  tx.put(KEYS, keyId, key);
  return key;
}

const PROTECTS = { ssm: 'SSM parameters', ebs: 'EBS volumes' } as const;

/** AWS's own key of a service, `alias/aws/SERVICE`: made when the service first needs it. */
export function managedKey(tx: Transaction, service: keyof typeof PROTECTS, context: OperationContext): KeyRecord {
  const aliasName = `alias/aws/${service}`;
  const alias = tx.get(ALIASES, aliasName);
  const found = alias === undefined ? undefined : tx.get(KEYS, alias.keyId);
  if (found !== undefined) return found;
  const key = makeKey(tx, context, { manager: 'AWS', description: `Default key that protects my ${PROTECTS[service]} when no other key is defined` });
  tx.put(ALIASES, aliasName, { aliasName, keyId: key.keyId, created: context.now(), updated: context.now() });
  return key;
}

/** A key whose waiting time is over is gone: KMS deletes it then, and with it what it encrypted. */
function living(state: Reader, keyId: string, now: number): KeyRecord | undefined {
  const key = state.get(KEYS, keyId);
  return key?.deletion !== undefined && key.deletion <= now ? undefined : key;
}

export function keysOf(state: Reader, now: number): KeyRecord[] {
  return state.list(KEYS).filter((key) => living(state, key.keyId, now) !== undefined);
}

/** By key id, key ARN, alias or alias ARN. Throws NotFoundException. */
export function findKey(state: Reader, name: string, context: OperationContext): KeyRecord {
  const arn = /^arn:[^:]*:kms:([^:]*):([^:]*):(.+)$/.exec(name);
  if (name.startsWith('arn:') && arn === null) throw new AwsError('InvalidArnException', `Invalid arn ${name}`);
  if (arn !== null && arn[1] !== context.region) throw new AwsError('NotFoundException', `Invalid arn ${arn[1] ?? ''}`);
  const resource = arn?.[3] ?? name;
  const own = arn === null || arn[2] === context.accountId;
  if (resource.startsWith('alias/')) {
    const alias = own ? state.get(ALIASES, resource) : undefined;
    const key = alias === undefined ? undefined : living(state, alias.keyId, context.now());
    if (key === undefined) throw new AwsError('NotFoundException', `Alias ${arnOfAlias(resource, context)} is not found.`);
    return key;
  }
  const keyId = resource.replace(/^key\//, '');
  const key = own ? living(state, keyId, context.now()) : undefined;
  if (key === undefined) throw new AwsError('NotFoundException', `Key '${arnOfKey(keyId, context)}' does not exist`);
  return key;
}

/** By key id or key ARN: where an alias does not name a key. Throws as {@link findKey} does. */
export function findKeyById(state: Reader, name: string, context: OperationContext): KeyRecord {
  if (/(?:^|:)alias\//.test(name)) throw new AwsError('ValidationException', `Invalid keyId ${name}`);
  return findKey(state, name, context);
}

/** Throws unless it is enabled: what cryptographic operations ask. */
export function usable(key: KeyRecord, context: OperationContext): KeyRecord {
  if (key.state === 'Disabled') throw new AwsError('DisabledException', `${arnOfKey(key.keyId, context)} is disabled.`);
  return notPendingDeletion(key, context);
}

export function notPendingDeletion(key: KeyRecord, context: OperationContext): KeyRecord {
  if (key.state === 'PendingDeletion') throw new AwsError('KMSInvalidStateException', `${arnOfKey(key.keyId, context)} is pending deletion.`);
  return key;
}

/** Throws for AWS's own keys, which their owners may use and not change. */
export function customers(key: KeyRecord, context: OperationContext): KeyRecord {
  if (key.manager === 'AWS') throw new AwsError('AccessDeniedException', `${arnOfKey(key.keyId, context)} is managed by AWS and cannot be changed.`);
  return key;
}

export function keyMetadata(key: KeyRecord, context: OperationContext): Output {
  return {
    AWSAccountId: context.accountId,
    KeyId: key.keyId,
    Arn: arnOfKey(key.keyId, context),
    CreationDate: new Date(key.created),
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: key.state,
    DeletionDate: key.deletion === undefined ? undefined : new Date(key.deletion),
    Origin: 'AWS_KMS',
    KeyManager: key.manager,
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
  };
}
