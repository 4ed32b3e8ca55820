import { describe, expect, it } from 'vitest';
import { makeLab } from './harness.js';

describe('instances by their interfaces', () => {
  const lab = makeLab();
  const { region } = lab;
  const NetworkInterfaceId = region.id('CreateNetworkInterface', {
    SubnetId: lab.publicSubnet, PrivateIpAddress: '10.0.1.100', TagSpecification: [{ ResourceType: 'network-interface', Tag: [{ Key: 'role', Value: 'second' }] }],
  }, 'networkInterface', 'networkInterfaceId');
  region.call('AssignPrivateIpAddresses', { NetworkInterfaceId, PrivateIpAddress: ['10.0.1.101'] });
  const AllocationId = region.id('AllocateAddress', {}, 'allocationId');
  region.call('AssociateAddress', { AllocationId, NetworkInterfaceId, PrivateIpAddress: '10.0.1.101' });
  region.call('AttachNetworkInterface', { NetworkInterfaceId, InstanceId: lab.instances[1], DeviceIndex: '1' });

  it.each([
    ['addresses.private-ip-address', '10.0.1.101'], ['addresses.primary', 'false'], ['addresses.association.allocation-id', AllocationId], ['private-ip-address', '10.0.1.100'],
    ['tag-key', 'role'], ['tag-value', 'second'], ['network-interface-id', NetworkInterfaceId], ['attachment.device-index', '1'],
  ])('network-interface.%s %s is of the one that has it', (name, value) => {
    const reservations = region.at('DescribeInstances', { Filter: [{ Name: `network-interface.${name}`, Value: [value] }] }, 'reservationSet') as { instancesSet: { instanceId: string }[] }[];
    expect(reservations.flatMap((reservation) => reservation.instancesSet.map((instance) => instance.instanceId))).toEqual([lab.instances[1]]);
  });

  it('network-interface.association.allocation-id looks at the primary address', () => {
    expect(region.at('DescribeInstances', { Filter: [{ Name: 'network-interface.association.allocation-id', Value: [AllocationId] }] }, 'reservationSet')).toEqual([]);
  });
});

describe('policies of VPC endpoints', () => {
  const { region, endpoints } = makeLab();
  const modify = (PolicyDocument: unknown) => region.code('ModifyVpcEndpoint', { VpcEndpointId: endpoints[0], PolicyDocument: typeof PolicyDocument === 'string' ? PolicyDocument : JSON.stringify(PolicyDocument) });

  it('are judged as policies when they are set', () => {
    expect(modify('{')).toBe('InvalidPolicyDocument');
    expect(modify({ Statement: [] })).toBe('InvalidPolicyDocument');
    expect(modify({ Statement: [{ Effect: 'Permit', Principal: '*', Action: '*', Resource: '*' }] })).toBe('InvalidPolicyDocument');
    expect(modify({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 'nonsense', Resource: '*' }] })).toBe('InvalidPolicyDocument');
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: 'ssm:*', Resource: '*' }] };
    expect(modify(policy)).toBe('no error');
    expect(JSON.parse(region.id('DescribeVpcEndpoints', { VpcEndpointId: [endpoints[0]] }, 'vpcEndpointSet', 0, 'policyDocument'))).toEqual(policy);
    expect(region.code('ModifyVpcEndpoint', { VpcEndpointId: endpoints[0], ResetPolicy: 'true' })).toBe('no error');
    expect(region.id('DescribeVpcEndpoints', { VpcEndpointId: [endpoints[0]] }, 'vpcEndpointSet', 0, 'policyDocument')).toContain('"Allow"');
  });
});
