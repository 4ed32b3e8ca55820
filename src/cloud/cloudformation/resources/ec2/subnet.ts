/** AWS::EC2::Subnet. */
import { liveTags, renamed } from '../live.js';
import { given, replyItem, replyText, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { valueAt } from '../../../endpoint/input.js';
import { retag, tagAsStack } from './tagging.js';
import type { Value } from '../../template/value.js';

function setMapPublicIp(subnetId: string, value: Value | undefined, scope: ResourceScope): void {
  if (value !== undefined) scope.call('ec2', 'ModifySubnetAttribute', { SubnetId: subnetId, MapPublicIpOnLaunch: { Value: value } });
}

export const subnet: ResourceType = {
  type: 'AWS::EC2::Subnet',
  properties: {
    AvailabilityZone: 'replacement', AvailabilityZoneId: 'replacement', CidrBlock: 'replacement', MapPublicIpOnLaunch: 'in-place', Tags: 'in-place', VpcId: 'replacement',
    AssignIpv6AddressOnCreation: 'unsupported', EnableDns64: 'unsupported', EnableLniAtDeviceIndex: 'unsupported', Ipv4IpamPoolId: 'unsupported', Ipv4NetmaskLength: 'unsupported',
    Ipv6CidrBlock: 'unsupported', Ipv6IpamPoolId: 'unsupported', Ipv6Native: 'unsupported', Ipv6NetmaskLength: 'unsupported', OutpostArn: 'unsupported', PrivateDnsNameOptionsOnLaunch: 'unsupported',
  },
  required: ['VpcId', 'CidrBlock'],
  attributes: ['AvailabilityZone', 'AvailabilityZoneId', 'CidrBlock', 'Ipv6CidrBlocks', 'NetworkAclAssociationId', 'SubnetId', 'VpcId'],
  identifiers: ['SubnetId'],
  create(properties, scope) {
    const reply = scope.call('ec2', 'CreateSubnet', {
      ...given(properties, ['VpcId', 'CidrBlock', 'AvailabilityZone', 'AvailabilityZoneId']),
      TagSpecification: scope.tagSpecification('subnet', properties),
    });
    const subnetId = replyText(reply, 'subnet.subnetId');
    setMapPublicIp(subnetId, properties['MapPublicIpOnLaunch'], scope);
    return subnetId;
  },
  attributesOf(subnetId, scope) {
    const found = replyItem(scope.call('ec2', 'DescribeSubnets', { SubnetId: [subnetId] }), 'subnetSet');
    const acls = scope.call('ec2', 'DescribeNetworkAcls', { Filter: [{ Name: 'association.subnet-id', Value: [subnetId] }] });
    const associations = (valueAt(replyItem(acls, 'networkAclSet'), 'associationSet') ?? []) as { subnetId: string; networkAclAssociationId: string }[];
    return {
      SubnetId: subnetId,
      AvailabilityZone: replyText(found, 'availabilityZone'),
      AvailabilityZoneId: replyText(found, 'availabilityZoneId'),
      CidrBlock: replyText(found, 'cidrBlock'),
      Ipv6CidrBlocks: [],
      NetworkAclAssociationId: associations.find((association) => association.subnetId === subnetId)?.networkAclAssociationId,
      VpcId: replyText(found, 'vpcId'),
    };
  },
  update(subnetId, properties, _previous, scope) {
    setMapPublicIp(subnetId, properties['MapPublicIpOnLaunch'] ?? false, scope);
    retag(subnetId, properties, scope);
  },
  live(subnetId, scope, properties) {
    const found = replyItem(scope.call('ec2', 'DescribeSubnets', { SubnetId: [subnetId] }), 'subnetSet');
    const names = { AvailabilityZone: 'availabilityZone', AvailabilityZoneId: 'availabilityZoneId', CidrBlock: 'cidrBlock', MapPublicIpOnLaunch: 'mapPublicIpOnLaunch', VpcId: 'vpcId' };
    return { ...renamed(found, names), ...liveTags(found, scope, properties) };
  },
  adopt: tagAsStack,
  delete(subnetId, scope) {
    unlessMissing(() => scope.call('ec2', 'DeleteSubnet', { SubnetId: subnetId }));
  },
};
