import { describe, expect, it } from 'vitest';
import { makeLab, Region } from './harness.js';

const VPC = (region: Region, CidrBlock = '10.0.0.0/16') => region.id('CreateVpc', { CidrBlock }, 'vpc', 'vpcId');

describe('CreateVpc', () => {
  it('brings the default objects (V6) and the default attributes (V9)', () => {
    const region = new Region();
    const vpcId = VPC(region);
    const here = { Filter: [{ Name: 'vpc-id', Value: [vpcId] }] };
    expect(region.at('DescribeRouteTables', here, 'routeTableSet')).toMatchObject([
      { routeSet: [{ destinationCidrBlock: '10.0.0.0/16', gatewayId: 'local', state: 'active', origin: 'CreateRouteTable' }], associationSet: [{ main: true, subnetId: undefined }] },
    ]);
    expect(region.at('DescribeSecurityGroups', here, 'securityGroupInfo')).toMatchObject([
      { groupName: 'default', ipPermissions: [{ ipProtocol: '-1', groups: [{ userId: '123456789012' }] }], ipPermissionsEgress: [{ ipRanges: [{ cidrIp: '0.0.0.0/0' }] }] },
    ]);
    expect(region.at('DescribeNetworkAcls', here, 'networkAclSet')).toMatchObject([
      { default: true, entrySet: [{ ruleNumber: 100, egress: true, ruleAction: 'allow' }, { ruleNumber: 32767, ruleAction: 'deny' }, { ruleNumber: 100, egress: false }, { ruleNumber: 32767 }] },
    ]);
    const attribute = (Attribute: string) => region.at('DescribeVpcAttribute', { VpcId: vpcId, Attribute }, Attribute, 'value');
    expect([attribute('enableDnsSupport'), attribute('enableDnsHostnames')]).toEqual([true, false]);
    expect(region.at('DescribeVpcs', {}, 'vpcSet', 0, 'dhcpOptionsId')).toEqual(region.at('DescribeDhcpOptions', {}, 'dhcpOptionsSet', 0, 'dhcpOptionsId'));
  });

  it.each([
    ['10.0.0.0/8', 'InvalidVpc.Range'], ['10.0.0.0/29', 'InvalidVpc.Range'], ['nonsense', 'InvalidParameterValue'], ['10.0.0.256/16', 'InvalidParameterValue'], ['', 'MissingParameter'],
  ])('refuses the range %s with %s', (CidrBlock, code) => {
    expect(new Region().code('CreateVpc', { CidrBlock })).toBe(code);
  });

  it('writes the range back in canonical form', () => {
    expect(new Region().at('CreateVpc', { CidrBlock: '10.1.2.3/16' }, 'vpc', 'cidrBlock')).toBe('10.1.0.0/16');
  });
});

describe('DeleteVpc', () => {
  it('is refused while things are left (V7), and takes the defaults with it', () => {
    const region = new Region();
    const VpcId = VPC(region);
    const SubnetId = region.id('CreateSubnet', { VpcId, CidrBlock: '10.0.0.0/24' }, 'subnet', 'subnetId');
    expect(region.code('DeleteVpc', { VpcId })).toBe('DependencyViolation');
    region.call('DeleteSubnet', { SubnetId });
    const GroupId = region.id('CreateSecurityGroup', { VpcId, GroupName: 'g', GroupDescription: 'd' }, 'groupId');
    expect(region.code('DeleteVpc', { VpcId })).toBe('DependencyViolation');
    region.call('DeleteSecurityGroup', { GroupId });
    const RouteTableId = region.id('CreateRouteTable', { VpcId }, 'routeTable', 'routeTableId');
    expect(region.code('DeleteVpc', { VpcId })).toBe('DependencyViolation');
    region.call('DeleteRouteTable', { RouteTableId });
    const NetworkAclId = region.id('CreateNetworkAcl', { VpcId }, 'networkAcl', 'networkAclId');
    expect(region.code('DeleteVpc', { VpcId })).toBe('DependencyViolation');
    region.call('DeleteNetworkAcl', { NetworkAclId });
    const InternetGatewayId = region.id('CreateInternetGateway', {}, 'internetGateway', 'internetGatewayId');
    region.call('AttachInternetGateway', { InternetGatewayId, VpcId });
    expect(region.code('DeleteVpc', { VpcId })).toBe('DependencyViolation');
    region.call('DetachInternetGateway', { InternetGatewayId, VpcId });
    region.call('DeleteVpc', { VpcId });
    for (const [operation, set] of [['DescribeVpcs', 'vpcSet'], ['DescribeRouteTables', 'routeTableSet'], ['DescribeNetworkAcls', 'networkAclSet'], ['DescribeSecurityGroups', 'securityGroupInfo'], ['DescribeSecurityGroupRules', 'securityGroupRuleSet']] as const) {
      expect(region.at(operation, {}, set), operation).toEqual([]);
    }
  });
});

describe('subnets', () => {
  it('may not overlap, lie inside the VPC, and repeat in another VPC (c23)', () => {
    const region = new Region();
    const [one, two] = [VPC(region), VPC(region)];
    const make = (VpcId: string, CidrBlock: string) => region.code('CreateSubnet', { VpcId, CidrBlock });
    expect(make(one, '10.0.1.0/24')).toBe('no error');
    expect(make(one, '10.0.1.128/25')).toBe('InvalidSubnet.Conflict');
    expect(make(one, '10.0.0.0/16')).toBe('InvalidSubnet.Conflict');
    expect(make(one, '10.1.0.0/24')).toBe('InvalidSubnet.Range');
    expect(make(one, '10.0.2.0/29')).toBe('InvalidSubnet.Range');
    expect(make(two, '10.0.1.0/24')).toBe('no error');
    expect(region.code('CreateSubnet', { VpcId: one, CidrBlock: '10.0.3.0/24', AvailabilityZone: 'ap-northeast-1b' })).toBe('InvalidParameterValue');
  });

  it.each([['10.0.1.0/24', 251], ['10.0.2.0/28', 11]])('%s has %i free addresses (V2)', (CidrBlock, free) => {
    const region = new Region();
    expect(region.at('CreateSubnet', { VpcId: VPC(region), CidrBlock }, 'subnet', 'availableIpAddressCount')).toBe(free);
  });
});

describe('zones', () => {
  it.each([
    ['ap-northeast-1', ['ap-northeast-1a', 'ap-northeast-1c', 'ap-northeast-1d'], ['apne1-az4', 'apne1-az1', 'apne1-az2']],
    ['us-east-1', ['us-east-1a', 'us-east-1b', 'us-east-1c'], ['use1-az1', 'use1-az2', 'use1-az3']],
    ['eu-central-1', ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'], ['euc1-az1', 'euc1-az2', 'euc1-az3']],
  ])('of %s', (name, names, ids) => {
    const zones = new Region(name).at('DescribeAvailabilityZones', {}, 'availabilityZoneInfo') as { zoneName: string; zoneId: string }[];
    expect(zones.map((zone) => zone.zoneName)).toEqual(names);
    expect(zones.map((zone) => zone.zoneId)).toEqual(ids);
  });
});

describe('internet gateways', () => {
  it('attach once, to a VPC without one, and stay while public addresses are mapped (I9)', () => {
    const { region, igw, vpc1, vpc2 } = makeLab();
    expect(region.code('AttachInternetGateway', { InternetGatewayId: igw, VpcId: vpc2 })).toBe('Resource.AlreadyAssociated');
    const other = region.id('CreateInternetGateway', {}, 'internetGateway', 'internetGatewayId');
    expect(region.code('AttachInternetGateway', { InternetGatewayId: other, VpcId: vpc1 })).toBe('InvalidParameterValue');
    expect(region.code('DetachInternetGateway', { InternetGatewayId: other, VpcId: vpc1 })).toBe('Gateway.NotAttached');
    expect(region.code('DetachInternetGateway', { InternetGatewayId: igw, VpcId: vpc1 })).toBe('DependencyViolation');
    expect(region.code('DeleteInternetGateway', { InternetGatewayId: igw })).toBe('DependencyViolation');
  });
});
