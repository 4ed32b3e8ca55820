/** Regions that an account has to enable: in each protocol's words a key is nobody's there until then; and those that it need not. */
import { beforeEach, expect, it } from 'vitest';
import { account } from '../../../../../src/cloud/services/account/account.js';
import { iam } from '../../../../../src/cloud/services/iam/iam.js';
import { sts } from '../../../../../src/cloud/services/sts/sts.js';
import { echoServices, type Harness, startHarness } from '../../endpoint/harness.js';

let lab: Harness;
beforeEach(async () => {
  lab = await startHarness({ services: [...echoServices, iam, sts, account] });
  return () => lab.close();
});

const manage = (operation: string, input: object = {}) => lab.call({ service: 'account', region: 'us-east-1', path: `/${operation}`, headers: { 'content-type': 'application/json' }, body: JSON.stringify(input) });
const ask = (service: string, region: string) => lab.call(service === 'ssm'
  ? { service, region, body: '{}', headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.Echo' } }
  : { service, region, body: service === 'ec2' ? 'Action=DescribeThings&Version=2016-11-15' : 'Action=GetCallerIdentity&Version=2011-06-15' });

it.each([['ec2', 401, 'AuthFailure'], ['sts', 403, 'InvalidClientTokenId'], ['ssm', 400, 'UnrecognizedClientException']])('to %s a key is nobody\'s until the region is enabled, and again when it is disabled', async (service, status, code) => {
  expect(await ask(service, 'ap-east-1')).toMatchObject({ status, text: expect.stringContaining(code) as string });
  expect(lab.regions.has('ap-east-1')).toBe(false);
  expect((await manage('enableRegion', { RegionName: 'ap-east-1' })).status).toBe(200);
  expect((await ask(service, 'ap-east-1')).status).toBe(200);
  await manage('disableRegion', { RegionName: 'ap-east-1' });
  expect((await ask(service, 'ap-east-1')).status).toBe(status);
});

it('regions of old, and names that AWS has not, are there without that', async () => {
  for (const region of ['ap-northeast-1', 'us-east-1', 'mars-north-1']) expect((await ask('ec2', region)).status, region).toBe(200);
  expect(JSON.parse((await manage('getRegionOptStatus', { RegionName: 'us-east-1' })).text)).toEqual({ RegionName: 'us-east-1', RegionOptStatus: 'ENABLED_BY_DEFAULT' });
});

it('who may not enable one does not', async () => {
  const context = lab.endpoint.internalContext('us-east-1');
  await context.call('iam', 'CreateUser', { UserName: 'other' });
  const { AccessKey } = (await context.call('iam', 'CreateAccessKey', { UserName: 'other' })) as { AccessKey: { AccessKeyId: string; SecretAccessKey: string } };
  const keys = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
  expect(await lab.call({ service: 'account', region: 'us-east-1', path: '/enableRegion', headers: { 'content-type': 'application/json' }, body: '{"RegionName":"ap-east-1"}', keys })).toMatchObject({ status: 403, headers: expect.objectContaining({ 'x-amzn-errortype': 'AccessDeniedException' }) as unknown });
  expect((await ask('ec2', 'ap-east-1')).status).toBe(401);
});
