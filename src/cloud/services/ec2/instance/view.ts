/** An instance as the API shows it. */
import { privateHostName } from '../../../../lib/vpc/resolver.js';
import { INSTANCE, type InstanceRecord, type InstanceStateName, type VolumeRecord } from '../model.js';
import { groupSetOf, publicDnsNameOf, publicIpOf } from '../network-interface/interface.js';
import { instanceInterfaceView } from '../network-interface/view.js';
import type { Scope } from '../operation.js';
import { zoneIdOf } from '../region/zones.js';
import type { ByInstance } from './by-instance.js';
import { instanceTypeNamed } from './types.js';

const CODES: Readonly<Record<InstanceStateName, number>> = { 'pending': 0, 'running': 16, 'shutting-down': 32, 'terminated': 48, 'stopping': 64, 'stopped': 80 };

export function stateView(name: InstanceStateName): { code: number; name: InstanceStateName } {
  return { code: CODES[name], name };
}

/** The network members, which a terminated instance has no more. */
function networkView(record: InstanceRecord, scope: Scope, of: ByInstance) {
  const interfaces = of.interfaces(record.instanceId);
  const eni = interfaces.find((one) => one.networkInterfaceId === record.networkInterfaceId);
  if (eni === undefined) return undefined;
  const publicIp = publicIpOf(eni);
  return {
    vpcId: record.vpcId,
    subnetId: record.subnetId,
    privateIpAddress: eni.privateIpAddress,
    ipAddress: publicIp,
    privateDnsName: privateHostName(scope.region, eni.privateIpAddress),
    dnsName: publicDnsNameOf(scope.state, record.vpcId, publicIp, scope.region) ?? '',
    sourceDestCheck: eni.sourceDestCheck,
    groupSet: groupSetOf(scope.state, eni.groupIds),
    networkInterfaceSet: interfaces.map((one) => instanceInterfaceView(one, scope)),
  };
}

const NO_NETWORK = { vpcId: undefined, subnetId: undefined, privateIpAddress: undefined, ipAddress: undefined, privateDnsName: '', dnsName: '', sourceDestCheck: undefined, groupSet: [], networkInterfaceSet: [] };

export function blockDevicesOf(volumes: readonly VolumeRecord[]) {
  return volumes.flatMap(({ volumeId, attachment }) => (attachment === undefined ? [] : [{
    deviceName: attachment.device,
    ebs: { volumeId, status: 'attached', attachTime: new Date(attachment.attachTime), deleteOnTermination: attachment.deleteOnTermination },
  }]));
}

function metadataOptionsView(record: InstanceRecord) {
  return { state: 'applied', ...record.metadataOptions };
}

/** `of` is shared by the views of one reply. */
export function instanceView(record: InstanceRecord, scope: Scope, of: ByInstance) {
  const profile = of.profile(record.instanceId);
  const type = instanceTypeNamed(record.instanceType);
  return {
    instanceId: record.instanceId,
    imageId: record.imageId,
    instanceState: stateView(record.state),
    reason: record.stateTransitionReason,
    stateReason: record.stateReason,
    keyName: record.keyName,
    amiLaunchIndex: record.launchIndex,
    productCodes: [],
    instanceType: record.instanceType,
    launchTime: new Date(record.launchTime),
    placement: { availabilityZone: record.availabilityZone, availabilityZoneId: zoneIdOf(scope.region, record.availabilityZone), groupName: '', tenancy: 'default' },
    monitoring: { state: record.monitoring ? 'enabled' : 'disabled' },
    ...(networkView(record, scope, of) ?? NO_NETWORK),
    architecture: record.architecture,
    rootDeviceType: 'ebs',
    rootDeviceName: record.rootDeviceName,
    blockDeviceMapping: blockDevicesOf(of.volumes(record.instanceId)),
    virtualizationType: 'hvm',
    hypervisor: 'xen',
    enaSupport: true,
    ebsOptimized: record.ebsOptimized,
    clientToken: record.clientToken ?? '',
    iamInstanceProfile: profile === undefined ? undefined : { arn: profile.arn, id: profile.profileId },
    cpuOptions: record.cpuOptions ?? (type === undefined ? undefined : { coreCount: type.cores, threadsPerCore: type.vcpus / type.cores }),
    capacityReservationSpecification: { capacityReservationPreference: record.capacityReservationPreference ?? 'open' },
    hibernationOptions: { configured: false },
    metadataOptions: metadataOptionsView(record),
    enclaveOptions: { enabled: false },
    bootMode: record.architecture === 'arm64' ? 'uefi' : 'uefi-preferred',
    currentInstanceBootMode: record.architecture === 'arm64' ? 'uefi' : 'legacy-bios',
    platformDetails: 'Linux/UNIX',
    usageOperation: 'RunInstances',
    usageOperationUpdateTime: new Date(record.launchTime),
    privateDnsNameOptions: { hostnameType: 'ip-name', enableResourceNameDnsARecord: false, enableResourceNameDnsAAAARecord: false },
    maintenanceOptions: { autoRecovery: record.autoRecovery ?? 'default' },
    tagSet: record.tags,
  };
}

export type InstanceView = ReturnType<typeof instanceView>;

/** What launched together, in the order of the instances given. */
export function reservationViews(instanceIds: readonly string[], views: ReadonlyMap<string, InstanceView>, scope: Scope) {
  const reservations = new Map<string, { reservationId: string; ownerId: string; groupSet: []; instancesSet: InstanceView[] }>();
  for (const instanceId of instanceIds) {
    const record = scope.state.get(INSTANCE, instanceId);
    const view = views.get(instanceId);
    if (record === undefined || view === undefined) continue;
    const reservation = reservations.get(record.reservationId) ?? { reservationId: record.reservationId, ownerId: record.ownerId, groupSet: [], instancesSet: [] };
    reservations.set(record.reservationId, reservation);
    reservation.instancesSet.push(view);
  }
  return [...reservations.values()];
}
