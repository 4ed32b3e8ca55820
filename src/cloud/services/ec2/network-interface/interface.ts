/** Network interfaces as the other nouns make, change and see them. */
import { publicHostName } from '../../../../lib/vpc/resolver.js';
import { createHash } from 'node:crypto';
import { AwsError } from '../../../endpoint/operation.js';
import type { Reader, Transaction } from '../../../state/store.js';
import { ADDRESS, NETWORK_INTERFACE, SECURITY_GROUP, VPC, type NetworkInterfaceRecord, type SecurityGroupRecord, type SubnetRecord } from '../model.js';
import { findAll, newId, SECURITY_GROUP as GROUP_NOUN } from '../noun.js';
import { addressesOf } from './addresses.js';
import { freePrivateAddress, requestedPrivateAddress } from './private-address.js';

export interface NewInterface extends Pick<NetworkInterfaceRecord, 'description' | 'interfaceType' | 'groupIds' | 'tags'> {
  readonly subnet: SubnetRecord;
  readonly sourceDestCheck: boolean;
  readonly privateIpAddress?: string | undefined;
  readonly assignsPublicIp?: boolean | undefined;
  readonly autoPublicIp?: string | undefined;
  /** Absent for an interface that is attached to nothing, which a customer's may be. */
  readonly attachment?: { readonly instanceId?: string | undefined; readonly deviceIndex?: number | undefined; readonly deleteOnTermination?: boolean | undefined } | undefined;
  readonly now: number;
}

/** A locally administered address in the manner of EC2's (`06:…`), from the interface's id. */
function macOf(networkInterfaceId: string): string {
  const digest = createHash('sha256').update(networkInterfaceId).digest('hex');
  return `06:${digest.slice(0, 10).match(/../g)?.join(':') ?? ''}`;
}

/** Makes an interface. Throws for an address that is not to be had. */
export function createInterface(tx: Transaction, wanted: NewInterface): NetworkInterfaceRecord {
  const networkInterfaceId = newId('eni');
  const { subnet } = wanted;
  const forService = wanted.interfaceType !== 'interface';
  const record: NetworkInterfaceRecord = {
    networkInterfaceId,
    vpcId: subnet.vpcId,
    subnetId: subnet.subnetId,
    availabilityZone: subnet.availabilityZone,
    description: wanted.description,
    interfaceType: wanted.interfaceType,
    requesterManaged: forService,
    macAddress: macOf(networkInterfaceId),
    privateIpAddress: wanted.privateIpAddress === undefined ? freePrivateAddress(tx, subnet, forService) : requestedPrivateAddress(tx, subnet, wanted.privateIpAddress),
    groupIds: wanted.groupIds,
    sourceDestCheck: wanted.sourceDestCheck,
    assignsPublicIp: wanted.assignsPublicIp ?? false,
    autoPublicIp: wanted.autoPublicIp,
    attachment: !forService && wanted.attachment === undefined ? undefined : {
      attachmentId: forService ? newId('ela-attach') : newId('eni-attach'),
      instanceId: wanted.attachment?.instanceId,
      deviceIndex: wanted.attachment?.deviceIndex ?? (forService ? 1 : 0),
      attachTime: wanted.now,
      deleteOnTermination: wanted.attachment?.deleteOnTermination ?? false,
    },
    tags: wanted.tags,
  };
  tx.put(NETWORK_INTERFACE, networkInterfaceId, record);
  return record;
}

/** Removes an interface; Elastic IPs on it are free again, but stay allocated. */
export function removeInterface(tx: Transaction, networkInterfaceId: string): void {
  const record = tx.get(NETWORK_INTERFACE, networkInterfaceId);
  if (record === undefined) return;
  for (const { elasticIp } of addressesOf(record)) {
    const address = elasticIp === undefined ? undefined : tx.get(ADDRESS, elasticIp.allocationId);
    if (address !== undefined) tx.put(ADDRESS, address.allocationId, { ...address, associationId: undefined, networkInterfaceId: undefined, privateIpAddress: undefined });
  }
  tx.delete(NETWORK_INTERFACE, networkInterfaceId);
}

/** The interfaces of an instance in the order of their devices. */
export function interfacesOf(state: Reader, instanceId: string): NetworkInterfaceRecord[] {
  return state.list(NETWORK_INTERFACE).filter((eni) => eni.attachment?.instanceId === instanceId)
    .toSorted((a, b) => (a.attachment?.deviceIndex ?? 0) - (b.attachment?.deviceIndex ?? 0));
}

/** At the end of an instance its interfaces go, or stay for another one. */
export function releaseInterfaces(tx: Transaction, instanceId: string): void {
  for (const eni of interfacesOf(tx, instanceId)) {
    if (eni.attachment?.deleteOnTermination === true) removeInterface(tx, eni.networkInterfaceId);
    else tx.put(NETWORK_INTERFACE, eni.networkInterfaceId, { ...eni, attachment: undefined });
  }
}

export function publicIpOf(record: NetworkInterfaceRecord | undefined): string | undefined {
  return record?.elasticIp?.publicIp ?? record?.autoPublicIp;
}

export function hostNameOf(privateIp: string): string {
  return `ip-${privateIp.replaceAll('.', '-')}`;
}

/** The public name, which there is only when the VPC has both DNS attributes (L4). */
export function publicDnsNameOf(state: Reader, vpcId: string, publicIp: string | undefined, region: string): string | undefined {
  const vpc = state.get(VPC, vpcId);
  if (publicIp === undefined || vpc?.enableDnsHostnames !== true || !vpc.enableDnsSupport) return undefined;
  return publicHostName(region, publicIp);
}

/** The default group of a VPC, which it always has (V6). */
function defaultGroupOf(state: Reader, vpcId: string): SecurityGroupRecord {
  const group = state.list(SECURITY_GROUP).find((candidate) => candidate.vpcId === vpcId && candidate.groupName === 'default');
  if (group === undefined) throw new AwsError('InternalError', `The vpc '${vpcId}' has no default security group`, { status: 500 });
  return group;
}

/** Ids of the groups, all of this VPC; the default group when none is named. Throws InvalidGroup.NotFound, InvalidParameter. */
export function groupsFor(state: Reader, vpcId: string, groupIds: readonly string[]): string[] {
  if (groupIds.length === 0) return [defaultGroupOf(state, vpcId).groupId];
  for (const group of findAll(state, GROUP_NOUN, groupIds)) {
    if (group.vpcId !== vpcId) throw new AwsError('InvalidGroup.NotFound', `The security group '${group.groupId}' does not exist in VPC '${vpcId}'`);
  }
  if (groupIds.length > 5) throw new AwsError('SecurityGroupsPerInterfaceLimitExceeded', 'You have exceeded the maximum number of security groups allowed per network interface.');
  return [...new Set(groupIds)];
}

/** `groupSet` of many views. */
export function groupSetOf(state: Reader, groupIds: readonly string[]): { groupId: string; groupName: string }[] {
  return groupIds.map((groupId) => ({ groupId, groupName: state.get(SECURITY_GROUP, groupId)?.groupName ?? '' }));
}

