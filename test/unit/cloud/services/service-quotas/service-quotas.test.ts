import { beforeEach, describe, expect, it } from 'vitest';
import type { Input, Output, Service } from '../../../../../src/cloud/endpoint/operation.js';
import { asAwsError } from '../../../../../src/cloud/endpoint/reply.js';
import { QUOTAS } from '../../../../../src/cloud/services/service-quotas/quotas.js';
import { serviceQuotas } from '../../../../../src/cloud/services/service-quotas/service-quotas.js';
import { ssmlab } from '../../../../../src/cloud/services/ssmlab/ssmlab.js';
import { imageId, makeLab, Region, type Lab } from '../ec2/harness.js';

let lab: Lab;
let region: Region;

beforeEach(() => {
  region = new Region();
  lab = makeLab(region);
});

async function call(operation: string, input: Input, service: Service = serviceQuotas): Promise<Output> {
  try {
    return (await service.operations[operation]?.(input, region.context)) ?? {};
  } catch (thrown) {
    throw asAwsError(thrown, 'json');
  }
}

const set = (quotaCode: string, value?: number): Promise<Output> => call('SetServiceQuota', { ServiceCode: QUOTAS.find((quota) => quota.quotaCode === quotaCode)?.serviceCode, QuotaCode: quotaCode, Value: value }, ssmlab);

const run = (count: number, more: Input = {}): Input => ({
  ImageId: imageId(), InstanceType: 't4g.nano', MinCount: String(count), MaxCount: String(count), SubnetId: lab.privateSubnet1, ...more,
});

describe('quotas', () => {
  it('are the account\'s and AWS\'s own, by name and by list', async () => {
    await expect(call('GetServiceQuota', { ServiceCode: 'vpc', QuotaCode: 'L-F678F1CE' })).resolves.toMatchObject({ Quota: { QuotaName: 'VPCs per Region', Value: 100, QuotaArn: `arn:aws:servicequotas:ap-northeast-1:${region.context.accountId}:vpc/L-F678F1CE` } });
    await expect(call('GetAWSDefaultServiceQuota', { ServiceCode: 'vpc', QuotaCode: 'L-F678F1CE' })).resolves.toMatchObject({ Quota: { Value: 5, QuotaArn: 'arn:aws:servicequotas:ap-northeast-1::vpc/L-F678F1CE' } });
    const first = await call('ListServiceQuotas', { ServiceCode: 'vpc', MaxResults: 3 });
    expect(first['Quotas']).toHaveLength(3);
    await expect(call('ListServiceQuotas', { ServiceCode: 'vpc', MaxResults: 3, NextToken: first['NextToken'] })).resolves.toMatchObject({ Quotas: [{ QuotaCode: 'L-F678F1CE' }], NextToken: undefined });
    await expect(call('ListServiceQuotas', { ServiceCode: 'vpc', QuotaAppliedAtLevel: 'RESOURCE' })).resolves.toMatchObject({ Quotas: [] });
  });

  it.each([
    ['GetServiceQuota', { ServiceCode: 'vpc', QuotaCode: 'L-1216C47A' }, 'NoSuchResourceException'],
    ['GetServiceQuota', { ServiceCode: 'lambda', QuotaCode: 'L-1216C47A' }, 'NoSuchResourceException'],
    ['GetServiceQuota', { ServiceCode: 'vpc' }, 'ValidationException'],
    ['ListServiceQuotas', { ServiceCode: 'vpc', NextToken: 'x' }, 'InvalidPaginationTokenException'],
    ['ListServiceQuotas', { ServiceCode: 'vpc', MaxResults: 101 }, 'ValidationException'],
  ])('%s refuses %o', async (operation, input, code) => {
    await expect(call(operation, input)).rejects.toMatchObject({ code });
  });

  it('are set at once, and taken back', async () => {
    await expect(set('L-F678F1CE', 7)).resolves.toMatchObject({ Value: 7, QuotaName: 'VPCs per Region' });
    await expect(call('GetServiceQuota', { ServiceCode: 'vpc', QuotaCode: 'L-F678F1CE' })).resolves.toMatchObject({ Quota: { Value: 7 } });
    await expect(set('L-F678F1CE')).resolves.toMatchObject({ Value: 100 });
    await expect(call('SetServiceQuota', { ServiceCode: 'ec2', QuotaCode: 'L-F678F1CE', Value: 1 }, ssmlab)).rejects.toMatchObject({ code: 'NoSuchResourceException' });
  });
});

describe('EC2 holds to them', () => {
  it.each([
    ['L-F678F1CE', 2, 'CreateVpc', () => ({ CidrBlock: '10.9.0.0/16' }), 'VpcLimitExceeded', 'The maximum number of VPCs has been reached.'],
    ['L-A4707A72', 1, 'CreateInternetGateway', () => ({}), 'InternetGatewayLimitExceeded', 'The maximum number of internet gateways has been reached.'],
    ['L-0263D0A3', 1, 'AllocateAddress', () => ({ Domain: 'vpc' }), 'AddressLimitExceeded', 'The maximum number of addresses has been reached.'],
    ['L-FE5A380F', 1, 'CreateNatGateway', () => ({ SubnetId: lab.publicSubnet, ConnectivityType: 'private' }), 'NatGatewayLimitExceeded', 'Performing this operation would exceed the limit of 1 NAT gateways'],
    ['L-29B6F2EB', 3, 'CreateVpcEndpoint', () => ({ VpcEndpointType: 'Interface', VpcId: lab.vpc2, ServiceName: 'com.amazonaws.ap-northeast-1.kms', SubnetId: [lab.privateSubnet2] }), 'VpcEndpointLimitExceeded', 'The maximum number of VPC endpoints has been reached.'],
    ['L-1216C47A', 8, 'RunInstances', () => run(1), 'VcpuLimitExceeded', 'You have requested more vCPU capacity than your current vCPU limit of 8 allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.'],
  ])('%s: full at %i, %s is refused; with room for one more it is not', async (quotaCode, full, operation, input, code, message) => {
    await set(quotaCode, full);
    expect(region.code(operation, input())).toBe(code);
    expect(region.message(operation, input())).toBe(message);
    await set(quotaCode, quotaCode === 'L-1216C47A' ? full + 2 : full + 1);
    expect(region.code(operation, input())).toBe('no error');
  });

  it('launches as many as the quota has room for, counts only what runs, and starts none beyond it', async () => {
    await set('L-1216C47A', 12);
    expect(region.at('RunInstances', run(1, { MaxCount: '5' }), 'instancesSet')).toHaveLength(2);
    region.pass();
    region.call('StopInstances', { InstanceId: [lab.instances[2]] });
    region.pass();
    expect(region.code('RunInstances', run(1))).toBe('no error');
    expect(region.code('StartInstances', { InstanceId: [lab.instances[2]] })).toBe('VcpuLimitExceeded');
  });

  it('and says how many addresses there may be', async () => {
    await set('L-0263D0A3', 3);
    expect(region.at('DescribeAccountAttributes', { AttributeName: ['vpc-max-elastic-ips'] }, 'accountAttributeSet', 0, 'attributeValueSet', 0, 'attributeValue')).toBe('3');
  });
});
