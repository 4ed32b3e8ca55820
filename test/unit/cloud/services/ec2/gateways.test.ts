import { describe, expect, it } from 'vitest';
import { makeLab, Region } from './harness.js';

describe('Elastic IPs', () => {
  it('come from the benchmarking range from .10 up, and an address just released does not come back at once (V11)', () => {
    const region = new Region();
    const take = () => region.call('AllocateAddress') as unknown as { publicIp: string; allocationId: string };
    const [first, second] = [take(), take()];
    expect([first.publicIp, second.publicIp]).toEqual(['198.18.0.10', '198.18.0.11']);
    region.call('ReleaseAddress', { AllocationId: second.allocationId });
    expect(take().publicIp).toBe('198.18.0.12');
    expect(region.code('ReleaseAddress', { AllocationId: second.allocationId })).toBe('InvalidAllocationID.NotFound');
  });

  it('are unlike in two regions of one cloud', async () => {
    const { Memory } = await import('../../../../../src/cloud/state/memory.js');
    const memory = new Memory();
    const take = (name: string) => new Region(name, memory).id('AllocateAddress', {}, 'publicIp');
    expect([take('ap-northeast-1'), take('us-east-1')]).toEqual(['198.18.0.10', '198.18.0.11']);
  });

  it('displace the automatic address, survive a stop, and come off', () => {
    const { region, ...lab } = makeLab();
    const [InstanceId] = lab.instances;
    const AllocationId = region.id('AllocateAddress', {}, 'allocationId');
    const publicIp = () => region.at('DescribeInstances', { InstanceId: [InstanceId] }, 'reservationSet', 0, 'instancesSet', 0, 'ipAddress');
    expect(publicIp()).toBe('198.18.0.11');
    const AssociationId = region.id('AssociateAddress', { AllocationId, InstanceId }, 'associationId');
    expect(publicIp()).toBe('198.18.0.13');
    expect(region.code('ReleaseAddress', { AllocationId })).toBe('InvalidIPAddress.InUse');
    region.call('StopInstances', { InstanceId: [InstanceId] });
    region.pass();
    expect(publicIp()).toBe('198.18.0.13');
    expect(region.at('DescribeAddresses', { AllocationId: [AllocationId] }, 'addressesSet', 0)).toMatchObject({ instanceId: InstanceId, associationId: AssociationId, privateIpAddress: '10.0.1.16' });
    region.call('DisassociateAddress', { AssociationId });
    expect(publicIp()).toBeUndefined();
  });

  it('need an internet gateway, refuse to move when told so, and leave a NAT gateway alone', () => {
    const { region, ...lab } = makeLab();
    const AllocationId = region.id('AllocateAddress', {}, 'allocationId');
    expect(region.code('AssociateAddress', { AllocationId, InstanceId: lab.instances[3] })).toBe('Gateway.NotAttached');
    region.call('AssociateAddress', { AllocationId, InstanceId: lab.instances[0] });
    expect(region.code('AssociateAddress', { AllocationId, InstanceId: lab.instances[1], AllowReassociation: 'false' })).toBe('Resource.AlreadyAssociated');
    expect(region.code('AssociateAddress', { AllocationId, InstanceId: lab.instances[1] })).toBe('no error');
    expect(region.at('DescribeInstances', { InstanceId: [lab.instances[0]] }, 'reservationSet', 0, 'instancesSet', 0, 'ipAddress')).toBeUndefined();
    const natAssociation = region.id('DescribeAddresses', { AllocationId: [lab.allocation] }, 'addressesSet', 0, 'associationId');
    expect(region.code('DisassociateAddress', { AssociationId: natAssociation })).toBe('AuthFailure');
  });
});

describe('NAT gateways', () => {
  it('agree with their address and interface (c25)', () => {
    const { region, ...lab } = makeLab();
    const gateway = region.at('DescribeNatGateways', { NatGatewayId: [lab.nat] }, 'natGatewaySet', 0) as { natGatewayAddressSet: { networkInterfaceId: string; privateIp: string; publicIp: string }[] };
    const [address] = gateway.natGatewayAddressSet;
    expect(gateway).toMatchObject({ state: 'available', connectivityType: 'public', subnetId: lab.publicSubnet, vpcId: lab.vpc1 });
    expect(address).toMatchObject({ allocationId: lab.allocation, publicIp: '198.18.0.10', privateIp: '10.0.1.254' });
    expect(region.at('DescribeNetworkInterfaces', { NetworkInterfaceId: [address?.networkInterfaceId] }, 'networkInterfaceSet', 0)).toMatchObject({
      interfaceType: 'nat_gateway', description: `Interface for NAT Gateway ${lab.nat}`, requesterManaged: true, sourceDestCheck: false, groupSet: [], association: { publicIp: '198.18.0.10', allocationId: lab.allocation },
    });
  });

  it('are pending first, and fail where there is no internet gateway (N1)', () => {
    const region = new Region();
    const VpcId = region.id('CreateVpc', { CidrBlock: '10.0.0.0/16' }, 'vpc', 'vpcId');
    const SubnetId = region.id('CreateSubnet', { VpcId, CidrBlock: '10.0.0.0/24' }, 'subnet', 'subnetId');
    const AllocationId = region.id('AllocateAddress', {}, 'allocationId');
    const id = region.id('CreateNatGateway', { SubnetId, AllocationId }, 'natGateway', 'natGatewayId');
    const shown = () => region.at('DescribeNatGateways', { NatGatewayId: [id] }, 'natGatewaySet', 0);
    expect(shown()).toMatchObject({ state: 'pending', failureCode: undefined });
    region.pass();
    expect(shown()).toMatchObject({ state: 'failed', failureCode: 'Gateway.NotAttached', failureMessage: `Network ${VpcId} has no Internet gateway attached` });
    expect(region.code('DeleteSubnet', { SubnetId })).toBe('no error');
    expect(region.code('ReleaseAddress', { AllocationId })).toBe('no error');
    region.pass(3_600_000);
    expect(region.code('DescribeNatGateways', { NatGatewayId: [id] })).toBe('NatGatewayNotFound');
  });

  it('fail for an address that is taken (N3), and are made once for a token', () => {
    const { region, ...lab } = makeLab();
    const second = region.id('CreateNatGateway', { SubnetId: lab.publicSubnet, AllocationId: lab.allocation, ClientToken: 't' }, 'natGateway', 'natGatewayId');
    expect(region.id('CreateNatGateway', { SubnetId: lab.publicSubnet, AllocationId: lab.allocation, ClientToken: 't' }, 'natGateway', 'natGatewayId')).toBe(second);
    expect(region.code('CreateNatGateway', { SubnetId: lab.privateSubnet1, AllocationId: lab.allocation, ClientToken: 't' })).toBe('IdempotentParameterMismatch');
    region.pass();
    expect(region.at('DescribeNatGateways', { NatGatewayId: [second] }, 'natGatewaySet', 0)).toMatchObject({ state: 'failed', failureCode: 'Resource.AlreadyAssociated' });
  });

  it('hold their subnet until they are deleted (N16), then give the address back', () => {
    const { region, ...lab } = makeLab();
    region.call('TerminateInstances', { InstanceId: [...lab.instances] });
    region.pass();
    region.call('DeleteNatGateway', { NatGatewayId: lab.nat });
    expect(region.at('DescribeNatGateways', {}, 'natGatewaySet', 0, 'state')).toBe('deleting');
    expect(region.code('DeleteSubnet', { SubnetId: lab.publicSubnet })).toBe('DependencyViolation');
    region.pass();
    expect(region.at('DescribeNatGateways', {}, 'natGatewaySet', 0, 'state')).toBe('deleted');
    expect(region.code('ReleaseAddress', { AllocationId: lab.allocation })).toBe('no error');
    expect(region.code('DeleteSubnet', { SubnetId: lab.publicSubnet })).toBe('no error');
  });
});

describe('VPC endpoints', () => {
  it('have an interface a subnet, names of their own and the private one', () => {
    const { region, ...lab } = makeLab();
    const endpoint = region.at('DescribeVpcEndpoints', { VpcEndpointId: [lab.endpoints[0]] }, 'vpcEndpointSet', 0) as { networkInterfaceIdSet: string[]; dnsEntrySet: { dnsName: string }[] };
    expect(endpoint).toMatchObject({ state: 'available', privateDnsEnabled: true, subnetIdSet: [lab.privateSubnet2], groupSet: [{ groupId: lab.groups[3] }] });
    expect(endpoint.dnsEntrySet.map((entry) => entry.dnsName)).toEqual([
      expect.stringMatching(new RegExp(`^${lab.endpoints[0]}-[0-9a-z]{8}\\.ssm\\.ap-northeast-1\\.vpce\\.amazonaws\\.com$`)),
      expect.stringMatching(/-ap-northeast-1c\.ssm\.ap-northeast-1\.vpce\.amazonaws\.com$/),
      'ssm.ap-northeast-1.amazonaws.com',
    ]);
    expect(region.at('DescribeNetworkInterfaces', { NetworkInterfaceId: endpoint.networkInterfaceIdSet }, 'networkInterfaceSet', 0)).toMatchObject({ interfaceType: 'vpc_endpoint', privateIpAddress: '10.0.3.254', groupSet: [{ groupId: lab.groups[3] }] });
  });

  const create = { VpcEndpointType: 'Interface', ServiceName: 'com.amazonaws.ap-northeast-1.sts' };

  it('refuse private DNS without both attributes (P4), and beside another (P10)', () => {
    const { region, ...lab } = makeLab();
    expect(region.code('CreateVpcEndpoint', { ...create, VpcId: lab.vpc2, ServiceName: 'com.amazonaws.ap-northeast-1.ssm' })).toBe('InvalidParameter');
    expect(region.code('CreateVpcEndpoint', { ...create, VpcId: lab.vpc2, ServiceName: 'com.amazonaws.ap-northeast-1.ssm', PrivateDnsEnabled: 'false' })).toBe('no error');
    region.call('ModifyVpcAttribute', { VpcId: lab.vpc1, EnableDnsHostnames: { Value: 'false' } });
    expect(region.code('CreateVpcEndpoint', { ...create, VpcId: lab.vpc1 })).toBe('InvalidParameter');
  });

  it('wear the default group when none is named (S14), and stand once a zone (P1)', () => {
    const { region, ...lab } = makeLab();
    expect(region.at('CreateVpcEndpoint', { ...create, VpcId: lab.vpc1, SubnetId: [lab.publicSubnet] }, 'vpcEndpoint', 'groupSet', 0, 'groupName')).toBe('default');
    expect(region.code('CreateVpcEndpoint', { ...create, VpcId: lab.vpc1, PrivateDnsEnabled: 'false', SubnetId: [lab.publicSubnet, lab.privateSubnet1] })).toBe('DuplicateSubnetsInSameZone');
    expect(region.code('CreateVpcEndpoint', { ...create, VpcId: lab.vpc1, ServiceName: 'com.amazonaws.ap-northeast-1.nope' })).toBe('InvalidServiceName');
    expect(region.code('CreateVpcEndpoint', { ...create, VpcId: lab.vpc1, VpcEndpointType: 'Gateway' })).toBe('InvalidParameter');
  });

  it('change groups, and go with their interfaces', () => {
    const { region, ...lab } = makeLab();
    const [VpcEndpointId = ''] = lab.endpoints;
    region.call('ModifyVpcEndpoint', { VpcEndpointId, AddSecurityGroupId: [lab.groups[2]], RemoveSecurityGroupId: [lab.groups[3]], AddRouteTableId: [] });
    const [eni] = region.at('DescribeVpcEndpoints', { VpcEndpointId: [VpcEndpointId] }, 'vpcEndpointSet', 0, 'networkInterfaceIdSet') as string[];
    expect(region.at('DescribeNetworkInterfaces', { NetworkInterfaceId: [eni] }, 'networkInterfaceSet', 0, 'groupSet', 0, 'groupId')).toBe(lab.groups[2]);
    expect(region.call('DeleteVpcEndpoints', { VpcEndpointId: [VpcEndpointId, 'vpce-00000000000000000'] })).toMatchObject({ unsuccessful: [{ resourceId: 'vpce-00000000000000000', error: { code: 'InvalidVpcEndpointId.NotFound' } }] });
    region.pass();
    expect(region.code('DescribeVpcEndpoints', { VpcEndpointId: [VpcEndpointId] })).toBe('InvalidVpcEndpointId.NotFound');
    expect(region.code('DescribeNetworkInterfaces', { NetworkInterfaceId: [eni] })).toBe('InvalidNetworkInterfaceID.NotFound');
  });

  it('of gateway type keep a prefix-list route that no hand deletes (P14)', () => {
    const { region, ...lab } = makeLab();
    const VpcEndpointId = region.id('CreateVpcEndpoint', { VpcId: lab.vpc1, ServiceName: 'com.amazonaws.ap-northeast-1.s3', RouteTableId: [lab.privateTable] }, 'vpcEndpoint', 'vpcEndpointId');
    const routes = () => region.at('DescribeRouteTables', { RouteTableId: [lab.privateTable] }, 'routeTableSet', 0, 'routeSet') as { destinationPrefixListId?: string; gatewayId?: string }[];
    const DestinationPrefixListId = routes().find((route) => route.gatewayId === VpcEndpointId)?.destinationPrefixListId;
    expect(region.at('DescribePrefixLists', {}, 'prefixListSet', 0, 'prefixListId')).toBe(DestinationPrefixListId);
    expect(region.code('DeleteRoute', { RouteTableId: lab.privateTable, DestinationPrefixListId })).toBe('InvalidParameterValue');
    region.call('DeleteVpcEndpoints', { VpcEndpointId: [VpcEndpointId] });
    expect(routes()).toHaveLength(2);
  });
});
