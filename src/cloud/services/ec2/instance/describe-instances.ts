/** DescribeInstances: pages count instances, replies group them by reservation. */
import { boolOpt } from '../../../endpoint/input.js';
import { describedPage, type FilterTable } from '../describe.js';
import { INSTANCE } from '../noun.js';
import { reading, type Scope } from '../operation.js';
import type { InstanceRecord } from '../model.js';
import { byInstance, type ByInstance } from './by-instance.js';
import { instanceView, reservationViews, type InstanceView } from './view.js';

/** Filters may also ask for what the reservation says. */
function found(record: InstanceRecord, scope: Scope, of: ByInstance) {
  return { ...instanceView(record, scope, of), reservationId: record.reservationId, ownerId: record.ownerId };
}

type Found = ReturnType<typeof found>;
type InterfaceView = InstanceView['networkInterfaceSet'][number];

const eni = (look: (view: InterfaceView) => string | number | boolean | undefined) => (view: Found) => view.networkInterfaceSet.map(look);

const FILTERS: FilterTable<Found> = {
  'architecture': (view) => view.architecture,
  'availability-zone': (view) => view.placement.availabilityZone,
  'availability-zone-id': (view) => view.placement.availabilityZoneId,
  'block-device-mapping.attach-time': (view) => view.blockDeviceMapping.map((mapping) => mapping.ebs.attachTime.toISOString()),
  'block-device-mapping.delete-on-termination': (view) => view.blockDeviceMapping.map((mapping) => mapping.ebs.deleteOnTermination),
  'block-device-mapping.device-name': (view) => view.blockDeviceMapping.map((mapping) => mapping.deviceName),
  'block-device-mapping.status': (view) => view.blockDeviceMapping.map((mapping) => mapping.ebs.status),
  'block-device-mapping.volume-id': (view) => view.blockDeviceMapping.map((mapping) => mapping.ebs.volumeId),
  'boot-mode': (view) => view.bootMode,
  'capacity-reservation-specification.capacity-reservation-preference': (view) => view.capacityReservationSpecification.capacityReservationPreference,
  'client-token': (view) => view.clientToken,
  'current-instance-boot-mode': (view) => view.currentInstanceBootMode,
  'dns-name': (view) => view.dnsName,
  'ebs-optimized': (view) => view.ebsOptimized,
  'ena-support': (view) => view.enaSupport,
  'enclave-options.enabled': (view) => view.enclaveOptions.enabled,
  'hibernation-options.configured': (view) => view.hibernationOptions.configured,
  'hypervisor': (view) => view.hypervisor,
  'iam-instance-profile.arn': (view) => view.iamInstanceProfile?.arn,
  'iam-instance-profile.id': (view) => view.iamInstanceProfile?.id,
  'image-id': (view) => view.imageId,
  'instance-id': (view) => view.instanceId,
  'instance-lifecycle': () => undefined,
  'instance-state-code': (view) => view.instanceState.code,
  'instance-state-name': (view) => view.instanceState.name,
  'instance-type': (view) => view.instanceType,
  'instance.group-id': (view) => view.groupSet.map((group) => group.groupId),
  'instance.group-name': (view) => view.groupSet.map((group) => group.groupName),
  'ip-address': (view) => view.ipAddress,
  'key-name': (view) => view.keyName,
  'launch-index': (view) => view.amiLaunchIndex,
  'launch-time': (view) => view.launchTime.toISOString(),
  'maintenance-options.auto-recovery': (view) => view.maintenanceOptions.autoRecovery,
  'metadata-options.http-endpoint': (view) => view.metadataOptions.httpEndpoint,
  'metadata-options.http-protocol-ipv6': (view) => view.metadataOptions.httpProtocolIpv6,
  'metadata-options.http-put-response-hop-limit': (view) => view.metadataOptions.httpPutResponseHopLimit,
  'metadata-options.http-tokens': (view) => view.metadataOptions.httpTokens,
  'metadata-options.instance-metadata-tags': (view) => view.metadataOptions.instanceMetadataTags,
  'metadata-options.state': (view) => view.metadataOptions.state,
  'monitoring-state': (view) => view.monitoring.state,
  'network-interface.addresses.association.ip-owner-id': eni((view) => view.association?.ipOwnerId),
  'network-interface.addresses.association.public-ip': eni((view) => view.association?.publicIp),
  'network-interface.addresses.primary': eni(() => true),
  'network-interface.addresses.private-ip-address': eni((view) => view.privateIpAddress),
  'network-interface.association.ip-owner-id': eni((view) => view.association?.ipOwnerId),
  'network-interface.association.public-dns-name': eni((view) => view.association?.publicDnsName),
  'network-interface.association.public-ip': eni((view) => view.association?.publicIp),
  'network-interface.attachment.attach-time': eni((view) => view.attachment?.attachTime.toISOString()),
  'network-interface.attachment.attachment-id': eni((view) => view.attachment?.attachmentId),
  'network-interface.attachment.delete-on-termination': eni((view) => view.attachment?.deleteOnTermination),
  'network-interface.attachment.device-index': eni((view) => view.attachment?.deviceIndex),
  'network-interface.attachment.instance-id': (view) => view.instanceId,
  'network-interface.attachment.instance-owner-id': (view) => view.ownerId,
  'network-interface.attachment.status': eni((view) => view.attachment?.status),
  'network-interface.availability-zone': (view) => view.placement.availabilityZone,
  'network-interface.description': eni((view) => view.description),
  'network-interface.group-id': (view) => view.networkInterfaceSet.flatMap((one) => one.groupSet.map((group) => group.groupId)),
  'network-interface.group-name': (view) => view.networkInterfaceSet.flatMap((one) => one.groupSet.map((group) => group.groupName)),
  'network-interface.mac-address': eni((view) => view.macAddress),
  'network-interface.network-interface-id': eni((view) => view.networkInterfaceId),
  'network-interface.owner-id': eni((view) => view.ownerId),
  'network-interface.private-dns-name': eni((view) => view.privateDnsName),
  'network-interface.private-ip-address': eni((view) => view.privateIpAddress),
  'network-interface.source-dest-check': eni((view) => view.sourceDestCheck),
  'network-interface.status': eni((view) => view.status),
  'network-interface.subnet-id': eni((view) => view.subnetId),
  'network-interface.vpc-id': eni((view) => view.vpcId),
  'owner-id': (view) => view.ownerId,
  'placement-group-name': (view) => view.placement.groupName,
  'platform': () => undefined,
  'platform-details': (view) => view.platformDetails,
  'private-dns-name': (view) => view.privateDnsName,
  'private-dns-name-options.enable-resource-name-dns-a-record': (view) => view.privateDnsNameOptions.enableResourceNameDnsARecord,
  'private-dns-name-options.enable-resource-name-dns-aaaa-record': (view) => view.privateDnsNameOptions.enableResourceNameDnsAAAARecord,
  'private-dns-name-options.hostname-type': (view) => view.privateDnsNameOptions.hostnameType,
  'private-ip-address': (view) => view.privateIpAddress,
  'reason': (view) => view.reason,
  'reservation-id': (view) => view.reservationId,
  'root-device-name': (view) => view.rootDeviceName,
  'root-device-type': (view) => view.rootDeviceType,
  'source-dest-check': (view) => view.sourceDestCheck,
  'state-reason-code': (view) => view.stateReason?.code,
  'state-reason-message': (view) => view.stateReason?.message,
  'subnet-id': (view) => view.subnetId,
  'tenancy': (view) => view.placement.tenancy,
  'usage-operation': (view) => view.usageOperation,
  'virtualization-type': (view) => view.virtualizationType,
  'vpc-id': (view) => view.vpcId,
};

export const describeInstances = reading((input, scope) => {
  // Nothing here is managed by a service of AWS for the account.
  boolOpt(input, 'IncludeManagedResources');
  const of = byInstance(scope.state);
  const cut = describedPage(input, scope, {
    noun: INSTANCE, ids: 'InstanceId', set: 'reservationSet', view: (record, same) => found(record, same, of), filters: FILTERS, idsExcludeMaxResults: true,
  });
  const shown = new Map(cut.items.map(({ reservationId: _reservation, ownerId: _owner, ...view }) => [view.instanceId, view]));
  return { reservationSet: reservationViews([...shown.keys()], shown, scope), nextToken: cut.nextToken };
});
