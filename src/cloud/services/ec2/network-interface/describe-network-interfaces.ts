/** DescribeNetworkInterfaces, those of NAT gateways and endpoints included. */
import { boolOpt } from '../../../endpoint/input.js';
import { absentFilters } from '../absent/absent-filters.js';
import { describe } from '../describe.js';
import { NETWORK_INTERFACE } from '../noun.js';
import { reading } from '../operation.js';
import { networkInterfaceView, type NetworkInterfaceView } from './view.js';

const NETWORK_INTERFACE_FILTERS = {
  'addresses.association.owner-id': (view: NetworkInterfaceView) => view.privateIpAddressesSet.map((one) => one.association?.ipOwnerId),
  'addresses.association.public-ip': (view: NetworkInterfaceView) => view.privateIpAddressesSet.map((one) => one.association?.publicIp),
  'addresses.primary': (view: NetworkInterfaceView) => view.privateIpAddressesSet.map((one) => one.primary),
  'addresses.private-ip-address': (view: NetworkInterfaceView) => view.privateIpAddressesSet.map((one) => one.privateIpAddress),
  'association.allocation-id': (view: NetworkInterfaceView) => view.association?.allocationId,
  'association.association-id': (view: NetworkInterfaceView) => view.association?.associationId,
  'association.ip-owner-id': (view: NetworkInterfaceView) => view.association?.ipOwnerId,
  'association.public-ip': (view: NetworkInterfaceView) => view.association?.publicIp,
  'association.public-dns-name': (view: NetworkInterfaceView) => view.association?.publicDnsName,
  'attachment.attach-time': (view: NetworkInterfaceView) => view.attachment?.attachTime.toISOString(),
  'attachment.attachment-id': (view: NetworkInterfaceView) => view.attachment?.attachmentId,
  'attachment.delete-on-termination': (view: NetworkInterfaceView) => view.attachment?.deleteOnTermination,
  'attachment.device-index': (view: NetworkInterfaceView) => view.attachment?.deviceIndex,
  'attachment.instance-id': (view: NetworkInterfaceView) => view.attachment?.instanceId,
  'attachment.instance-owner-id': (view: NetworkInterfaceView) => view.attachment?.instanceOwnerId,
  'attachment.status': (view: NetworkInterfaceView) => view.attachment?.status,
  'availability-zone': (view: NetworkInterfaceView) => view.availabilityZone,
  'availability-zone-id': (view: NetworkInterfaceView) => view.availabilityZoneId,
  'description': (view: NetworkInterfaceView) => view.description,
  'group-id': (view: NetworkInterfaceView) => view.groupSet.map((group) => group.groupId),
  'group-name': (view: NetworkInterfaceView) => view.groupSet.map((group) => group.groupName),
  'interface-type': (view: NetworkInterfaceView) => view.interfaceType,
  'mac-address': (view: NetworkInterfaceView) => view.macAddress,
  'network-interface-id': (view: NetworkInterfaceView) => view.networkInterfaceId,
  'owner-id': (view: NetworkInterfaceView) => view.ownerId,
  'private-dns-name': (view: NetworkInterfaceView) => view.privateDnsName,
  'private-ip-address': (view: NetworkInterfaceView) => view.privateIpAddress,
  'requester-id': (view: NetworkInterfaceView) => view.requesterId,
  'requester-managed': (view: NetworkInterfaceView) => view.requesterManaged,
  'source-dest-check': (view: NetworkInterfaceView) => view.sourceDestCheck,
  'status': (view: NetworkInterfaceView) => view.status,
  'subnet-id': (view: NetworkInterfaceView) => view.subnetId,
  'vpc-id': (view: NetworkInterfaceView) => view.vpcId,
  ...absentFilters(['ipv6-addresses.ipv6-address', 'operator.principal']),
  'operator.managed': () => false,
};

export const describeNetworkInterfaces = reading((input, scope) => {
  // Interfaces that AWS manages for a service are shown without being asked for, as the NAT gateways' are.
  boolOpt(input, 'IncludeManagedResources');
  return describe(input, scope, {
    noun: NETWORK_INTERFACE,
    ids: 'NetworkInterfaceId',
    set: 'networkInterfaceSet',
    view: networkInterfaceView,
    filters: NETWORK_INTERFACE_FILTERS,
    idsExcludeMaxResults: true,
  });
});
