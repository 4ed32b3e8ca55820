/** Where instance types are offered: everywhere, until it is said otherwise; then also for launches. */
import { describe, expect, it } from 'vitest';
import type { Input } from '../../../../../src/cloud/endpoint/operation.js';
import { ssmlab } from '../../../../../src/cloud/services/ssmlab/ssmlab.js';
import { imageId, makeLab } from './harness.js';

describe('an instance type', () => {
  it('is offered in the zones that were set, and launched nowhere else', async () => {
    const { region, privateSubnet1: SubnetId, privateSubnet2 } = makeLab();
    const set = async (input: Input) => ssmlab.operations['SetInstanceTypeOfferings']?.({ InstanceType: 't4g.nano', ...input }, region.context);
    const offered = (LocationType: string) => (region.at('DescribeInstanceTypeOfferings', { LocationType, Filter: [{ Name: 'instance-type', Value: ['t4g.nano'] }] }, 'instanceTypeOfferingSet') as { location: string }[]).map(({ location }) => location);
    const launch = (subnet = SubnetId): Input => ({ ImageId: imageId(), InstanceType: 't4g.nano', MinCount: '1', MaxCount: '1', SubnetId: subnet });
    await expect(set({ AvailabilityZones: ['ap-northeast-1c', 'ap-northeast-1d'] })).resolves.toEqual({ InstanceType: 't4g.nano', AvailabilityZones: ['ap-northeast-1c', 'ap-northeast-1d'] });
    expect([offered('availability-zone'), offered('availability-zone-id'), offered('region')]).toEqual([['ap-northeast-1c', 'ap-northeast-1d'], ['apne1-az1', 'apne1-az2'], ['ap-northeast-1']]);
    expect(region.code('RunInstances', launch())).toBe('Unsupported');
    expect(region.message('RunInstances', launch())).toBe('Your requested instance type (t4g.nano) is not supported in your requested Availability Zone (ap-northeast-1a). Please retry your request by not specifying an Availability Zone or choosing ap-northeast-1c, ap-northeast-1d.');
    expect(region.code('RunInstances', launch(privateSubnet2))).toBe('no error');
    await set({ AvailabilityZones: [] });
    expect([offered('availability-zone'), offered('region'), region.code('RunInstances', launch(privateSubnet2))]).toEqual([[], [], 'Unsupported']);
    await set({});
    expect([offered('availability-zone').length, region.code('RunInstances', launch())]).toEqual([3, 'no error']);
    await expect(set({ AvailabilityZones: ['eu-west-1a'] })).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(set({ InstanceType: 'q9.huge' })).rejects.toMatchObject({ code: 'InvalidParameterValue' });
  });
});
