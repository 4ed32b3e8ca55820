/** What the internet gateway translates and what it drops (I1–I8). */
import { formatAddress } from '../net/address.js';
import { isPrivateUse } from '../net/cidr.js';
import type { Flow } from '../net/flow.js';
import type { InterfaceNode, Network, VpcNode } from './network.js';
import type { Reason, Verdict } from './verdict.js';
import { deny } from './verdict.js';

/** Largest packet that the gateway carries, bytes with the IP header (I6). */
export const INTERNET_MTU = 1500;

export type Translation =
  | Reason & { readonly decision: 'translate'; readonly flow: Flow; readonly interface: InterfaceNode }
  | Verdict & { readonly decision: 'deny' };

function refuse(rule: Reason['rule'], by: string, why: string): Translation {
  return { ...deny(rule, by, why), decision: 'deny' };
}

/** A bare interface is not enough: the address counts while it is attached to something that runs (I2, I3). */
export function isAttached(node: InterfaceNode): boolean {
  if (node.natGateway !== undefined) return true;
  return node.interface.instanceId !== undefined && node.interface.up;
}

/** Outwards: the private source becomes its public address, or the packet is gone. `gatewayId` is the route's target. */
export function leaveByInternetGateway(vpc: VpcNode, gatewayId: string, flow: Flow): Translation {
  if (vpc.internetGateway?.internetGatewayId !== gatewayId) {
    return refuse('I1', gatewayId, `not attached to ${vpc.vpc.vpcId}`);
  }
  if (isPrivateUse(flow.destination)) {
    return refuse('I4', gatewayId, `${formatAddress(flow.destination)} is a private address`);
  }
  const node = vpc.interfaces.get(flow.source);
  if (node === undefined) return refuse('I5', gatewayId, `${formatAddress(flow.source)} is no address of ${vpc.vpc.vpcId}`);
  if (node.publicAddress === undefined || !isAttached(node)) {
    return refuse('I2', gatewayId, `${formatAddress(flow.source)} has no public address`);
  }
  return {
    decision: 'translate', rule: 'I1', by: gatewayId,
    why: `${formatAddress(flow.source)} becomes ${formatAddress(node.publicAddress)}`,
    flow: { ...flow, source: node.publicAddress }, interface: node,
  };
}

/** Inwards: the public destination becomes the private address that it is paired with. */
export function enterByInternetGateway(network: Network, flow: Flow): Translation {
  const node = network.publicAddresses.get(flow.destination);
  const destination = formatAddress(flow.destination);
  if (node === undefined) return refuse('I3', destination, 'no interface has this public address');
  const gateway = node.vpc.internetGateway;
  if (gateway === undefined) return refuse('I1', node.vpc.vpc.vpcId, 'has no internet gateway attached');
  const id = gateway.internetGatewayId;
  if (isPrivateUse(flow.source)) return refuse('I4', id, `${formatAddress(flow.source)} is a private address`);
  if (!isAttached(node)) return refuse('I3', id, `${destination} is not paired with a running instance`);
  return {
    decision: 'translate', rule: 'I1', by: id, why: `${destination} becomes ${formatAddress(node.address)}`,
    flow: { ...flow, destination: node.address }, interface: node,
  };
}
