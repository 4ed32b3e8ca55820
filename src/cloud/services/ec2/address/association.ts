/** AssociateAddress and DisassociateAddress: an Elastic IP and the private address that it is mapped to. */
import { boolOpt, strOpt } from '../../../endpoint/input.js';
import { AwsError, type Input, type OperationContext } from '../../../endpoint/operation.js';
import type { Reader, Transaction } from '../../../state/store.js';
import { hasInternetGateway } from '../internet-gateway/attachment.js';
import { ADDRESS as TABLE, NETWORK_INTERFACE as ENI, type AddressRecord, type NetworkInterfaceRecord } from '../model.js';
import { addressesOf, wearing } from '../network-interface/addresses.js';
import { returnPublicAddress } from '../network-interface/public-address.js';
import { ADDRESS, find, INSTANCE, NETWORK_INTERFACE, newId } from '../noun.js';
import { changing, DONE } from '../operation.js';

/** The address that the request names by allocation or by its number. */
export function addressOf(state: Reader, input: Input): AddressRecord {
  const allocationId = strOpt(input, 'AllocationId');
  const publicIp = strOpt(input, 'PublicIp');
  if (allocationId !== undefined && publicIp !== undefined) throw new AwsError('InvalidParameterCombination', 'You may specify public IP or allocation id, but not both in the same call');
  if (allocationId !== undefined) return find(state, ADDRESS, allocationId);
  if (publicIp === undefined) throw new AwsError('MissingParameter', 'Either publicIp or allocationId must be specified');
  const record = state.list(TABLE).find((candidate) => candidate.publicIp === publicIp);
  if (record === undefined) throw new AwsError('InvalidAddress.NotFound', `Address '${publicIp}' not found.`);
  return record;
}

/** Maps the address to a private address of the interface (the primary one unless told), whose automatic one is released for good (V11). Returns the association's id. */
export function associate(tx: Transaction, context: OperationContext, address: AddressRecord, eni: NetworkInterfaceRecord, privateIpAddress = eni.privateIpAddress): string {
  const associationId = newId('eipassoc');
  const { allocationId, publicIp } = address;
  const worn = wearing(eni, privateIpAddress, { allocationId, associationId, publicIp });
  if (worn.autoPublicIp !== eni.autoPublicIp) returnPublicAddress(context, eni.autoPublicIp);
  tx.put(ENI, eni.networkInterfaceId, worn);
  tx.put(TABLE, allocationId, { ...address, associationId, networkInterfaceId: eni.networkInterfaceId, privateIpAddress });
  return associationId;
}

/** Takes the address off whatever wears it. */
export function disassociate(tx: Transaction, address: AddressRecord): void {
  const eni = address.networkInterfaceId === undefined ? undefined : tx.get(ENI, address.networkInterfaceId);
  if (eni !== undefined) tx.put(ENI, eni.networkInterfaceId, wearing(eni, address.privateIpAddress ?? eni.privateIpAddress, undefined));
  tx.put(TABLE, address.allocationId, { ...address, associationId: undefined, networkInterfaceId: undefined, privateIpAddress: undefined });
}

function interfaceFor(state: Reader, input: Input): NetworkInterfaceRecord {
  const eniId = strOpt(input, 'NetworkInterfaceId');
  const instanceId = strOpt(input, 'InstanceId');
  if (eniId !== undefined && instanceId !== undefined) throw new AwsError('InvalidParameterCombination', 'You may specify either instanceId or networkInterfaceId, but not both.');
  if (eniId !== undefined) return find(state, NETWORK_INTERFACE, eniId);
  if (instanceId === undefined) throw new AwsError('MissingParameter', 'Either instanceId or networkInterfaceId must be specified');
  const instance = find(state, INSTANCE, instanceId);
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw new AwsError('InvalidInstanceID', `The pending instance '${instanceId}' is not in a valid state for this operation.`);
  }
  if (state.list(ENI).filter((eni) => eni.attachment?.instanceId === instanceId).length > 1) {
    throw new AwsError('InvalidInstanceID', `There are multiple interfaces attached to instance '${instanceId}'. Please specify an interface ID for the operation instead.`);
  }
  return find(state, NETWORK_INTERFACE, instance.networkInterfaceId);
}

export const associateAddress = changing((input, tx, context) => {
  const address = addressOf(tx, input);
  const eni = interfaceFor(tx, input);
  if (eni.interfaceType !== 'interface') throw new AwsError('OperationNotPermitted', `You are not allowed to manage 'ela-attach' attachments.`);
  const privateIp = strOpt(input, 'PrivateIpAddress') ?? eni.privateIpAddress;
  const target = addressesOf(eni).find((one) => one.privateIpAddress === privateIp);
  if (target === undefined) {
    throw new AwsError('InvalidParameterValue', `Invalid value '${privateIp}' for PrivateIpAddress. Address is not assigned to interface ${eni.networkInterfaceId}.`);
  }
  if (!hasInternetGateway(tx, eni.vpcId)) throw new AwsError('Gateway.NotAttached', `Network ${eni.vpcId} is not attached to any internet gateway`);
  const again = boolOpt(input, 'AllowReassociation');
  if (address.associationId !== undefined && address.networkInterfaceId === eni.networkInterfaceId && (address.privateIpAddress ?? eni.privateIpAddress) === privateIp) {
    return { return: true, associationId: address.associationId };
  }
  if (address.associationId !== undefined && again === false) throw alreadyAssociated(address);
  if (target.elasticIp !== undefined && again === false) {
    throw new AwsError('Resource.AlreadyAssociated', `resource ${eni.networkInterfaceId} is already associated with associate-id ${target.elasticIp.associationId}`);
  }
  if (address.associationId !== undefined) {
    refuseManaged(tx, address);
    disassociate(tx, address);
  }
  const worn = target.elasticIp === undefined ? undefined : tx.get(TABLE, target.elasticIp.allocationId);
  if (worn !== undefined) disassociate(tx, worn);
  return { return: true, associationId: associate(tx, context, find(tx, ADDRESS, address.allocationId), find(tx, NETWORK_INTERFACE, eni.networkInterfaceId), privateIp) };
});

function alreadyAssociated(address: AddressRecord): AwsError {
  return new AwsError('Resource.AlreadyAssociated', `resource ${address.allocationId} is already associated with associate-id ${address.associationId ?? ''}`);
}

/** A NAT gateway keeps its address as long as it lives. */
function refuseManaged(state: Reader, address: AddressRecord): void {
  const eni = address.networkInterfaceId === undefined ? undefined : state.get(ENI, address.networkInterfaceId);
  if (eni?.requesterManaged === true) throw new AwsError('AuthFailure', 'You do not have permission to access the specified resource.');
}

export const disassociateAddress = changing((input, tx) => {
  const associationId = strOpt(input, 'AssociationId');
  const address = associationId === undefined ? addressOf(tx, input) : tx.list(TABLE).find((candidate) => candidate.associationId === associationId);
  if (address === undefined) throw new AwsError('InvalidAssociationID.NotFound', `The association ID '${associationId ?? ''}' does not exist`);
  refuseManaged(tx, address);
  disassociate(tx, address);
  return DONE;
});
