import { beforeEach, describe, expect, it } from 'vitest';
import type { Input, OperationContext, Output } from '../../../../../src/cloud/endpoint/operation.js';
import { asAwsError } from '../../../../../src/cloud/endpoint/reply.js';
import { createRegionCipher, makeCipherSecret } from '../../../../../src/cloud/keys/region-cipher.js';
import { kms } from '../../../../../src/cloud/services/kms/kms.js';
import { ssm } from '../../../../../src/cloud/services/ssm/index.js';
import { Memory } from '../../../../../src/cloud/state/memory.js';

const REGION = 'ap-northeast-1';
const ACCOUNT = '123456789012';
const DAY = 86_400_000;

let memory: Memory;
let now: number;
let context: OperationContext;

beforeEach(() => {
  memory = new Memory();
  now = Date.UTC(2026, 10, 25);
  context = {
    region: REGION,
    accountId: ACCOUNT,
    caller: { accountId: ACCOUNT, accessKeyId: 'A', arn: `arn:aws:iam::${ACCOUNT}:user/ssmlab`, userId: 'U', kind: 'lab' },
    origin: { kind: 'loopback' },
    requestId: 'r',
    state: memory.scope(REGION),
    globalState: memory.scope('aws-global'),
    runtime: { cipher: createRegionCipher(makeCipherSecret()) } as OperationContext['runtime'],
    now: () => now,
    call: () => {
      throw new Error('kms calls nobody');
    },
  };
});

function call(operation: string, input: Input = {}, service = kms): Output {
  const found = service.operations[operation];
  if (found === undefined) throw new Error(`no ${operation}`);
  try {
    return found(input, context) as Output;
  } catch (thrown) {
    throw asAwsError(thrown, 'json');
  }
}

const refused = (code: string) => expect.objectContaining({ code }) as Error;
const makeKey = (input: Input = {}): { KeyId: string; Arn: string } => call('CreateKey', input)['KeyMetadata'] as { KeyId: string; Arn: string };
const bytes = (output: Output, member: string): Buffer => Buffer.from(output[member] as Uint8Array);
const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');

describe('keys', () => {
  it('are made, described by each of their names, listed and tagged', () => {
    const key = makeKey({ Description: 'sessions', Tags: [{ TagKey: 'lab', TagValue: 'one' }] });
    call('CreateAlias', { AliasName: 'alias/sessions', TargetKeyId: key.KeyId });
    for (const KeyId of [key.KeyId, key.Arn, 'alias/sessions', `arn:aws:kms:${REGION}:${ACCOUNT}:alias/sessions`]) {
      expect(call('DescribeKey', { KeyId })).toMatchObject({ KeyMetadata: { KeyId: key.KeyId, Enabled: true, KeyState: 'Enabled', KeySpec: 'SYMMETRIC_DEFAULT', KeyManager: 'CUSTOMER', Description: 'sessions' } });
    }
    const other = makeKey();
    const first = call('ListKeys', { Limit: 1 });
    expect(first).toMatchObject({ Keys: [{ KeyId: key.KeyId, KeyArn: key.Arn }], Truncated: true });
    expect(call('ListKeys', { Limit: 1, Marker: first['NextMarker'] })).toMatchObject({ Keys: [{ KeyId: other.KeyId }], Truncated: false });
    call('TagResource', { KeyId: key.KeyId, Tags: [{ TagKey: 'lab', TagValue: 'two' }, { TagKey: 'x', TagValue: '' }] });
    call('UntagResource', { KeyId: key.KeyId, TagKeys: ['x'] });
    expect(call('ListResourceTags', { KeyId: key.KeyId })).toMatchObject({ Tags: [{ TagKey: 'lab', TagValue: 'two' }], Truncated: false });
    call('UpdateKeyDescription', { KeyId: key.KeyId, Description: 'new' });
    expect(call('DescribeKey', { KeyId: key.KeyId })).toMatchObject({ KeyMetadata: { Description: 'new' } });
  });

  it('have the default policy and do not rotate', () => {
    const { KeyId, Arn } = makeKey();
    expect(JSON.parse(call('GetKeyPolicy', { KeyId })['Policy'] as string)).toMatchObject({ Statement: [{ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*' }] });
    expect(() => call('GetKeyPolicy', { KeyId, PolicyName: 'other' })).toThrow(refused('NotFoundException'));
    expect(call('ListKeyPolicies', { KeyId })).toMatchObject({ PolicyNames: ['default'] });
    expect(call('GetKeyRotationStatus', { KeyId })).toEqual({ KeyRotationEnabled: false, KeyId: Arn });
  });

  it.each([[{ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }], [{ KeyUsage: 'GENERATE_VERIFY_MAC' }], [{ Origin: 'EXTERNAL' }], [{ MultiRegion: true }]])('of other kinds are refused: %o', (input) => {
    expect(() => call('CreateKey', input)).toThrow(refused('UnsupportedOperationException'));
    expect(call('ListKeys')).toMatchObject({ Keys: [] });
  });

  it('that are disabled or wait for deletion do nothing; after the wait they are gone', () => {
    const { KeyId, Arn } = makeKey();
    const sealed = base64(bytes(call('Encrypt', { KeyId, Plaintext: base64('a') }), 'CiphertextBlob'));
    call('DisableKey', { KeyId });
    expect(() => call('Encrypt', { KeyId, Plaintext: base64('a') })).toThrow(refused('DisabledException'));
    expect(() => call('Decrypt', { CiphertextBlob: sealed })).toThrow(refused('DisabledException'));
    call('EnableKey', { KeyId });
    expect(call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })).toEqual({ KeyId: Arn, DeletionDate: new Date(now + 7 * DAY), KeyState: 'PendingDeletion', PendingWindowInDays: 7 });
    expect(() => call('Decrypt', { CiphertextBlob: sealed })).toThrow(refused('KMSInvalidStateException'));
    expect(() => call('EnableKey', { KeyId })).toThrow(refused('KMSInvalidStateException'));
    expect(call('CancelKeyDeletion', { KeyId })).toEqual({ KeyId: Arn });
    expect(call('DescribeKey', { KeyId })).toMatchObject({ KeyMetadata: { KeyState: 'Disabled', DeletionDate: undefined } });
    expect(() => call('CancelKeyDeletion', { KeyId })).toThrow(refused('KMSInvalidStateException'));
    call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    now += 7 * DAY;
    expect(() => call('DescribeKey', { KeyId })).toThrow(refused('NotFoundException'));
    expect(call('ListKeys')).toMatchObject({ Keys: [] });
    expect(() => call('ScheduleKeyDeletion', { KeyId: makeKey().KeyId, PendingWindowInDays: 6 })).toThrow(refused('ValidationException'));
  });
});

describe('aliases', () => {
  it('move from key to key and go', () => {
    const [one, two] = [makeKey(), makeKey()];
    call('CreateAlias', { AliasName: 'alias/a', TargetKeyId: one.Arn });
    expect(() => call('CreateAlias', { AliasName: 'alias/a', TargetKeyId: two.KeyId })).toThrow(refused('AlreadyExistsException'));
    call('UpdateAlias', { AliasName: 'alias/a', TargetKeyId: two.KeyId });
    expect(call('ListAliases', { KeyId: one.KeyId })).toMatchObject({ Aliases: [] });
    expect(call('ListAliases')).toMatchObject({ Aliases: [{ AliasName: 'alias/a', TargetKeyId: two.KeyId }] });
    call('DeleteAlias', { AliasName: 'alias/a' });
    expect(() => call('DeleteAlias', { AliasName: 'alias/a' })).toThrow(refused('NotFoundException'));
    expect(() => call('DescribeKey', { KeyId: 'alias/a' })).toThrow(refused('NotFoundException'));
  });

  it.each([['a', 'ValidationException'], ['alias/aws/mine', 'NotAuthorizedException']])('%s is refused', (AliasName, code) => {
    expect(() => call('CreateAlias', { AliasName, TargetKeyId: makeKey().KeyId })).toThrow(refused(code));
  });

  it('name no key where an id is due', () => {
    const { KeyId } = makeKey();
    call('CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId });
    expect(() => call('DisableKey', { KeyId: 'alias/a' })).toThrow(refused('ValidationException'));
    expect(call('DescribeKey', { KeyId })).toMatchObject({ KeyMetadata: { Enabled: true } });
  });
});

describe('encryption', () => {
  const EncryptionContext = { 'aws:ssm:SessionId': 's', 'aws:ssm:TargetId': 'i-1' };

  it('gives back what it took, under the same context in any order and no other', () => {
    const { KeyId, Arn } = makeKey();
    const sealed = call('Encrypt', { KeyId, Plaintext: base64('word'), EncryptionContext });
    expect(sealed).toMatchObject({ KeyId: Arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    const CiphertextBlob = base64(bytes(sealed, 'CiphertextBlob'));
    const opened = call('Decrypt', { CiphertextBlob, EncryptionContext: { 'aws:ssm:TargetId': 'i-1', 'aws:ssm:SessionId': 's' } });
    expect([opened['KeyId'], bytes(opened, 'Plaintext').toString()]).toEqual([Arn, 'word']);
    for (const other of [undefined, {}, { ...EncryptionContext, 'aws:ssm:SessionId': 't' }, { ...EncryptionContext, more: '' }]) {
      expect(() => call('Decrypt', { CiphertextBlob, EncryptionContext: other })).toThrow(refused('InvalidCiphertextException'));
    }
    expect(() => call('Decrypt', { CiphertextBlob, EncryptionContext, KeyId: makeKey().KeyId })).toThrow(refused('IncorrectKeyException'));
  });

  it('refuses what it did not make', () => {
    const { KeyId } = makeKey();
    const sealed = bytes(call('Encrypt', { KeyId, Plaintext: base64('word') }), 'CiphertextBlob');
    for (let at = 0; at < sealed.length; at++) {
      const broken = Buffer.from(sealed);
      broken[at] = (broken[at] ?? 0) ^ 1;
      expect(() => call('Decrypt', { CiphertextBlob: base64(broken) }), `byte ${at}`).toThrow(refused(at >= 1 && at < 17 ? 'NotFoundException' : 'InvalidCiphertextException'));
    }
    expect(() => call('Decrypt', { CiphertextBlob: base64(sealed.subarray(0, 40)) })).toThrow(refused('InvalidCiphertextException'));
  });

  it('moves a ciphertext to another key and context', () => {
    const [one, two] = [makeKey(), makeKey()];
    const CiphertextBlob = base64(bytes(call('Encrypt', { KeyId: one.KeyId, Plaintext: base64('word') }), 'CiphertextBlob'));
    const moved = call('ReEncrypt', { CiphertextBlob, DestinationKeyId: two.KeyId, DestinationEncryptionContext: EncryptionContext });
    expect(moved).toMatchObject({ SourceKeyId: one.Arn, KeyId: two.Arn });
    expect(bytes(call('Decrypt', { CiphertextBlob: base64(bytes(moved, 'CiphertextBlob')), EncryptionContext, KeyId: two.Arn }), 'Plaintext').toString()).toBe('word');
  });

  it('makes data keys of the length asked for, and the bytes of each in its ciphertext', () => {
    const { KeyId } = makeKey();
    const made = call('GenerateDataKey', { KeyId, NumberOfBytes: 64, EncryptionContext });
    expect(bytes(made, 'Plaintext')).toHaveLength(64);
    expect(bytes(call('Decrypt', { CiphertextBlob: base64(bytes(made, 'CiphertextBlob')), EncryptionContext }), 'Plaintext')).toEqual(bytes(made, 'Plaintext'));
    expect(bytes(call('GenerateDataKey', { KeyId, KeySpec: 'AES_128' }), 'Plaintext')).toHaveLength(16);
    expect(call('GenerateDataKeyWithoutPlaintext', { KeyId, KeySpec: 'AES_256' })['Plaintext']).toBeUndefined();
    for (const input of [{}, { KeySpec: 'AES_256', NumberOfBytes: 8 }, { NumberOfBytes: 1025 }]) expect(() => call('GenerateDataKey', { KeyId, ...input })).toThrow(refused('ValidationException'));
    expect(bytes(call('GenerateRandom', { NumberOfBytes: 8 }), 'Plaintext')).toHaveLength(8);
  });

  it('answers a dry run by an error that says it would do', () => {
    const { KeyId } = makeKey();
    expect(() => call('Encrypt', { KeyId, Plaintext: base64('a'), DryRun: true })).toThrow(refused('DryRunOperationException'));
  });

  it('keeps no key in the journal in the clear', () => {
    const cipher = context.runtime.cipher;
    const seen: string[] = [];
    context = { ...context, runtime: { ...context.runtime, cipher: { ...cipher, seal: (region, text, of) => (seen.push(text), cipher.seal(region, text, of)) } } };
    makeKey();
    expect(seen).toHaveLength(1);
    expect(JSON.stringify([...memory.entries()])).not.toContain(seen[0]);
  });
});

it('SecureString parameters: under alias/aws/ssm, which no customer changes, or under a key of one\'s own while it is usable', () => {
  call('PutParameter', { Name: '/a', Value: 'word', Type: 'SecureString' }, ssm);
  const { Aliases } = call('ListAliases') as { Aliases: { AliasName: string; TargetKeyId: string }[] };
  expect(Aliases.map((alias) => alias.AliasName)).toEqual(['alias/aws/ssm']);
  expect(() => call('DisableKey', { KeyId: Aliases[0]?.TargetKeyId })).toThrow(refused('AccessDeniedException'));
  const { KeyId } = makeKey();
  call('PutParameter', { Name: '/b', Value: 'other', Type: 'SecureString', KeyId }, ssm);
  const read = (Name: string) => (call('GetParameter', { Name, WithDecryption: true }, ssm)['Parameter'] as { Value: string }).Value;
  expect([read('/a'), read('/b')]).toEqual(['word', 'other']);
  call('DisableKey', { KeyId });
  expect(() => read('/b')).toThrow(refused('InvalidKeyId'));
  expect(() => call('PutParameter', { Name: '/c', Value: 'x', Type: 'SecureString', KeyId }, ssm)).toThrow(refused('InvalidKeyId'));
  expect(call('GetParameter', { Name: '/b' }, ssm)).toMatchObject({ Parameter: { Type: 'SecureString', Value: expect.not.stringContaining('other') as string } });
});
