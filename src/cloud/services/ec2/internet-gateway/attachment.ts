/** AttachInternetGateway and DetachInternetGateway: one gateway a VPC, and none goes while public addresses are mapped (I9). */
import { str } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { INTERNET_GATEWAY as TABLE, NETWORK_INTERFACE } from '../model.js';
import { addressesOf } from '../network-interface/addresses.js';
import { find, INTERNET_GATEWAY, VPC } from '../noun.js';
import { changing, DONE } from '../operation.js';

/** Whether the VPC has a way to the internet at all. */
export function hasInternetGateway(state: Reader, vpcId: string): boolean {
  return state.list(TABLE).some((gateway) => gateway.vpcId === vpcId);
}

export const attachInternetGateway = changing((input, tx) => {
  const gateway = find(tx, INTERNET_GATEWAY, str(input, 'InternetGatewayId'));
  const { vpcId } = find(tx, VPC, str(input, 'VpcId'));
  if (gateway.vpcId !== undefined) {
    throw new AwsError('Resource.AlreadyAssociated', `resource ${gateway.internetGatewayId} is already attached to network ${gateway.vpcId}`);
  }
  if (hasInternetGateway(tx, vpcId)) throw new AwsError('InvalidParameterValue', `Network ${vpcId} already has an internet gateway attached`);
  tx.put(TABLE, gateway.internetGatewayId, { ...gateway, vpcId });
  return DONE;
});

export const detachInternetGateway = changing((input, tx) => {
  const gateway = find(tx, INTERNET_GATEWAY, str(input, 'InternetGatewayId'));
  const { vpcId } = find(tx, VPC, str(input, 'VpcId'));
  if (gateway.vpcId !== vpcId) throw new AwsError('Gateway.NotAttached', `resource ${gateway.internetGatewayId} is not attached to network ${vpcId}`);
  if (tx.list(NETWORK_INTERFACE).some((eni) => eni.vpcId === vpcId && addressesOf(eni).some((one) => one.publicIp !== undefined))) {
    throw new AwsError('DependencyViolation', `Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`);
  }
  tx.put(TABLE, gateway.internetGatewayId, { ...gateway, vpcId: undefined });
  return DONE;
});
