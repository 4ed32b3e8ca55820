/** AssignPrivateIpAddresses and UnassignPrivateIpAddresses: private addresses beside the primary one. */
import { boolOpt, has, intOpt, list, listOf1, str } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import type { Transaction } from '../../../state/store.js';
import { disassociate } from '../address/association.js';
import { ADDRESS, INSTANCE, NETWORK_INTERFACE as TABLE, SUBNET, type NetworkInterfaceRecord } from '../model.js';
import { find, NETWORK_INTERFACE } from '../noun.js';
import { changing, DONE, refuse } from '../operation.js';
import { INSTANCE_TYPES } from '../instance/types.js';
import { addressesOf } from './addresses.js';
import { freePrivateAddress, requestedPrivateAddress } from './private-address.js';

/** Refuses more addresses than the type of the instance that has the interface takes. */
export function checkAddressLimit(tx: Transaction, record: NetworkInterfaceRecord): void {
  const instance = record.attachment?.instanceId === undefined ? undefined : tx.get(INSTANCE, record.attachment.instanceId);
  const limit = INSTANCE_TYPES.find((type) => type.name === instance?.instanceType)?.addressesPerInterface ?? Infinity;
  if (addressesOf(record).length > limit) throw new AwsError('PrivateIpAddressLimitExceeded', `Number of private addresses will exceed limit.`);
}

/** Takes a secondary address off; its Elastic IP is free again. */
function unassign(tx: Transaction, networkInterfaceId: string, privateIpAddress: string): void {
  const worn = tx.get(TABLE, networkInterfaceId)?.secondaryAddresses?.find((one) => one.privateIpAddress === privateIpAddress)?.elasticIp;
  const address = worn === undefined ? undefined : tx.get(ADDRESS, worn.allocationId);
  if (address !== undefined) disassociate(tx, address);
  const record = tx.get(TABLE, networkInterfaceId);
  if (record !== undefined) tx.put(TABLE, networkInterfaceId, { ...record, secondaryAddresses: record.secondaryAddresses?.filter((one) => one.privateIpAddress !== privateIpAddress) });
}

/** Frees an address that is another interface's secondary one, when the request allows that. */
function takeOver(tx: Transaction, record: NetworkInterfaceRecord, privateIpAddress: string): void {
  const holder = tx.list(TABLE).find((other) => other.subnetId === record.subnetId && other.networkInterfaceId !== record.networkInterfaceId
    && other.secondaryAddresses?.some((one) => one.privateIpAddress === privateIpAddress));
  if (holder !== undefined) unassign(tx, holder.networkInterfaceId, privateIpAddress);
}

/** Gives the interface the addresses named and `count` more. Returns them. */
export function assignAddresses(tx: Transaction, networkInterfaceId: string, named: readonly string[], count: number, reassign: boolean): string[] {
  const assigned: string[] = [];
  const add = (privateIpAddress: string): void => {
    const record = find(tx, NETWORK_INTERFACE, networkInterfaceId);
    tx.put(TABLE, networkInterfaceId, { ...record, secondaryAddresses: [...(record.secondaryAddresses ?? []), { privateIpAddress }] });
    assigned.push(privateIpAddress);
  };
  const first = find(tx, NETWORK_INTERFACE, networkInterfaceId);
  const subnet = tx.get(SUBNET, first.subnetId);
  if (subnet === undefined) throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${first.subnetId}' does not exist`);
  for (const address of named) {
    if (reassign) takeOver(tx, first, address);
    // Its own again is no change.
    if (addressesOf(find(tx, NETWORK_INTERFACE, networkInterfaceId)).some((one) => one.privateIpAddress === address && !one.primary)) continue;
    add(requestedPrivateAddress(tx, subnet, address));
  }
  for (let index = 0; index < count; index++) add(freePrivateAddress(tx, subnet, false));
  checkAddressLimit(tx, find(tx, NETWORK_INTERFACE, networkInterfaceId));
  return assigned;
}

/** An interface of the customer's; those of AWS services are not theirs to change. */
export function ownInterface(tx: Transaction, networkInterfaceId: string): NetworkInterfaceRecord {
  const record = find(tx, NETWORK_INTERFACE, networkInterfaceId);
  if (record.interfaceType !== 'interface') throw new AwsError('OperationNotPermitted', `You do not have permission to modify the network interface '${networkInterfaceId}', which is managed by a service.`);
  return record;
}

export const assignPrivateIpAddresses = changing((input, tx) => {
  refuse(input, ['Ipv4Prefix', 'Ipv4PrefixCount']);
  const { networkInterfaceId } = ownInterface(tx, str(input, 'NetworkInterfaceId'));
  const named = list(input, 'PrivateIpAddress');
  const count = intOpt(input, 'SecondaryPrivateIpAddressCount', { min: 1 }) ?? 0;
  if (named.length > 0 && has(input, 'SecondaryPrivateIpAddressCount')) {
    throw new AwsError('InvalidParameterCombination', 'The parameters privateIpAddresses and secondaryPrivateIpAddressCount cannot both be specified');
  }
  if (named.length + count === 0) throw new AwsError('MissingParameter', 'The request must contain the parameter privateIpAddresses or secondaryPrivateIpAddressCount');
  const assigned = assignAddresses(tx, networkInterfaceId, named, count, boolOpt(input, 'AllowReassignment') ?? false);
  return { return: true, networkInterfaceId, assignedPrivateIpAddressesSet: assigned.map((privateIpAddress) => ({ privateIpAddress })), assignedIpv4PrefixSet: [] };
});

export const unassignPrivateIpAddresses = changing((input, tx) => {
  refuse(input, ['Ipv4Prefix']);
  const record = ownInterface(tx, str(input, 'NetworkInterfaceId'));
  const addresses = listOf1(input, 'PrivateIpAddress');
  const unknown = addresses.filter((address) => !addressesOf(record).some((one) => one.privateIpAddress === address && !one.primary));
  if (unknown.length > 0) {
    throw new AwsError('InvalidParameterValue', `Some of the specified addresses are not assigned to interface ${record.networkInterfaceId} as secondary addresses: [${unknown.join(', ')}]`);
  }
  for (const address of addresses) unassign(tx, record.networkInterfaceId, address);
  return DONE;
});
