/** Which way a subnet or an interface has to the internet or to Systems Manager, derived from the configuration alone. */
import { addressOf } from '../net/address.js';
import { PROTOCOL } from '../net/flow.js';
import { endpointNamed } from './endpoint.js';
import { isAttached } from './internet-gateway.js';
import type { NetworkModel } from './model.js';
import { natGatewayAccepts, natGatewayReaches } from './nat-gateway.js';
import type { InterfaceNode, Network, SubnetNode } from './network.js';
import { indexModel } from './network.js';
import { selectRoute } from './route.js';
import type { Reason } from './verdict.js';

export type PathKind = 'internet-gateway' | 'nat-gateway' | 'vpc-endpoint' | 'none';

export interface NetworkPath extends Reason {
  readonly path: PathKind;
}

/** A public address that stands for the internet when a default route is looked for; a split default (two /1) counts too. */
const INTERNET_PROBE = addressOf('8.8.8.8');

/** The services whose endpoints together let an agent work without any internet (`aws-facts.md` §1). */
const AGENT_SERVICES = ['ssm', 'ssmmessages'];

/**
 * The path of a subnet, or of an interface with its own public address (I2). A default route to an internet gateway comes
 * first, then to a NAT gateway that has itself a way out, then interface endpoints with private DNS for ssm and ssmmessages
 * (also without a default route, or where the default route leads nowhere), else none with what is in the way.
 * Gives undefined when there is no such subnet or interface.
 */
export function pathOf(model: NetworkModel | Network, at: { readonly subnetId: string } | { readonly networkInterfaceId: string }): NetworkPath | undefined {
  const network = 'interfaces' in model ? model : indexModel(model);
  if ('networkInterfaceId' in at) {
    const node = network.interfaces.get(at.networkInterfaceId);
    return node === undefined ? undefined : derive(network, node.subnet, node);
  }
  const subnet = network.subnets.get(at.subnetId);
  return subnet === undefined ? undefined : derive(network, subnet, undefined);
}

function derive(network: Network, subnet: SubnetNode, node: InterfaceNode | undefined): NetworkPath {
  const internet = toInternet(network, subnet, node);
  if (internet.path !== 'none') return internet;
  return toEndpoints(network, subnet) ?? internet;
}

function toInternet(network: Network, subnet: SubnetNode, node: InterfaceNode | undefined): NetworkPath {
  const none = ({ rule, by, why }: Reason): NetworkPath => ({ path: 'none', rule, by, why });
  const choice = selectRoute(subnet, INTERNET_PROBE);
  if (choice.decision === 'drop') return none(choice);
  const { targetKind, targetId } = choice.route;
  switch (targetKind) {
    case 'internet-gateway': {
      const { vpcId } = subnet.subnet;
      if (subnet.vpc.internetGateway?.internetGatewayId !== targetId) return none({ rule: 'I1', by: targetId, why: `not attached to ${vpcId}` });
      if (node !== undefined && node.publicAddress === undefined) return none({ rule: 'I2', by: targetId, why: `${node.id} has no public address` });
      if (node !== undefined && node.interface.instanceId === undefined && !isAttached(node)) {
        return none({ rule: 'I2', by: targetId, why: `${node.id} is not attached` });
      }
      return { path: 'internet-gateway', rule: 'R11', by: choice.by, why: `default route to ${targetId}` };
    }
    case 'nat-gateway': {
      const nat = network.natGateways.get(targetId);
      if (nat === undefined) return none({ rule: 'N2', by: targetId, why: 'there is no such NAT gateway' });
      const probe = { protocol: PROTOCOL.tcp, source: node?.address ?? subnet.prefix.base, destination: INTERNET_PROBE, sourcePort: 0, destinationPort: 443 };
      const accepts = natGatewayAccepts(nat, subnet.vpc, probe);
      if (accepts.decision === 'deny') return none(accepts);
      const reaches = natGatewayReaches(nat, INTERNET_PROBE);
      if (reaches.decision === 'deny') return none(reaches);
      return { path: 'nat-gateway', rule: 'N5', by: choice.by, why: `default route to ${targetId}, which ${reaches.why}` };
    }
    default:
      return none({ rule: 'R8', by: choice.by, why: `the default route leads to ${targetId}, which is no way to the internet that is known here` });
  }
}

function toEndpoints(network: Network, subnet: SubnetNode): NetworkPath | undefined {
  const found = AGENT_SERVICES.map((service) => endpointNamed(subnet.vpc, `${service}.${network.region}.amazonaws.com`));
  if (found.some((each) => each === undefined)) return undefined;
  const ids = found.map((each) => each?.endpoint.vpcEndpointId).join(', ');
  return { path: 'vpc-endpoint', rule: 'P5', by: ids, why: `interface endpoints with private DNS for ${AGENT_SERVICES.join(' and ')}` };
}
