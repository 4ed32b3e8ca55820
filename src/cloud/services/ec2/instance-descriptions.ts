/** What lives above the fabric needs to know of each instance: the region process to boot it, its metadata service to tell it. */
import type { Reader } from '../../state/store.js';
import { INSTANCE, NETWORK_INTERFACE, SECURITY_GROUP, SUBNET, VPC, type InstanceRecord, type InstanceStateName, type MetadataOptions, type Tag } from './model.js';
import { domainNameOf, nameServerAddressesOf } from './dhcp-options/in-force.js';
import { hostNameOf, publicDnsNameOf, publicIpOf } from './network-interface/interface.js';
import { byInstance, type ByInstance } from './instance/by-instance.js';
import { zoneIdOf } from './region/zones.js';

export interface InstanceDescription {
  readonly instanceId: string;
  readonly state: InstanceStateName;
  /** Grows with every start and reboot. */
  readonly bootCount: number;
  readonly reservationId: string;
  readonly launchIndex: number;
  /** Milliseconds since the epoch. */
  readonly launchTime: number;
  /** Account. */
  readonly ownerId: string;
  readonly region: string;
  readonly availabilityZone: string;
  readonly availabilityZoneId: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly architecture: 'arm64' | 'x86_64';
  readonly vpcId: string;
  readonly vpcCidr: string;
  readonly subnetId: string;
  readonly subnetCidr: string;
  readonly networkInterfaceId: string;
  readonly macAddress: string;
  readonly privateIpAddress: string;
  /** Automatic address or Elastic IP. */
  readonly publicIpAddress?: string | undefined;
  /** Only where the VPC has both DNS attributes (L4). */
  readonly publicDnsName?: string | undefined;
  /** `ip-10-0-1-16` */
  readonly hostName: string;
  /** `ap-northeast-1.compute.internal` */
  readonly domainName: string;
  /** Addresses of the name servers, as DHCP tells them (L14). */
  readonly nameServers: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly securityGroupNames: readonly string[];
  readonly keyName?: string | undefined;
  /** OpenSSH line. */
  readonly publicKey?: string | undefined;
  readonly instanceProfile?: { readonly arn: string; readonly id: string; readonly associatedAt: number } | undefined;
  readonly metadataOptions: MetadataOptions;
  /** Base64. */
  readonly userData?: string | undefined;
  readonly rootDeviceName: string;
  readonly blockDevices: readonly { readonly deviceName: string; readonly volumeId: string }[];
  readonly tags: readonly Tag[];
}

/** A zone's name is the region's and a letter. */
function regionOf(instance: InstanceRecord): string {
  return instance.availabilityZone.slice(0, -1);
}

function describeInstance(state: Reader, instance: InstanceRecord, of: ByInstance): InstanceDescription {
  const region = regionOf(instance);
  const eni = state.get(NETWORK_INTERFACE, instance.networkInterfaceId);
  const publicIpAddress = publicIpOf(eni);
  const profile = of.profile(instance.instanceId);
  const groupIds = eni?.groupIds ?? [];
  const vpc = state.get(VPC, instance.vpcId);
  return {
    instanceId: instance.instanceId,
    state: instance.state,
    bootCount: instance.bootCount,
    reservationId: instance.reservationId,
    launchIndex: instance.launchIndex,
    launchTime: instance.launchTime,
    ownerId: instance.ownerId,
    region,
    availabilityZone: instance.availabilityZone,
    availabilityZoneId: zoneIdOf(region, instance.availabilityZone) ?? '',
    imageId: instance.imageId,
    instanceType: instance.instanceType,
    architecture: instance.architecture,
    vpcId: instance.vpcId,
    vpcCidr: vpc?.cidrBlock ?? '',
    subnetId: instance.subnetId,
    subnetCidr: state.get(SUBNET, instance.subnetId)?.cidrBlock ?? '',
    networkInterfaceId: instance.networkInterfaceId,
    macAddress: eni?.macAddress ?? '',
    privateIpAddress: instance.privateIpAddress,
    publicIpAddress,
    publicDnsName: publicDnsNameOf(state, instance.vpcId, publicIpAddress, region),
    hostName: hostNameOf(instance.privateIpAddress),
    domainName: (vpc === undefined ? undefined : domainNameOf(state, vpc)) ?? '',
    nameServers: vpc === undefined ? [] : nameServerAddressesOf(state, vpc),
    securityGroupIds: groupIds,
    securityGroupNames: groupIds.flatMap((groupId) => state.get(SECURITY_GROUP, groupId)?.groupName ?? []),
    keyName: instance.keyName,
    publicKey: instance.publicKey,
    instanceProfile: profile === undefined ? undefined : { arn: profile.arn, id: profile.profileId, associatedAt: profile.timestamp },
    metadataOptions: instance.metadataOptions,
    userData: instance.userData,
    rootDeviceName: instance.rootDeviceName,
    blockDevices: of.volumes(instance.instanceId).map(({ volumeId, attachment }) => ({ deviceName: attachment?.device ?? '', volumeId })),
    tags: instance.tags,
  };
}

/** Every instance that the region knows, terminated ones included until they are forgotten. */
export function instancesOf(state: Reader): InstanceDescription[] {
  const of = byInstance(state);
  return state.list(INSTANCE).map((instance) => describeInstance(state, instance, of));
}

/** One instance; undefined when there is none of that id. */
export function instanceOf(state: Reader, instanceId: string): InstanceDescription | undefined {
  const instance = state.get(INSTANCE, instanceId);
  return instance === undefined ? undefined : describeInstance(state, instance, byInstance(state));
}
