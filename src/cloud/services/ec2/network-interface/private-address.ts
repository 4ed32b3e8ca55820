/** Which address of a subnet a new interface gets (V2). */
import { addressOf, formatAddress, parseAddress } from '../../../../lib/net/address.js';
import { prefixContains, prefixLast, prefixOf, prefixSize } from '../../../../lib/net/cidr.js';
import { AwsError } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { NETWORK_INTERFACE, SUBNET_CIDR_RESERVATION, type SubnetRecord } from '../model.js';
import { addressesOf } from './addresses.js';

/** Base, router, resolver, reserved at the bottom; broadcast at the top. */
const RESERVED_LOW = 4;
const RESERVED = 5;
/** Instances begin here, so that the first ones of a /24 read .16, .17, … */
const FIRST_INSTANCE = 16;

function used(state: Reader, subnetId: string): Set<number> {
  const here = state.list(NETWORK_INTERFACE).filter((eni) => eni.subnetId === subnetId);
  return new Set(here.flatMap(addressesOf).map((one) => addressOf(one.privateIpAddress)));
}

/** `AvailableIpAddressCount`: 251 for a fresh /24. */
export function availableAddresses(state: Reader, subnet: SubnetRecord): number {
  return prefixSize(prefixOf(subnet.cidrBlock).length) - RESERVED - used(state, subnet.subnetId).size;
}

/** Candidates in the order in which they are tried: instances from .16 up, interfaces of services from the top down. */
function* candidates(subnet: SubnetRecord, forService: boolean): Generator<number> {
  const prefix = prefixOf(subnet.cidrBlock);
  const low = prefix.base + RESERVED_LOW;
  const high = prefixLast(prefix) - 1;
  if (forService) {
    for (let address = high; address >= low; address--) yield address;
    return;
  }
  const begin = Math.min(prefix.base + FIRST_INSTANCE, high + 1);
  for (let address = begin; address <= high; address++) yield address;
  for (let address = low; address < begin; address++) yield address;
}

/** The first free address. Throws InsufficientFreeAddressesInSubnet. */
export function freePrivateAddress(state: Reader, subnet: SubnetRecord, forService: boolean): string {
  const taken = used(state, subnet.subnetId);
  const reserved = state.list(SUBNET_CIDR_RESERVATION).filter((one) => one.subnetId === subnet.subnetId).map((one) => prefixOf(one.cidr));
  for (const address of candidates(subnet, forService)) {
    if (!taken.has(address) && !reserved.some((prefix) => prefixContains(prefix, address))) return formatAddress(address);
  }
  throw new AwsError('InsufficientFreeAddressesInSubnet', `There are not enough free addresses in subnet '${subnet.subnetId}' to satisfy the requested number of instances.`);
}

/** The address as asked for, when the subnet has it free. Throws InvalidParameterValue or InvalidIPAddress.InUse. */
export function requestedPrivateAddress(state: Reader, subnet: SubnetRecord, text: string): string {
  const address = parseAddress(text);
  const prefix = prefixOf(subnet.cidrBlock);
  if (address === undefined) throw new AwsError('InvalidParameterValue', `Value (${text}) for parameter address is invalid. Invalid IPv4 address.`);
  if (!prefixContains(prefix, address)) throw new AwsError('InvalidParameterValue', `Address ${text} does not fall within the subnet's address range`);
  if (address < prefix.base + RESERVED_LOW || address >= prefixLast(prefix)) throw new AwsError('InvalidParameterValue', `Address ${text} is in subnet's reserved address range`);
  if (used(state, subnet.subnetId).has(address)) throw new AwsError('InvalidIPAddress.InUse', `Address ${text} is in use.`);
  return formatAddress(address);
}
