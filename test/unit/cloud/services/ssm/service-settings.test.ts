import { beforeEach, describe, expect, it } from 'vitest';
import type { Input, OperationContext } from '../../../../../src/cloud/endpoint/operation.js';
import { asAwsError } from '../../../../../src/cloud/endpoint/reply.js';
import { ssm } from '../../../../../src/cloud/services/ssm/index.js';
import { Memory } from '../../../../../src/cloud/state/memory.js';

const HOST_MANAGEMENT = '/ssm/managed-instance/default-ec2-instance-management-role';
const arnOf = (id: string, region = 'eu-west-1') => `arn:aws:ssm:${region}:123456789012:servicesetting${id}`;

let state = new Memory().scope('eu-west-1');
beforeEach(() => (state = new Memory().scope('eu-west-1')));

async function call(operation: string, input: Input): Promise<unknown> {
  try {
    return await ssm.operations[operation]?.(input, { region: 'eu-west-1', accountId: '123456789012', state, now: () => 1000, caller: { arn: 'arn:aws:iam::123456789012:user/ada' } } as OperationContext);
  } catch (thrown) {
    throw asAwsError(thrown, 'json');
  }
}

describe('service settings', () => {
  it.each([HOST_MANAGEMENT, arnOf(HOST_MANAGEMENT)])('%s is off', async (SettingId) => {
    const ServiceSetting = { SettingId: HOST_MANAGEMENT, SettingValue: '$None', LastModifiedUser: 'System', ARN: arnOf(HOST_MANAGEMENT), Status: 'Default' };
    expect(await call('GetServiceSetting', { SettingId })).toEqual({ ServiceSetting });
    expect(await call('ResetServiceSetting', { SettingId })).toEqual({ ServiceSetting });
    expect(await call('UpdateServiceSetting', { SettingId, SettingValue: '$None' })).toEqual({});
  });

  it('has the role of Default Host Management as it was set, until it is reset', async () => {
    const SettingId = HOST_MANAGEMENT;
    await call('UpdateServiceSetting', { SettingId, SettingValue: 'service-role/lent' });
    expect(await call('GetServiceSetting', { SettingId })).toEqual({ ServiceSetting: { SettingId, SettingValue: 'service-role/lent', LastModifiedUser: 'arn:aws:iam::123456789012:user/ada', LastModifiedDate: new Date(1000), ARN: arnOf(SettingId), Status: 'Customized' } });
    await expect(call('UpdateServiceSetting', { SettingId, SettingValue: 'arn:aws:iam::123456789012:role/lent' })).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(call('UpdateServiceSetting', { SettingId })).rejects.toMatchObject({ code: 'ValidationException' });
    expect(await call('ResetServiceSetting', { SettingId })).toMatchObject({ ServiceSetting: { SettingValue: '$None', Status: 'Default' } });
  });

  it('takes no other value of what nothing acts on, and says so by name', async () => {
    const SettingId = '/ssm/parameter-store/default-parameter-tier';
    await expect(call('UpdateServiceSetting', { SettingId, SettingValue: 'Advanced' })).rejects.toMatchObject({ code: 'ValidationException', message: 'The parameter SettingValue is not supported by the local cloud.' });
    expect(await call('UpdateServiceSetting', { SettingId, SettingValue: 'Standard' })).toEqual({});
  });

  it.each(['/ssm/nope', 'nope', arnOf(HOST_MANAGEMENT, 'us-east-1'), arnOf('/ssm/nope'), '__proto__'])('has no %s', async (SettingId) => {
    for (const operation of ['GetServiceSetting', 'ResetServiceSetting']) await expect(call(operation, { SettingId })).rejects.toMatchObject({ code: 'ServiceSettingNotFound' });
    await expect(call('UpdateServiceSetting', { SettingId, SettingValue: 'x' })).rejects.toMatchObject({ code: 'ServiceSettingNotFound' });
  });
});
