import { describe, expect, it } from 'vitest';
import { networkModel } from '../../../../../src/cloud/services/ec2/ec2.js';
import { makeLab, type Lab } from './harness.js';

function make(lab: Lab, more: Record<string, unknown> = {}): string {
  return lab.region.id('CreateNetworkInterface', { SubnetId: lab.publicSubnet, SecurityGroupId: [lab.groups[0]], Description: 'spare', ...more }, 'networkInterface', 'networkInterfaceId');
}

const shown = (lab: Lab, id: string) => lab.region.at('DescribeNetworkInterfaces', { NetworkInterfaceId: [id] }, 'networkInterfaceSet', 0) as Record<string, never>;

describe('network interfaces of the customer', () => {
  it('are made with the addresses asked for, and found by their client token', () => {
    const lab = makeLab();
    const id = make(lab, { PrivateIpAddresses: [{ PrivateIpAddress: '10.0.1.101', Primary: 'false' }, { PrivateIpAddress: '10.0.1.100', Primary: 'true' }], ClientToken: 't', TagSpecification: [{ ResourceType: 'network-interface', Tag: [{ Key: 'a', Value: 'b' }] }] });
    expect(shown(lab, id)).toMatchObject({ status: 'available', privateIpAddress: '10.0.1.100', description: 'spare', sourceDestCheck: true, requesterManaged: false, tagSet: [{ key: 'a', value: 'b' }], attachment: undefined });
    expect(shown(lab, id)['privateIpAddressesSet']).toMatchObject([{ privateIpAddress: '10.0.1.100', primary: true }, { privateIpAddress: '10.0.1.101', primary: false }]);
    expect(lab.region.code('CreateNetworkInterface', { SubnetId: lab.publicSubnet, ClientToken: 't' })).toBe('IdempotentParameterMismatch');
    expect(lab.region.at('DescribeNetworkInterfaces', { Filter: [{ Name: 'addresses.private-ip-address', Value: ['10.0.1.101'] }] }, 'networkInterfaceSet', 0, 'networkInterfaceId')).toBe(id);
    expect(lab.region.code('CreateNetworkInterface', { SubnetId: lab.publicSubnet, PrivateIpAddress: '10.0.1.101' })).toBe('InvalidIPAddress.InUse');
    expect(networkModel(lab.region.state, lab.region.region).networkInterfaces.find((eni) => eni.networkInterfaceId === id)).toMatchObject({ privateIp: '10.0.1.100', secondaryAddresses: [{ privateIp: '10.0.1.101', publicIp: undefined }], up: false });
    const other = make(lab, { SecondaryPrivateIpAddressCount: '2' });
    expect(shown(lab, other)['privateIpAddressesSet']).toHaveLength(3);
    for (const more of [{ Ipv4PrefixCount: '1' }, { Ipv6AddressCount: '1' }, { InterfaceType: 'efa' }]) expect(lab.region.code('CreateNetworkInterface', { SubnetId: lab.publicSubnet, ...more })).toBe('UnsupportedOperation');
    expect(lab.region.code('CreateNetworkInterface', { SubnetId: lab.publicSubnet, SecurityGroupId: [lab.groups[2]] })).toBe('InvalidGroup.NotFound');
  });

  it('take and lose secondary addresses, with the Elastic IPs on them', () => {
    const lab = makeLab();
    const { region } = lab;
    const [one, two] = [make(lab), make(lab)];
    region.call('AssignPrivateIpAddresses', { NetworkInterfaceId: one, PrivateIpAddress: ['10.0.1.200', '10.0.1.201'] });
    const AllocationId = region.id('AllocateAddress', {}, 'allocationId');
    expect(region.code('AssociateAddress', { AllocationId, NetworkInterfaceId: one, PrivateIpAddress: '10.0.1.202' })).toBe('InvalidParameterValue');
    region.call('AssociateAddress', { AllocationId, NetworkInterfaceId: one, PrivateIpAddress: '10.0.1.201' });
    expect(region.at('DescribeAddresses', { AllocationId: [AllocationId] }, 'addressesSet', 0)).toMatchObject({ networkInterfaceId: one, privateIpAddress: '10.0.1.201' });
    expect(shown(lab, one)['privateIpAddressesSet']).toMatchObject([{ association: undefined }, { association: undefined }, { association: { allocationId: AllocationId } }]);
    expect(region.code('AssignPrivateIpAddresses', { NetworkInterfaceId: two, PrivateIpAddress: ['10.0.1.201'] })).toBe('InvalidIPAddress.InUse');
    expect(region.call('AssignPrivateIpAddresses', { NetworkInterfaceId: two, PrivateIpAddress: ['10.0.1.201'], AllowReassignment: 'true' })).toMatchObject({ networkInterfaceId: two, assignedPrivateIpAddressesSet: [{ privateIpAddress: '10.0.1.201' }] });
    expect(region.at('DescribeAddresses', { AllocationId: [AllocationId] }, 'addressesSet', 0, 'associationId')).toBeUndefined();
    expect(region.code('UnassignPrivateIpAddresses', { NetworkInterfaceId: one, PrivateIpAddress: ['10.0.1.201'] })).toBe('InvalidParameterValue');
    region.call('UnassignPrivateIpAddresses', { NetworkInterfaceId: one, PrivateIpAddress: ['10.0.1.200'] });
    expect(shown(lab, one)['privateIpAddressesSet']).toHaveLength(1);
    expect(region.code('AssignPrivateIpAddresses', { NetworkInterfaceId: one })).toBe('MissingParameter');
    const nat = region.id('DescribeNetworkInterfaces', { Filter: [{ Name: 'interface-type', Value: ['nat_gateway'] }] }, 'networkInterfaceSet', 0, 'networkInterfaceId');
    expect(region.code('AssignPrivateIpAddresses', { NetworkInterfaceId: nat, SecondaryPrivateIpAddressCount: '1' })).toBe('OperationNotPermitted');
  });

  it('are attached to instances of their zone, within what the type takes, and detached', () => {
    const lab = makeLab();
    const { region } = lab;
    const [NetworkInterfaceId, third] = [make(lab), make(lab)];
    const attach = (InstanceId: string, DeviceIndex = '1', id = NetworkInterfaceId) => region.code('AttachNetworkInterface', { NetworkInterfaceId: id, InstanceId, DeviceIndex });
    expect(attach(lab.instances[3])).toBe('InvalidParameterCombination');
    expect(attach(lab.instances[0], '0')).toBe('InvalidParameterValue');
    const AttachmentId = region.id('AttachNetworkInterface', { NetworkInterfaceId, InstanceId: lab.instances[0], DeviceIndex: '1' }, 'attachmentId');
    expect(shown(lab, NetworkInterfaceId)).toMatchObject({ status: 'in-use', attachment: { attachmentId: AttachmentId, instanceId: lab.instances[0], deviceIndex: 1, status: 'attached', deleteOnTermination: false } });
    expect(region.at('DescribeInstances', { InstanceId: [lab.instances[0]] }, 'reservationSet', 0, 'instancesSet', 0, 'networkInterfaceSet', 1, 'networkInterfaceId')).toBe(NetworkInterfaceId);
    expect(attach(lab.instances[1])).toBe('InvalidNetworkInterface.InUse');
    expect(attach(lab.instances[0], '2', third)).toBe('AttachmentLimitExceeded');
    expect(region.code('AssignPrivateIpAddresses', { NetworkInterfaceId, SecondaryPrivateIpAddressCount: '2' })).toBe('PrivateIpAddressLimitExceeded');
    expect(region.code('DeleteNetworkInterface', { NetworkInterfaceId })).toBe('InvalidParameterValue');
    const first = region.id('DescribeNetworkInterfaces', { Filter: [{ Name: 'attachment.instance-id', Value: [lab.instances[0]] }, { Name: 'attachment.device-index', Value: ['0'] }] }, 'networkInterfaceSet', 0, 'attachment', 'attachmentId');
    expect(region.code('DetachNetworkInterface', { AttachmentId: first })).toBe('OperationNotPermitted');
    expect(networkModel(region.state, region.region).networkInterfaces.find((eni) => eni.networkInterfaceId === NetworkInterfaceId)).toMatchObject({ instanceId: lab.instances[0], up: true });
    region.call('DetachNetworkInterface', { AttachmentId, Force: 'true' });
    expect(region.code('DetachNetworkInterface', { AttachmentId })).toBe('InvalidAttachmentID.NotFound');
    region.call('DeleteNetworkInterface', { NetworkInterfaceId });
    expect(region.code('DescribeNetworkInterfaces', { NetworkInterfaceId: [NetworkInterfaceId] })).toBe('InvalidNetworkInterfaceID.NotFound');
  });

  it('stay or go with their instance as their attachment says', () => {
    const lab = makeLab();
    const { region } = lab;
    const [kept, lost] = [make(lab), make(lab)];
    region.call('AttachNetworkInterface', { NetworkInterfaceId: kept, InstanceId: lab.instances[0], DeviceIndex: '1' });
    const AttachmentId = region.id('AttachNetworkInterface', { NetworkInterfaceId: lost, InstanceId: lab.instances[1], DeviceIndex: '1' }, 'attachmentId');
    region.call('ModifyNetworkInterfaceAttribute', { NetworkInterfaceId: lost, Attachment: { AttachmentId, DeleteOnTermination: 'true' } });
    region.call('TerminateInstances', { InstanceId: [lab.instances[0], lab.instances[1]] });
    region.pass();
    expect(shown(lab, kept)['status']).toBe('available');
    expect(region.code('DescribeNetworkInterfaces', { NetworkInterfaceId: [lost] })).toBe('InvalidNetworkInterfaceID.NotFound');
  });

  it('show, change and reset their attributes one by one', () => {
    const lab = makeLab();
    const { region } = lab;
    const NetworkInterfaceId = make(lab);
    region.call('ModifyNetworkInterfaceAttribute', { NetworkInterfaceId, SourceDestCheck: { Value: 'false' } });
    expect(region.call('DescribeNetworkInterfaceAttribute', { NetworkInterfaceId, Attribute: 'sourceDestCheck' })).toEqual({ networkInterfaceId: NetworkInterfaceId, sourceDestCheck: { value: false } });
    region.call('ResetNetworkInterfaceAttribute', { NetworkInterfaceId, SourceDestCheck: 'true' });
    expect(shown(lab, NetworkInterfaceId)['sourceDestCheck']).toBe(true);
    region.call('ModifyNetworkInterfaceAttribute', { NetworkInterfaceId, Description: { Value: '' } });
    expect(region.call('DescribeNetworkInterfaceAttribute', { NetworkInterfaceId, Attribute: 'description' })).toMatchObject({ description: { value: '' } });
    expect(region.call('DescribeNetworkInterfaceAttribute', { NetworkInterfaceId, Attribute: 'groupSet' })).toMatchObject({ groupSet: [{ groupId: lab.groups[0], groupName: 'one' }] });
    expect(region.call('DescribeNetworkInterfaceAttribute', { NetworkInterfaceId, Attribute: 'attachment' })).toMatchObject({ attachment: undefined });
    expect(region.code('DescribeNetworkInterfaceAttribute', { NetworkInterfaceId, Attribute: 'mac' })).toBe('InvalidParameterValue');
    expect(region.code('ModifyNetworkInterfaceAttribute', { NetworkInterfaceId, Attachment: { AttachmentId: 'eni-attach-0123456789abcdef0', DeleteOnTermination: 'true' } })).toBe('InvalidAttachmentID.NotFound');
    expect(region.code('ResetNetworkInterfaceAttribute', { NetworkInterfaceId })).toBe('InvalidParameterCombination');
  });

  it('keep reverse names of Elastic IPs', () => {
    const { region } = makeLab();
    const AllocationId = region.id('AllocateAddress', {}, 'allocationId');
    expect(region.at('DescribeAddressesAttribute', {}, 'addressSet')).toEqual([]);
    expect(region.at('ModifyAddressAttribute', { AllocationId, DomainName: 'mail.example.com' }, 'address', 'ptrRecord')).toBe('mail.example.com.');
    expect(region.at('DescribeAddressesAttribute', { Attribute: 'domain-name' }, 'addressSet', 0)).toMatchObject({ allocationId: AllocationId, ptrRecord: 'mail.example.com.' });
    expect(region.code('ModifyAddressAttribute', { AllocationId, DomainName: 'no name' })).toBe('InvalidParameterValue');
    expect(region.at('ResetAddressAttribute', { AllocationId, Attribute: 'domain-name' }, 'address', 'ptrRecord')).toBeUndefined();
    expect(region.code('DescribeVpcPeeringConnections', { VpcPeeringConnectionId: ['pcx-1'] })).toBe('InvalidVpcPeeringConnectionID.NotFound');
    expect(region.at('DescribeVpcPeeringConnections', { Filter: [{ Name: 'status-code', Value: ['active'] }] }, 'vpcPeeringConnectionSet')).toEqual([]);
  });
});
