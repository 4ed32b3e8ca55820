/** DescribeInstances: pages count instances, replies group them by reservation. */
import { boolOpt } from '../../../endpoint/input.js';
import { absentFilters } from '../absent/absent-filters.js';
import { describedPage, type FilterTable } from '../describe.js';
import { INSTANCE } from '../noun.js';
import { reading, type Scope } from '../operation.js';
import type { InstanceRecord } from '../model.js';
import { byInstance, type ByInstance } from './by-instance.js';
import { interfaceFilters } from './interface-filters.js';
import { instanceView, reservationViews } from './view.js';

/** Filters may also ask for what the reservation says. */
function found(record: InstanceRecord, scope: Scope, of: ByInstance) {
  return { ...instanceView(record, scope, of), reservationId: record.reservationId, ownerId: record.ownerId };
}

type Found = ReturnType<typeof found>;

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
  'usage-operation-update-time': (view) => view.usageOperationUpdateTime.toISOString(),
  'vpc-id': (view) => view.vpcId,
  'operator.managed': () => false,
  ...absentFilters([
    'affinity', 'capacity-reservation-id', 'capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id',
    'capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn', 'host-id', 'ipv6-address', 'kernel-id', 'metadata-options.http-protocol-ipv4',
    'network-performance-options.bandwidth-weighting', 'operator.principal', 'outpost-arn', 'placement-partition-number', 'product-code', 'product-code.type', 'ramdisk-id', 'requester-id',
    'spot-instance-request-id', 'tpm-support',
  ]),
};

export const describeInstances = reading((input, scope) => {
  // Nothing here is managed by a service of AWS for the account.
  boolOpt(input, 'IncludeManagedResources');
  const of = byInstance(scope.state);
  const cut = describedPage(input, scope, {
    noun: INSTANCE, ids: 'InstanceId', set: 'reservationSet', view: (record, same) => found(record, same, of), filters: { ...FILTERS, ...interfaceFilters(scope) }, idsExcludeMaxResults: true,
  });
  const shown = new Map(cut.items.map(({ reservationId: _reservation, ownerId: _owner, ...view }) => [view.instanceId, view]));
  return { reservationSet: reservationViews([...shown.keys()], shown, scope), nextToken: cut.nextToken };
});
