/** SecureStrings ask for two permissions: the parameter's, and that of the key they are under, in kms's own words. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createDispatcher, type Dispatcher } from '../../../../../src/cloud/endpoint/dispatch.js';
import { AwsError, type Caller, type Input, type OperationContext, type Output } from '../../../../../src/cloud/endpoint/operation.js';
import { createKeyRing } from '../../../../../src/cloud/keys/key-ring.js';
import { createRegionCipher, makeCipherSecret } from '../../../../../src/cloud/keys/region-cipher.js';
import type { RegionRuntime } from '../../../../../src/cloud/region.js';
import { iam } from '../../../../../src/cloud/services/iam/iam.js';
import { kms } from '../../../../../src/cloud/services/kms/kms.js';
import { ssm } from '../../../../../src/cloud/services/ssm/index.js';
import { Memory } from '../../../../../src/cloud/state/memory.js';

const ACCOUNT = '123456789012';
const REGION = 'ap-northeast-1';
const reader: Caller = { accountId: ACCOUNT, accessKeyId: 'ASIAX', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/reader/s`, userId: 'AROAX:s', kind: 'role', roleName: 'reader' };

let dispatcher: Dispatcher;
let keyArn: string;

function call(service: string, operation: string, input: Input, caller?: Caller, origin?: OperationContext['origin']): Output {
  const found = dispatcher.services.find(({ name }) => name === service);
  if (found === undefined) throw new Error(`no ${service}`);
  return dispatcher.run(found, operation, input, dispatcher.internalContext(REGION, { caller, origin, requestId: 'r' })) as Output;
}

function refused(operation: string, input: Input, origin?: OperationContext['origin']): string {
  try {
    call('ssm', operation, input, reader, origin);
  } catch (error) {
    if (error instanceof AwsError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error(`${operation} was not refused`);
}

function policy(Effect: 'Allow' | 'Deny', Action: string | string[], more: object = {}): void {
  call('iam', 'PutRolePolicy', { RoleName: 'reader', PolicyName: 'own', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Action, Resource: '*', ...more }] }) });
}

const value = (Name: string, caller?: Caller, origin?: OperationContext['origin']) => (call('ssm', 'GetParameter', { Name, WithDecryption: true }, caller, origin)['Parameter'] as { Value: string }).Value;
const denied = (action: string): string => `AccessDeniedException: User: ${reader.arn} is not authorized to perform: kms:${action} on resource: ${keyArn} because no identity-based policy allows the kms:${action} action (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: r; Proxy: null)`;

beforeEach(() => {
  const memory = new Memory();
  const now = () => Date.UTC(2026, 10, 24);
  const keys = createKeyRing({ accountId: ACCOUNT, now });
  const runtime = { keys, cipher: createRegionCipher(makeCipherSecret()), endpointUrl: '', pace: 0 } as unknown as RegionRuntime;
  dispatcher = createDispatcher({ services: [kms, ssm, iam], keys, runtime, now, stateFor: (region) => memory.scope(region), globalState: memory.scope('aws-global') });
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }] };
  call('iam', 'CreateRole', { RoleName: 'reader', AssumeRolePolicyDocument: JSON.stringify(trust) });
  keyArn = (call('kms', 'CreateKey', {})['KeyMetadata'] as { Arn: string }).Arn;
  call('ssm', 'PutParameter', { Name: '/own', Value: 'word', Type: 'SecureString', KeyId: keyArn });
  call('ssm', 'PutParameter', { Name: '/aws-key', Value: 'word', Type: 'SecureString' });
});

describe('a SecureString under a key of the customer', () => {
  it('is read in the clear only with kms:Decrypt on the key', () => {
    policy('Allow', 'ssm:*');
    const asked = { WithDecryption: true };
    for (const [operation, input] of [['GetParameter', { Name: '/own' }], ['GetParameters', { Names: ['/own'] }], ['GetParametersByPath', { Path: '/' }], ['GetParameterHistory', { Name: '/own' }]] as const) {
      expect(refused(operation, { ...input, ...asked }), operation).toBe(denied('Decrypt'));
    }
    expect((call('ssm', 'GetParameter', { Name: '/own' }, reader)['Parameter'] as { Value: string }).Value).not.toContain('word');
    expect(value('/own')).toBe('word');
    policy('Allow', 'kms:Decrypt', { Resource: keyArn });
    expect(value('/own', reader)).toBe('word');
  });

  it('is written only with kms:Encrypt, or kms:GenerateDataKey for the advanced tier', () => {
    const write = (more: object) => ({ Name: '/new', Value: 'x', Type: 'SecureString', KeyId: keyArn, ...more });
    policy('Allow', 'kms:Encrypt');
    expect(refused('PutParameter', write({ Tier: 'Advanced' }))).toBe(denied('GenerateDataKey'));
    expect(() => value('/new')).toThrow(expect.objectContaining({ code: 'ParameterNotFound' }));
    call('ssm', 'PutParameter', write({}), reader);
    policy('Allow', 'kms:GenerateDataKey');
    expect(refused('PutParameter', write({ Overwrite: true }))).toBe(denied('Encrypt'));
    call('ssm', 'PutParameter', write({ Overwrite: true, Tier: 'Advanced' }), reader);
    expect(value('/new')).toBe('x');
  });

  it('can be granted by service and parameter', () => {
    policy('Allow', 'kms:Decrypt', { Condition: { StringEquals: { 'kms:ViaService': `ssm.${REGION}.amazonaws.com`, 'kms:EncryptionContext:PARAMETER_ARN': `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/own` } } });
    expect(value('/own', reader)).toBe('word');
    policy('Allow', 'kms:Decrypt', { Condition: { StringEquals: { 'kms:EncryptionContext:PARAMETER_ARN': `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/other` } } });
    expect(refused('GetParameter', { Name: '/own', WithDecryption: true })).toBe(denied('Decrypt'));
  });
});

describe('a SecureString under AWS\'s own key', () => {
  it('is read by everyone of the account who may read the parameter, unless that is denied', () => {
    policy('Allow', 'ssm:*');
    expect(value('/aws-key', reader)).toBe('word');
    policy('Deny', 'kms:Decrypt');
    expect(refused('GetParameter', { Name: '/aws-key', WithDecryption: true })).toMatch(/^AccessDeniedException: User: \S+ is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:\S+ with an explicit deny in an identity-based policy \(Service: AWSKMS; /);
  });

  it('is not bound by the policy of the endpoint through which the service is asked', () => {
    const origin = { kind: 'fabric', sourceAddress: '10.0.3.4', vpcEndpointId: 'vpce-0123456789abcdef0' } as const;
    expect(value('/aws-key', reader, origin)).toBe('word');
    expect(refused('GetParameter', { Name: '/own', WithDecryption: true }, origin)).toBe(denied('Decrypt'));
  });
});
