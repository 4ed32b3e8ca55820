/** AllocateAddress, DescribeAddresses, ReleaseAddress. */
import { list, oneOfOpt, strOpt } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import { described, type FilterTable } from '../describe.js';
import { ADDRESS as TABLE, NETWORK_INTERFACE, type AddressRecord } from '../model.js';
import { returnPublicAddress, takePublicAddress } from '../network-interface/public-address.js';
import { ADDRESS, newId } from '../noun.js';
import { changing, DONE, reading, refuse, type Scope } from '../operation.js';
import { roomForAddress } from '../quota.js';
import { tagsFor } from '../tags.js';
import { addressOf } from './association.js';

function view(record: AddressRecord, scope: Scope) {
  const eni = record.networkInterfaceId === undefined ? undefined : scope.state.get(NETWORK_INTERFACE, record.networkInterfaceId);
  return {
    publicIp: record.publicIp,
    allocationId: record.allocationId,
    associationId: record.associationId,
    domain: 'vpc',
    instanceId: eni?.attachment?.instanceId,
    networkInterfaceId: record.networkInterfaceId,
    networkInterfaceOwnerId: eni === undefined ? undefined : scope.accountId,
    privateIpAddress: record.privateIpAddress ?? eni?.privateIpAddress,
    publicIpv4Pool: 'amazon',
    networkBorderGroup: scope.region,
    tagSet: record.tags,
  };
}

/** The only location that addresses are advertised from is the region itself. */
function checkBorderGroup(input: Input, region: string): void {
  const group = strOpt(input, 'NetworkBorderGroup');
  if (group !== undefined && group !== '' && group !== region) throw new AwsError('InvalidParameterValue', `Value (${group}) for parameter networkBorderGroup is invalid. The only network border group is ${region}.`);
}

export const allocateAddress = changing((input, tx, context) => {
  refuse(input, ['Address', 'PublicIpv4Pool', 'CustomerOwnedIpv4Pool', 'IpamPoolId']);
  oneOfOpt(input, 'Domain', ['vpc']);
  checkBorderGroup(input, context.region);
  roomForAddress(tx);
  const record: AddressRecord = { allocationId: newId('eipalloc'), publicIp: takePublicAddress(context), tags: tagsFor(input, 'elastic-ip') };
  tx.put(TABLE, record.allocationId, record);
  return { publicIp: record.publicIp, domain: 'vpc', allocationId: record.allocationId, publicIpv4Pool: 'amazon', networkBorderGroup: context.region };
});

const FILTERS: FilterTable<ReturnType<typeof view>> = {
  'allocation-id': (address) => address.allocationId,
  'association-id': (address) => address.associationId,
  'domain': (address) => address.domain,
  'instance-id': (address) => address.instanceId,
  'network-border-group': (address) => address.networkBorderGroup,
  'network-interface-id': (address) => address.networkInterfaceId,
  'network-interface-owner-id': (address) => address.networkInterfaceOwnerId,
  'private-ip-address': (address) => address.privateIpAddress,
  'public-ip': (address) => address.publicIp,
};

export const describeAddresses = reading((input, scope) => {
  const publicIps = list(input, 'PublicIp');
  const known = new Set(scope.state.list(TABLE).map((address) => address.publicIp));
  const unknown = publicIps.find((publicIp) => !known.has(publicIp));
  if (unknown !== undefined) throw new AwsError('InvalidAddress.NotFound', `Address '${unknown}' not found.`);
  const views = described(input, scope, { noun: ADDRESS, ids: 'AllocationId', set: 'addressesSet', view, filters: FILTERS });
  return { addressesSet: publicIps.length === 0 ? views : views.filter((address) => publicIps.includes(address.publicIp)) };
});

export const releaseAddress = changing((input, tx, context) => {
  const address = addressOf(tx, input);
  checkBorderGroup(input, context.region);
  if (address.associationId !== undefined) throw new AwsError('InvalidIPAddress.InUse', `Address ${address.publicIp} is in use.`);
  tx.delete(TABLE, address.allocationId);
  returnPublicAddress(context, address.publicIp);
  return DONE;
});
