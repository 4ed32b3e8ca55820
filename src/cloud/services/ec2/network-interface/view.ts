/** A network interface as DescribeNetworkInterfaces shows it, and the part of it that instances repeat. */
import { privateHostName } from '../../../../lib/vpc/resolver.js';
import { zoneIdOf } from '../region/zones.js';
import type { NetworkInterfaceRecord } from '../model.js';
import type { Scope } from '../operation.js';
import { addressesOf, type InterfaceAddress } from './addresses.js';
import { groupSetOf, publicDnsNameOf } from './interface.js';

/** `association`, where there is a public address. An automatic one belongs to amazon. */
function associationOf(record: NetworkInterfaceRecord, { publicIp, elasticIp }: InterfaceAddress, scope: Scope): {
  publicIp: string; publicDnsName: string | undefined; ipOwnerId: string; allocationId: string | undefined; associationId: string | undefined;
} | undefined {
  if (publicIp === undefined) return undefined;
  return {
    publicIp,
    publicDnsName: publicDnsNameOf(scope.state, record.vpcId, publicIp, scope.region) ?? '',
    ipOwnerId: elasticIp === undefined ? 'amazon' : scope.accountId,
    allocationId: elasticIp?.allocationId,
    associationId: elasticIp?.associationId,
  };
}

/** The resource's private name; interfaces of AWS services have none. */
function privateDnsName(record: NetworkInterfaceRecord, privateIpAddress: string, scope: Scope): string | undefined {
  return record.interfaceType === 'interface' ? privateHostName(scope.region, privateIpAddress) : undefined;
}

function addressViews(record: NetworkInterfaceRecord, scope: Scope) {
  return addressesOf(record).map((address) => ({
    privateIpAddress: address.privateIpAddress,
    privateDnsName: privateDnsName(record, address.privateIpAddress, scope),
    primary: address.primary,
    association: associationOf(record, address, scope),
  }));
}

/** AWS services own the attachments of their interfaces. */
function ownersOf(record: NetworkInterfaceRecord, scope: Scope): { requesterId: string | undefined; instanceOwnerId: string } {
  if (record.interfaceType === 'interface') return { requesterId: undefined, instanceOwnerId: scope.accountId };
  return { requesterId: record.interfaceType === 'nat_gateway' ? 'amazon-aws' : `${scope.accountId}:vpce`, instanceOwnerId: 'amazon-aws' };
}

export function networkInterfaceView(record: NetworkInterfaceRecord, scope: Scope) {
  const owners = ownersOf(record, scope);
  const addresses = addressViews(record, scope);
  const attachment = record.attachment;
  return {
    networkInterfaceId: record.networkInterfaceId,
    subnetId: record.subnetId,
    vpcId: record.vpcId,
    availabilityZone: record.availabilityZone,
    availabilityZoneId: zoneIdOf(scope.region, record.availabilityZone),
    description: record.description,
    ownerId: scope.accountId,
    requesterId: owners.requesterId,
    requesterManaged: record.requesterManaged,
    status: attachment === undefined ? 'available' : 'in-use',
    macAddress: record.macAddress,
    privateIpAddress: record.privateIpAddress,
    privateDnsName: privateDnsName(record, record.privateIpAddress, scope),
    sourceDestCheck: record.sourceDestCheck,
    interfaceType: record.interfaceType,
    groupSet: groupSetOf(scope.state, record.groupIds),
    attachment: attachment === undefined ? undefined : {
      attachmentId: attachment.attachmentId,
      instanceId: attachment.instanceId,
      instanceOwnerId: owners.instanceOwnerId,
      deviceIndex: attachment.deviceIndex,
      networkCardIndex: 0,
      status: 'attached',
      attachTime: new Date(attachment.attachTime),
      deleteOnTermination: attachment.deleteOnTermination,
    },
    association: addresses[0]?.association,
    connectionTrackingConfiguration: record.connectionTracking,
    privateIpAddressesSet: addresses,
    ipv6AddressesSet: [],
    tagSet: record.tags,
  };
}

export type NetworkInterfaceView = ReturnType<typeof networkInterfaceView>;

/** As instances show it: some members fewer. */
export function instanceInterfaceView(record: NetworkInterfaceRecord, scope: Scope) {
  const view = networkInterfaceView(record, scope);
  const short = (one: typeof view.association) => one && { publicIp: one.publicIp, publicDnsName: one.publicDnsName, ipOwnerId: one.ipOwnerId };
  return {
    networkInterfaceId: view.networkInterfaceId,
    subnetId: view.subnetId,
    vpcId: view.vpcId,
    description: view.description,
    ownerId: view.ownerId,
    status: view.status,
    macAddress: view.macAddress,
    privateIpAddress: view.privateIpAddress,
    privateDnsName: view.privateDnsName,
    sourceDestCheck: view.sourceDestCheck,
    groupSet: view.groupSet,
    attachment: view.attachment && {
      attachmentId: view.attachment.attachmentId,
      deviceIndex: view.attachment.deviceIndex,
      networkCardIndex: view.attachment.networkCardIndex,
      status: view.attachment.status,
      attachTime: view.attachment.attachTime,
      deleteOnTermination: view.attachment.deleteOnTermination,
    },
    association: short(view.association),
    privateIpAddressesSet: view.privateIpAddressesSet.map((one) => ({ ...one, association: short(one.association) })),
    ipv6AddressesSet: [],
    interfaceType: view.interfaceType,
  };
}
