/** Network interfaces as the other nouns make, change and see them. */
import { createHash } from 'node:crypto';
import { AwsError } from '../../../endpoint/operation.js';
import type { Reader, Transaction } from '../../../state/store.js';
import { ADDRESS, NETWORK_INTERFACE, SECURITY_GROUP, VPC, type NetworkInterfaceRecord, type SecurityGroupRecord, type SubnetRecord } from '../model.js';
import { findAll, newId, SECURITY_GROUP as GROUP_NOUN } from '../noun.js';
import { freePrivateAddress, requestedPrivateAddress } from './private-address.js';

export interface NewInterface extends Pick<NetworkInterfaceRecord, 'description' | 'interfaceType' | 'groupIds' | 'tags'> {
  readonly subnet: SubnetRecord;
  readonly sourceDestCheck: boolean;
  readonly privateIpAddress?: string | undefined;
  readonly assignsPublicIp?: boolean | undefined;
  readonly autoPublicIp?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly deleteOnTermination?: boolean | undefined;
  readonly now: number;
}

/** A locally administered address in the manner of EC2's (`06:…`), from the interface's id. */
function macOf(networkInterfaceId: string): string {
  const digest = createHash('sha256').update(networkInterfaceId).digest('hex');
  return `06:${digest.slice(0, 10).match(/../g)?.join(':') ?? ''}`;
}

/** Makes an attached interface. Throws for an address that is not to be had. */
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
    attachment: {
      attachmentId: forService ? newId('ela-attach') : newId('eni-attach'),
      instanceId: wanted.instanceId,
      deviceIndex: forService ? 1 : 0,
      attachTime: wanted.now,
      deleteOnTermination: wanted.deleteOnTermination ?? false,
    },
    tags: wanted.tags,
  };
  tx.put(NETWORK_INTERFACE, networkInterfaceId, record);
  return record;
}

/** Removes an interface; an Elastic IP on it is free again, but stays allocated. */
export function removeInterface(tx: Transaction, networkInterfaceId: string): void {
  const record = tx.get(NETWORK_INTERFACE, networkInterfaceId);
  if (record === undefined) return;
  const address = record.elasticIp === undefined ? undefined : tx.get(ADDRESS, record.elasticIp.allocationId);
  if (address !== undefined) tx.put(ADDRESS, address.allocationId, { ...address, associationId: undefined, networkInterfaceId: undefined });
  tx.delete(NETWORK_INTERFACE, networkInterfaceId);
}

export function publicIpOf(record: NetworkInterfaceRecord | undefined): string | undefined {
  return record?.elasticIp?.publicIp ?? record?.autoPublicIp;
}

/** `us-east-1` has names of its own (L4, L5). */
export function privateDomain(region: string): string {
  return region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;
}

export function hostNameOf(privateIp: string): string {
  return `ip-${privateIp.replaceAll('.', '-')}`;
}

export function privateDnsNameOf(privateIp: string, region: string): string {
  return `${hostNameOf(privateIp)}.${privateDomain(region)}`;
}

/** The public name, which there is only when the VPC has both DNS attributes (L4). */
export function publicDnsNameOf(state: Reader, vpcId: string, publicIp: string | undefined, region: string): string | undefined {
  const vpc = state.get(VPC, vpcId);
  if (publicIp === undefined || vpc?.enableDnsHostnames !== true || !vpc.enableDnsSupport) return undefined;
  return `ec2-${publicIp.replaceAll('.', '-')}.${region === 'us-east-1' ? 'compute-1' : `${region}.compute`}.amazonaws.com`;
}

/** The default group of a VPC, which it always has (V6). */
export function defaultGroupOf(state: Reader, vpcId: string): SecurityGroupRecord {
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

