/** AWS::EC2::NetworkInterface, of the customer's own. */
import { sameValue, textOf, type Structure } from '../../template/value.js';
import { liveTags, renamed } from '../live.js';
import { given, replyItem, replyList, replyText, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { retag, tagAsStack } from './tagging.js';

function describe(networkInterfaceId: string, scope: ResourceScope) {
  return replyItem(scope.call('ec2', 'DescribeNetworkInterfaces', { NetworkInterfaceId: [networkInterfaceId] }), 'networkInterfaceSet');
}

function secondaryAddresses(networkInterfaceId: string, scope: ResourceScope): string[] {
  return replyList(describe(networkInterfaceId, scope), 'privateIpAddressesSet').filter((address) => address['primary'] !== true).map((address) => replyText(address, 'privateIpAddress'));
}

/** More addresses are EC2's to choose, fewer are taken from the end. */
function setCount(networkInterfaceId: string, wanted: number, scope: ResourceScope): void {
  const present = secondaryAddresses(networkInterfaceId, scope);
  if (wanted > present.length) scope.call('ec2', 'AssignPrivateIpAddresses', { NetworkInterfaceId: networkInterfaceId, SecondaryPrivateIpAddressCount: wanted - present.length });
  if (wanted < present.length) scope.call('ec2', 'UnassignPrivateIpAddresses', { NetworkInterfaceId: networkInterfaceId, PrivateIpAddress: present.slice(wanted) });
}

export const networkInterface: ResourceType = {
  type: 'AWS::EC2::NetworkInterface',
  properties: {
    Description: 'in-place', GroupSet: 'in-place', PrivateIpAddress: 'replacement', PrivateIpAddresses: 'replacement', SecondaryPrivateIpAddressCount: 'in-place', SourceDestCheck: 'in-place',
    SubnetId: 'replacement', Tags: 'in-place',
    ConnectionTrackingSpecification: 'unsupported', EnablePrimaryIpv6: 'unsupported', InterfaceType: 'unsupported', Ipv4PrefixCount: 'unsupported', Ipv4Prefixes: 'unsupported', Ipv6AddressCount: 'unsupported',
    Ipv6Addresses: 'unsupported', Ipv6PrefixCount: 'unsupported', Ipv6Prefixes: 'unsupported', PublicIpDnsHostnameTypeSpecification: 'unsupported',
  },
  required: ['SubnetId'],
  attributes: ['Id', 'PrimaryPrivateIpAddress', 'SecondaryPrivateIpAddresses', 'VpcId'],
  identifiers: ['Id'],
  create(properties, scope) {
    const reply = scope.call('ec2', 'CreateNetworkInterface', {
      ...given(properties, ['Description', 'PrivateIpAddress', 'PrivateIpAddresses', 'SecondaryPrivateIpAddressCount', 'SubnetId']),
      ...(properties['GroupSet'] === undefined ? {} : { SecurityGroupId: properties['GroupSet'] }),
      TagSpecification: scope.tagSpecification('network-interface', properties),
    });
    const networkInterfaceId = replyText(reply, 'networkInterface.networkInterfaceId');
    if (textOf(properties['SourceDestCheck']) === 'false') scope.call('ec2', 'ModifyNetworkInterfaceAttribute', { NetworkInterfaceId: networkInterfaceId, SourceDestCheck: { Value: false } });
    return networkInterfaceId;
  },
  attributesOf(networkInterfaceId, scope) {
    const found = describe(networkInterfaceId, scope);
    return {
      Id: networkInterfaceId,
      PrimaryPrivateIpAddress: replyText(found, 'privateIpAddress'),
      SecondaryPrivateIpAddresses: secondaryAddresses(networkInterfaceId, scope),
      VpcId: replyText(found, 'vpcId'),
    };
  },
  update(networkInterfaceId, properties, previous, scope) {
    const changed = (name: string) => !sameValue(properties[name], previous[name]);
    const modify = (attribute: Structure) => scope.call('ec2', 'ModifyNetworkInterfaceAttribute', { NetworkInterfaceId: networkInterfaceId, ...attribute });
    if (changed('Description')) modify({ Description: { Value: properties['Description'] ?? '' } });
    if (changed('GroupSet')) modify({ SecurityGroupId: properties['GroupSet'] ?? [] });
    if (changed('SourceDestCheck')) modify({ SourceDestCheck: { Value: properties['SourceDestCheck'] ?? true } });
    if (changed('SecondaryPrivateIpAddressCount')) setCount(networkInterfaceId, Number(properties['SecondaryPrivateIpAddressCount'] ?? 0), scope);
    retag(networkInterfaceId, properties, scope);
  },
  live(networkInterfaceId, scope, properties) {
    const found = describe(networkInterfaceId, scope);
    return {
      ...renamed(found, { Description: 'description', PrivateIpAddress: 'privateIpAddress', SourceDestCheck: 'sourceDestCheck', SubnetId: 'subnetId' }),
      GroupSet: replyList(found, 'groupSet').map((group) => replyText(group, 'groupId')),
      PrivateIpAddresses: replyList(found, 'privateIpAddressesSet').map((address) => renamed(address, { PrivateIpAddress: 'privateIpAddress', Primary: 'primary' })),
      SecondaryPrivateIpAddressCount: secondaryAddresses(networkInterfaceId, scope).length,
      ...liveTags(found, scope, properties),
    };
  },
  adopt: tagAsStack,
  delete(networkInterfaceId, scope) {
    unlessMissing(() => scope.call('ec2', 'DeleteNetworkInterface', { NetworkInterfaceId: networkInterfaceId }));
  },
};
