/** The role that Default Host Management lends: to an instance by its own identity, as the account's setting has it; and who may set that. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createDispatcher, type Dispatcher } from '../../../../../src/cloud/endpoint/dispatch.js';
import { judge } from '../../../../../src/cloud/endpoint/judge.js';
import type { Caller, Input, Output } from '../../../../../src/cloud/endpoint/operation.js';
import { createKeyRing } from '../../../../../src/cloud/keys/key-ring.js';
import { EC2_INSTANCE_ROLE, type RegionRuntime } from '../../../../../src/cloud/region.js';
import { iam } from '../../../../../src/cloud/services/iam/iam.js';
import { ssm } from '../../../../../src/cloud/services/ssm/index.js';
import { Memory } from '../../../../../src/cloud/state/memory.js';

const ACCOUNT = '123456789012';
const ID = 'i-0123456789abcdef0';
const NOW = Date.UTC(2026, 10, 24);
const SettingId = '/ssm/managed-instance/default-ec2-instance-management-role';
const role = (roleName: string, session: string, instanceId?: string): Caller => ({ accountId: ACCOUNT, accessKeyId: 'ASIAX', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${roleName}/${session}`, userId: `X:${session}`, kind: 'role', roleName, instanceId });
const INSTANCE = role(EC2_INSTANCE_ROLE, ID, ID);

let dispatcher: Dispatcher;
let keys: ReturnType<typeof createKeyRing>;

function call(name: string, operation: string, input: Input, caller?: Caller): Output {
  const service = dispatcher.services.find((each) => each.name === name);
  if (service === undefined) throw new Error(`no ${name}`);
  const context = dispatcher.internalContext('eu-west-1', { caller, requestId: 'r' });
  judge(service, operation, input, context);
  return dispatcher.run(service, operation, input, context) as Output;
}
const ask = (Fingerprint = ID, caller = INSTANCE): Output => call('ssm', 'RequestManagedInstanceRoleToken', { Fingerprint }, caller);
const createRole = (RoleName: string, Service: string) => call('iam', 'CreateRole', { RoleName, Path: '/service-role/', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' } }) });
const set = (SettingValue: string, caller?: Caller) => call('ssm', 'UpdateServiceSetting', { SettingId, SettingValue }, caller);

beforeEach(() => {
  const memory = new Memory();
  keys = createKeyRing({ accountId: ACCOUNT, now: () => NOW });
  dispatcher = createDispatcher({ services: [ssm, iam], keys, runtime: { keys, endpointUrl: '', pace: 0 } as unknown as RegionRuntime, now: () => NOW, stateFor: (region) => memory.scope(region), globalState: memory.scope('aws-global') });
  createRole('lent', 'ssm.amazonaws.com');
  createRole('ec2s', 'ec2.amazonaws.com');
});

describe('the role of Default Host Management', () => {
  it('is lent to an instance for an hour, and known as its', () => {
    set('service-role/lent');
    const lent = ask();
    expect(lent).toEqual({ AccessKeyId: expect.stringMatching(/^ASIA/u) as string, SecretAccessKey: expect.any(String) as string, SessionToken: expect.any(String) as string, TokenExpirationDate: new Date(NOW + 3_600_000), UpdateKeyPair: false });
    expect(keys.find(String(lent['AccessKeyId']))).toMatchObject({ kind: 'role', roleName: 'lent', sessionName: ID, instanceId: ID });
    expect(call('ssm', 'RegisterManagedInstance', { Fingerprint: ID }, INSTANCE)).toEqual({ InstanceId: ID });
  });

  it.each([
    ['where it is off', '$None', `Systems Manager's instance management role is not configured for account: ${ACCOUNT}`],
    ['that is not there', 'service-role/nobody', 'Systems Manager cannot assume its instance management role service-role/nobody'],
    ['of another path', 'lent', 'Systems Manager cannot assume its instance management role lent'],
    ['that does not trust Systems Manager', 'service-role/ec2s', 'Systems Manager cannot assume its instance management role service-role/ec2s'],
  ])('is not lent %s', (_, value, message) => {
    set(value);
    expect(() => ask()).toThrow(expect.objectContaining({ code: 'AccessDeniedException', message }) as Error);
  });

  it.each([
    ['an instance for another', 'i-0fedcba9876543210', INSTANCE], ['an instance by the role of its profile', ID, role('lent', ID, ID)], ['a user', ID, { ...INSTANCE, kind: 'user', userName: 'ada' } as const],
  ])('is lent to nobody else: %s', (_, fingerprint, caller) => {
    set('service-role/lent');
    expect(() => ask(fingerprint, caller)).toThrow(expect.objectContaining({ code: 'AccessDeniedException' }) as Error);
  });

  it('is set by who may pass it', () => {
    const caller = role('ec2s', 'me');
    const allow = (...Action: string[]) => call('iam', 'PutRolePolicy', { RoleName: 'ec2s', PolicyName: 'own', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } }) });
    allow('ssm:UpdateServiceSetting');
    expect(() => set('service-role/lent', caller)).toThrow(/iam:PassRole on resource: arn:aws:iam::123456789012:role\/service-role\/lent/u);
    set('$None', caller);
    allow('ssm:UpdateServiceSetting', 'iam:PassRole');
    set('service-role/lent', caller);
    expect(() => call('ssm', 'GetServiceSetting', { SettingId }, INSTANCE)).toThrow(/ssm:GetServiceSetting/u);
  });
});
