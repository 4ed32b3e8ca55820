import { describe, expect, it } from 'vitest';
import { ec2 } from '../../../../../src/cloud/services/ec2/ec2.js';
import { makeLab, Region } from './harness.js';

const NONE = '00000000000000000';

describe('ids', () => {
  it.each([
    ['DescribeInstances', 'InstanceId', `i-${NONE}`, 'InvalidInstanceID.NotFound'],
    ['DescribeInstances', 'InstanceId', 'i-nonsense', 'InvalidInstanceID.Malformed'],
    ['DescribeInstances', 'InstanceId', 'vpc-00000000', 'InvalidInstanceID.Malformed'],
    ['DescribeInstanceStatus', 'InstanceId', `i-${NONE}`, 'InvalidInstanceID.NotFound'],
    ['DescribeVpcs', 'VpcId', `vpc-${NONE}`, 'InvalidVpcID.NotFound'],
    ['DescribeSubnets', 'SubnetId', `subnet-${NONE}`, 'InvalidSubnetID.NotFound'],
    ['DescribeSecurityGroups', 'GroupId', `sg-${NONE}`, 'InvalidGroup.NotFound'],
    ['DescribeSecurityGroups', 'GroupId', 'nonsense', 'InvalidGroupId.Malformed'],
    ['DescribeSecurityGroups', 'GroupName', 'nonsense', 'InvalidGroup.NotFound'],
    ['DescribeNatGateways', 'NatGatewayId', `nat-${NONE}`, 'NatGatewayNotFound'],
    ['DescribeRouteTables', 'RouteTableId', `rtb-${NONE}`, 'InvalidRouteTableID.NotFound'],
    ['DescribeVpcEndpoints', 'VpcEndpointId', `vpce-${NONE}`, 'InvalidVpcEndpointId.NotFound'],
    ['DescribeInternetGateways', 'InternetGatewayId', `igw-${NONE}`, 'InvalidInternetGatewayID.NotFound'],
    ['DescribeNetworkAcls', 'NetworkAclId', `acl-${NONE}`, 'InvalidNetworkAclID.NotFound'],
    ['DescribeNetworkInterfaces', 'NetworkInterfaceId', `eni-${NONE}`, 'InvalidNetworkInterfaceID.NotFound'],
    ['DescribeAddresses', 'AllocationId', `eipalloc-${NONE}`, 'InvalidAllocationID.NotFound'],
    ['DescribeAddresses', 'PublicIp', '198.18.9.9', 'InvalidAddress.NotFound'],
    ['DescribeVolumes', 'VolumeId', `vol-${NONE}`, 'InvalidVolume.NotFound'],
    ['DescribeKeyPairs', 'KeyName', 'nobody', 'InvalidKeyPair.NotFound'],
    ['DescribeImages', 'ImageId', `ami-${NONE}`, 'InvalidAMIID.NotFound'],
    ['DescribeInstanceTypes', 'InstanceType', 'q9.huge', 'InvalidInstanceType'],
    ['DescribeAvailabilityZones', 'ZoneName', 'ap-northeast-1b', 'InvalidParameterValue'],
    ['DescribeVpcEndpointServices', 'ServiceName', 'nope', 'InvalidServiceName'],
    ['DescribeDhcpOptions', 'DhcpOptionsId', `dopt-${NONE}`, 'InvalidDhcpOptionID.NotFound'],
    ['CreateTags', 'ResourceId', `vpc-${NONE}`, 'InvalidVpcID.NotFound'],
    ['CreateTags', 'ResourceId', 'nonsense', 'InvalidID'],
    ['TerminateInstances', 'InstanceId', `i-${NONE}`, 'InvalidInstanceID.NotFound'],
  ])('%s of an unknown %s %s: %s (c20)', (operation, parameter, id, code) => {
    expect(new Region().code(operation, { [parameter]: [id], Tag: [{ Key: 'a' }] })).toBe(code);
  });

  it('are of AWS\'s form', () => {
    const lab = makeLab();
    for (const [id, prefix] of [[lab.vpc1, 'vpc'], [lab.publicSubnet, 'subnet'], [lab.igw, 'igw'], [lab.allocation, 'eipalloc'], [lab.nat, 'nat'], [lab.groups[0], 'sg'], [lab.instances[0], 'i'], [lab.endpoints[0], 'vpce']] as const) {
      expect(id).toMatch(new RegExp(`^${prefix}-[0-9a-f]{17}$`));
    }
  });
});

// Of those that take filters at all.
const DESCRIBES = Object.keys(ec2.operations).filter((name) => name.startsWith('Describe') && !/Attributes?$|References$|StaleSecurityGroups$|BlockPublicAccessOptions$/.test(name));

describe('every Describe', () => {
  it.each(DESCRIBES)('%s refuses a filter that there is not, and one without values', (operation) => {
    const { region } = makeLab();
    expect(region.code(operation, { Filter: [{ Name: 'no-such-filter', Value: ['x'] }] })).toBe('InvalidParameterValue');
    expect(region.code(operation, { Filter: [{ Name: 'vpc-id' }] })).toBe('InvalidParameterValue');
    expect(region.code(operation, { DryRun: 'true' })).toBe('DryRunOperation');
  });
});

describe('filters', () => {
  it.each([
    ['DescribeInstances', 'instance-state-name', ['running'], 4],
    ['DescribeInstances', 'instance-state-name', ['stopped', 'pending'], 0],
    ['DescribeInstances', 'private-ip-address', ['10.0.1.1?'], 2],
    ['DescribeInstances', 'network-interface.addresses.association.public-ip', ['198.18.*'], 2],
    ['DescribeInstances', 'metadata-options.http-tokens', ['required'], 4],
    ['DescribeInstances', 'iam-instance-profile.arn', ['*:instance-profile/lab'], 3],
    ['DescribeInstances', 'key-name', ['MyKeyPair'], 1],
    ['DescribeInstances', 'instance.group-name', ['two'], 2],
    ['DescribeSubnets', 'availability-zone', ['ap-northeast-1c'], 1],
    ['DescribeVpcs', 'cidr', ['10.0.0.0/16'], 2],
    ['DescribeVpcs', 'is-default', ['true'], 0],
    ['DescribeNetworkInterfaces', 'interface-type', ['vpc_endpoint'], 3],
    ['DescribeNetworkInterfaces', 'attachment.instance-id', ['i-*'], 4],
    ['DescribeRouteTables', 'route.nat-gateway-id', ['nat-*'], 1],
    ['DescribeVpcEndpoints', 'service-name', ['*.ssm*'], 2],
    ['DescribeNatGateways', 'state', ['available'], 1],
    ['DescribeAddresses', 'public-ip', ['198.18.0.10'], 1],
    ['DescribeVolumes', 'attachment.device', ['/dev/xvda'], 4],
    ['DescribeImages', 'architecture', ['arm64'], 6],
    ['DescribeInstanceTypeOfferings', 'instance-type', ['t4g.nano'], 1],
    ['DescribeKeyPairs', 'key-name', ['My*'], 1],
  ])('%s %s=%j finds %i', (operation, Name, Value, count) => {
    const reply = makeLab().region.call(operation, { Filter: [{ Name, Value }] });
    const [items = []] = Object.values(reply) as unknown as { instancesSet?: unknown[] }[][];
    expect(items.flatMap((item) => item.instancesSet ?? [item])).toHaveLength(count);
  });
});

describe('pages', () => {
  it('go through all instances once, and are refused with ids or out of bounds', () => {
    const { region, ...lab } = makeLab();
    region.call('RunInstances', { ImageId: region.at('DescribeInstances', {}, 'reservationSet', 0, 'instancesSet', 0, 'imageId'), InstanceType: 't4g.nano', MinCount: 9, MaxCount: 9, SubnetId: lab.privateSubnet1 });
    const seen: string[] = [];
    let NextToken: unknown;
    do {
      const reply = region.call('DescribeInstances', { MaxResults: '5', ...(NextToken === undefined ? {} : { NextToken }) }) as unknown as { reservationSet: { instancesSet: { instanceId: string }[] }[]; nextToken?: string };
      const ids = reply.reservationSet.flatMap((reservation) => reservation.instancesSet.map((instance) => instance.instanceId));
      expect(ids.length).toBeLessThanOrEqual(5);
      seen.push(...ids);
      NextToken = reply.nextToken;
    } while (NextToken !== undefined);
    expect(new Set(seen).size).toBe(13);
    expect(seen).toHaveLength(13);
    expect(region.code('DescribeInstances', { MaxResults: '4' })).toBe('InvalidParameterValue');
    expect(region.code('DescribeInstances', { MaxResults: '5', InstanceId: [lab.instances[0]] })).toBe('InvalidParameterCombination');
    expect(region.code('DescribeInstances', { NextToken: 'nonsense' })).toBe('InvalidNextToken');
  });
});

describe('tags', () => {
  it('come at creation, change, filter and go', () => {
    const region = new Region();
    const vpcId = region.id('CreateVpc', { CidrBlock: '10.0.0.0/16', TagSpecification: [{ ResourceType: 'vpc', Tag: [{ Key: 'Name', Value: 'one' }] }] }, 'vpc', 'vpcId');
    region.call('CreateTags', { ResourceId: [vpcId], Tag: [{ Key: 'Name', Value: 'two' }, { Key: 'empty' }] });
    expect(region.at('DescribeVpcs', {}, 'vpcSet', 0, 'tagSet')).toEqual([{ key: 'Name', value: 'two' }, { key: 'empty', value: '' }]);
    expect(region.at('DescribeVpcs', { Filter: [{ Name: 'tag:Name', Value: ['t?o'] }, { Name: 'tag-key', Value: ['empty'] }] }, 'vpcSet')).toHaveLength(1);
    expect(region.at('DescribeTags', { Filter: [{ Name: 'resource-type', Value: ['vpc'] }, { Name: 'key', Value: ['Name'] }] }, 'tagSet')).toEqual([{ resourceId: vpcId, resourceType: 'vpc', key: 'Name', value: 'two' }]);
    region.call('DeleteTags', { ResourceId: [vpcId], Tag: [{ Key: 'Name', Value: 'other' }, { Key: 'empty' }] });
    expect(region.at('DescribeVpcs', {}, 'vpcSet', 0, 'tagSet')).toEqual([{ key: 'Name', value: 'two' }]);
    region.call('DeleteTags', { ResourceId: [vpcId] });
    expect(region.at('DescribeTags', {}, 'tagSet')).toEqual([]);
  });

  it('are limited and partly reserved', () => {
    const region = new Region();
    const vpcId = region.id('CreateVpc', { CidrBlock: '10.0.0.0/16' }, 'vpc', 'vpcId');
    const tag = (Tag: object[]) => region.code('CreateTags', { ResourceId: [vpcId], Tag });
    expect(tag([{ Key: 'aws:mine', Value: 'x' }])).toBe('InvalidParameterValue');
    expect(tag([{ Key: 'k'.repeat(128) }])).toBe('InvalidParameterValue');
    expect(tag(Array.from({ length: 51 }, (_unused, index) => ({ Key: `k${index}` })))).toBe('TagLimitExceeded');
    expect(tag(Array.from({ length: 50 }, (_unused, index) => ({ Key: `k${index}` })))).toBe('no error');
    expect(tag([])).toBe('MissingParameter');
  });

  it('of a dry run are not kept', () => {
    const region = new Region();
    expect(region.code('CreateVpc', { CidrBlock: '10.0.0.0/16', DryRun: 'true' })).toBe('DryRunOperation');
    expect(region.at('DescribeVpcs', {}, 'vpcSet')).toEqual([]);
  });
});

describe('regions', () => {
  it('include the one that is asked, whatever its name', () => {
    const names = (region: string) => (new Region(region).at('DescribeRegions', {}, 'regionInfo') as { regionName: string }[]).map((one) => one.regionName);
    expect(names('xx-middle-7')).toContain('xx-middle-7');
    expect(names('eu-west-1').filter((name) => name === 'eu-west-1')).toHaveLength(1);
  });
});
