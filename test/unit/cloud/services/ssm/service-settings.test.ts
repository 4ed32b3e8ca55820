import { describe, expect, it } from 'vitest';
import type { Input, OperationContext } from '../../../../../src/cloud/endpoint/operation.js';
import { asAwsError } from '../../../../../src/cloud/endpoint/reply.js';
import { ssm } from '../../../../../src/cloud/services/ssm/index.js';

const HOST_MANAGEMENT = '/ssm/managed-instance/default-ec2-instance-management-role';
const arnOf = (id: string, region = 'eu-west-1') => `arn:aws:ssm:${region}:123456789012:servicesetting${id}`;

async function call(operation: string, input: Input): Promise<unknown> {
  try {
    return await ssm.operations[operation]?.(input, { region: 'eu-west-1', accountId: '123456789012' } as OperationContext);
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

  it('takes no other value, and says so by name', async () => {
    await expect(call('UpdateServiceSetting', { SettingId: HOST_MANAGEMENT, SettingValue: 'a-role' })).rejects.toMatchObject({ code: 'ValidationException', message: 'The parameter SettingValue is not supported by the local cloud.' });
    await expect(call('UpdateServiceSetting', { SettingId: HOST_MANAGEMENT })).rejects.toMatchObject({ code: 'ValidationException' });
  });

  it.each(['/ssm/nope', 'nope', arnOf(HOST_MANAGEMENT, 'us-east-1'), arnOf('/ssm/nope'), '__proto__'])('has no %s', async (SettingId) => {
    for (const operation of ['GetServiceSetting', 'ResetServiceSetting']) await expect(call(operation, { SettingId })).rejects.toMatchObject({ code: 'ServiceSettingNotFound' });
    await expect(call('UpdateServiceSetting', { SettingId, SettingValue: 'x' })).rejects.toMatchObject({ code: 'ServiceSettingNotFound' });
  });
});
