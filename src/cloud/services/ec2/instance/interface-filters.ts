/** The filters of DescribeInstances that ask about an instance's interfaces. */
import { absentFilters } from '../absent/absent-filters.js';
import type { FilterTable } from '../describe.js';
import { NETWORK_INTERFACE, type NetworkInterfaceRecord } from '../model.js';
import { addressesOf, type InterfaceAddress } from '../network-interface/addresses.js';
import type { Scope } from '../operation.js';
import type { InstanceView } from './view.js';

type Value = string | number | boolean | undefined;
type InterfaceView = InstanceView['networkInterfaceSet'][number];

const eni = (look: (view: InterfaceView) => Value) => (view: InstanceView) => view.networkInterfaceSet.map(look);
const address = (look: (view: InterfaceView['privateIpAddressesSet'][number]) => Value) => (view: InstanceView) => view.networkInterfaceSet.flatMap((one) => one.privateIpAddressesSet.map(look));

/** What the instance shows of its interfaces. */
const SHOWN: FilterTable<InstanceView> = {
  'addresses.association.ip-owner-id': address((view) => view.association?.ipOwnerId),
  'addresses.association.public-dns-name': address((view) => view.association?.publicDnsName),
  'addresses.association.public-ip': address((view) => view.association?.publicIp),
  'addresses.primary': address((view) => view.primary),
  'addresses.private-dns-name': address((view) => view.privateDnsName),
  'addresses.private-ip-address': address((view) => view.privateIpAddress),
  'association.ip-owner-id': eni((view) => view.association?.ipOwnerId),
  'association.public-dns-name': eni((view) => view.association?.publicDnsName),
  'association.public-ip': eni((view) => view.association?.publicIp),
  'attachment.attach-time': eni((view) => view.attachment?.attachTime.toISOString()),
  'attachment.attachment-id': eni((view) => view.attachment?.attachmentId),
  'attachment.delete-on-termination': eni((view) => view.attachment?.deleteOnTermination),
  'attachment.device-index': eni((view) => view.attachment?.deviceIndex),
  'attachment.instance-id': (view) => view.networkInterfaceSet.map(() => view.instanceId),
  'attachment.instance-owner-id': eni((view) => view.ownerId),
  'attachment.network-card-index': eni((view) => view.attachment?.networkCardIndex),
  'attachment.status': eni((view) => view.attachment?.status),
  'availability-zone': (view) => view.networkInterfaceSet.map(() => view.placement.availabilityZone),
  'deny-all-igw-traffic': eni(() => false),
  'description': eni((view) => view.description),
  'group-id': (view) => view.networkInterfaceSet.flatMap((one) => one.groupSet.map((group) => group.groupId)),
  'group-name': (view) => view.networkInterfaceSet.flatMap((one) => one.groupSet.map((group) => group.groupName)),
  'ipv6-native': eni(() => false),
  'mac-address': eni((view) => view.macAddress),
  'network-interface-id': eni((view) => view.networkInterfaceId),
  'operator.managed': eni(() => false),
  'owner-id': eni((view) => view.ownerId),
  'private-dns-name': eni((view) => view.privateDnsName),
  'private-ip-address': eni((view) => view.privateIpAddress),
  'public-dns-name': eni((view) => view.association?.publicDnsName),
  'requester-managed': eni(() => false),
  'source-dest-check': eni((view) => view.sourceDestCheck),
  'status': eni((view) => view.status),
  'subnet-id': eni((view) => view.subnetId),
  'vpc-id': eni((view) => view.vpcId),
  ...absentFilters([
    'addresses.association.carrier-ip', 'addresses.association.customer-owned-ip', 'association.carrier-ip', 'association.customer-owned-ip', 'ipv4-prefixes.ipv4-prefix', 'ipv6-address',
    'ipv6-addresses.ipv6-address', 'ipv6-addresses.is-primary-ipv6', 'ipv6-prefixes.ipv6-prefix', 'operator.principal', 'outpost-arn', 'requester-id',
  ]),
};

/** What only the interfaces themselves know. */
function known(scope: Scope): FilterTable<InstanceView> {
  const records = (view: InstanceView): NetworkInterfaceRecord[] => view.networkInterfaceSet.flatMap((one) => scope.state.get(NETWORK_INTERFACE, one.networkInterfaceId) ?? []);
  const worn = (look: (one: InterfaceAddress) => Value) => (view: InstanceView) => records(view).flatMap((record) => addressesOf(record).map(look));
  const tag = (part: 'key' | 'value') => (view: InstanceView) => records(view).flatMap((record) => record.tags.map((one) => one[part]));
  return {
    'addresses.association.allocation-id': worn((one) => one.elasticIp?.allocationId),
    'addresses.association.association-id': worn((one) => one.elasticIp?.associationId),
    'association.allocation-id': (view) => records(view).map((record) => record.elasticIp?.allocationId),
    'association.association-id': (view) => records(view).map((record) => record.elasticIp?.associationId),
    'tag-key': tag('key'),
    'tag-value': tag('value'),
  };
}

export function interfaceFilters(scope: Scope): FilterTable<InstanceView> {
  return Object.fromEntries(Object.entries({ ...SHOWN, ...known(scope) }).map(([name, look]) => [`network-interface.${name}`, look]));
}
