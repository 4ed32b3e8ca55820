/** How a packet leaves: from its interface past the security groups, from its subnet by the route that wins (`vpc-semantics.md` §0, 1 to 7). */
import { formatAddress } from '../net/address.js';
import { prefixContains } from '../net/cidr.js';
import { gatewayEndpointAccepts } from '../vpc/endpoint.js';
import { linkLocalService } from '../vpc/link-local.js';
import type { Route } from '../vpc/model.js';
import { inVpc, type InterfaceNode, isUp, type Network, type SubnetNode } from '../vpc/network.js';
import { resolverAnswers } from '../vpc/resolver.js';
import { selectRoute } from '../vpc/route.js';
import { passAcl } from './network-acl.js';
import type { Packet } from './packet.js';
import { passGroups } from './security-groups.js';
import { unknownLists } from './unread.js';
import { unmodelled } from './unmodelled.js';
import { lift, type Next, type Passage, resourceOf } from './way.js';

/** The instance or whatever else stands at the interface. */
export function standsAt(node: InterfaceNode): string {
  return node.interface.instanceId ?? node.id;
}

export function leaveInterface(passage: Passage, node: InterfaceNode, packet: Packet): Next {
  const { way } = passage;
  if (way.leg === 'forward') sends(passage, node, packet);
  const service = linkLocalService(node.vpc, packet.flow);
  if (service === undefined) {
    passGroups(passage, node, 'egress', packet);
    return { at: 'subnet', subnet: node.subnet, packet };
  }
  if (service.decision === 'silent') {
    const resolver = service.rule === 'L1';
    way.block(resolver ? 'resolver' : 'subnet', node.subnet.subnet.subnetId, service, packet, resolver || service.rule === 'R12' ? 'nobody-there' : 'no-route', 'NO_PATH');
    return undefined;
  }
  if (service.decision !== 'resolver') {
    way.pass('network-interface', node.id, service, packet);
    return { at: 'end', arrival: { kind: 'service', packet } };
  }
  const answers = resolverAnswers(node.vpc);
  const missing = passage.unread.of('dnsAttributes');
  if (missing !== undefined) way.unknown('resolver', node.vpc.vpc.vpcId, { ...service, why: missing }, packet, missing, 'UNKNOWN_RESOURCE');
  else if (answers.decision === 'deny') way.block('resolver', node.vpc.vpc.vpcId, answers, packet, 'nobody-there', 'BAD_STATE');
  else way.pass('resolver', node.vpc.vpc.vpcId, service, packet);
  return { at: 'end', arrival: { kind: 'service', packet } };
}

/** Who asks has to run (E1). */
function sends(passage: Passage, node: InterfaceNode, packet: Packet): void {
  const { way } = passage;
  const { instanceId } = node.interface;
  const component = instanceId === undefined ? 'network-interface' : 'instance';
  const at = standsAt(node);
  if (isUp(node)) return way.pass(component, at, { rule: 'E1', by: node.id, why: `sends from ${packet.header.source}` }, packet);
  lift(passage, node.id);
  if (instanceId === undefined) way.block(component, at, { rule: 'E1', by: node.id, why: 'is attached to nothing' }, packet, 'nobody-there', 'UNASSOCIATED_COMPONENT');
  else way.block(component, at, { rule: 'E1', by: node.id, why: 'its instance is not running' }, packet, 'nobody-there', 'BAD_STATE');
}

export function leaveSubnet(passage: Passage, subnet: SubnetNode, packet: Packet): Next {
  const { way, network, unread } = passage;
  const { flow } = packet;
  const { subnetId } = subnet.subnet;
  if (prefixContains(subnet.prefix, flow.destination)) {
    way.pass('subnet', subnetId, { rule: 'R12', by: subnetId, why: 'inside a subnet neither route table nor network ACL is asked' }, packet);
    return { at: 'address', vpc: subnet.vpc, from: subnet, packet };
  }
  const choice = selectRoute(subnet, flow.destination);
  const route = choice.decision === 'route' ? choice.route : undefined;
  const nat = route?.targetKind === 'nat-gateway' ? network.natGateways.get(route.targetId) : undefined;
  // To a NAT gateway in the same subnet no border is crossed (A3).
  if (nat?.subnet !== subnet) passAcl(passage, subnet, 'egress', packet);
  const id = resourceOf(choice.by);
  const missing = unreadRoutes(passage, subnet, flow.destination);
  if (missing !== undefined) {
    way.unknown('route-table', id, { rule: 'R2', by: choice.by, why: missing }, packet, missing, 'UNKNOWN_RESOURCE');
    return undefined;
  }
  if (choice.decision === 'drop') {
    way.block('route-table', id, choice, packet, 'no-route', choice.route === undefined ? 'NO_ROUTE_TO_DESTINATION' : 'BAD_STATE_ROUTE');
    return undefined;
  }
  const { targetId, targetKind } = choice.route;
  way.pass('route-table', id, { rule: choice.rule, by: `${choice.by} → ${targetId}`, why: choice.why }, packet);
  switch (targetKind) {
    case 'local':
      return { at: 'address', vpc: subnet.vpc, from: subnet, packet };
    case 'internet-gateway':
      return { at: 'internet-gateway', subnet, gatewayId: targetId, packet };
    case 'nat-gateway': {
      if (nat !== undefined) return { at: 'nat-gateway', subnet, nat, packet };
      const gone = unread.of('natGateways');
      if (gone === undefined) way.block('nat-gateway', targetId, { rule: 'N2', by: targetId, why: 'there is no such NAT gateway' }, packet, 'dropped-by-gateway', 'BAD_STATE');
      else way.unknown('nat-gateway', targetId, { rule: 'N2', by: targetId, why: gone }, packet, gone, 'UNKNOWN_RESOURCE');
      return undefined;
    }
    case 'vpc-endpoint':
      return toGatewayEndpoint(passage, subnet, targetId, packet);
    case 'network-interface':
      return toForeignInterface(passage, choice.route, packet);
    case 'unsupported':
  }
  way.unknown('unsupported', targetId, { rule: 'R2', by: choice.by, why: unmodelled(targetId) }, packet, unmodelled(targetId), 'UNSUPPORTED_COMPONENT');
  return undefined;
}

/** Why the route that wins is not known: no table was read, or a prefix list that might win. Inside the VPC only the local route counts (R1, R2). */
function unreadRoutes({ network, unread }: Passage, subnet: SubnetNode, destination: number): string | undefined {
  if (subnet.routeTable === undefined) return unread.of('routeTables');
  const list = unknownLists(network, subnet.routeTable)[0];
  if (list === undefined || inVpc(subnet.vpc, destination)) return undefined;
  return unread.of('prefixLists') ?? `${list} is not in the snapshot`;
}

function toGatewayEndpoint(passage: Passage, subnet: SubnetNode, endpointId: string, packet: Packet): Next {
  const { way, network, unread } = passage;
  const endpoint = network.endpoints.get(endpointId);
  const missing = endpoint === undefined ? unread.of('vpcEndpoints') : endpoint.endpointType === 'Gateway' ? undefined : unmodelled(endpointId);
  if (missing !== undefined) {
    way.unknown(endpoint === undefined ? 'vpc-endpoint' : 'unsupported', endpointId, { rule: 'P14', by: endpointId, why: missing }, packet, missing, endpoint === undefined ? 'UNKNOWN_RESOURCE' : 'UNSUPPORTED_COMPONENT');
    return undefined;
  }
  const first = gatewayEndpointAccepts(network, subnet.vpc, endpointId, packet.flow);
  if (first.rule === 'P2') way.block('vpc-endpoint', endpointId, first, packet, 'dropped-by-gateway', 'BAD_STATE');
  const verdict = first.rule === 'P2' ? gatewayEndpointAccepts(asAvailable(network, endpointId), subnet.vpc, endpointId, packet.flow) : first;
  if (verdict.decision === 'deny') {
    way.block('vpc-endpoint', endpointId, verdict, packet, 'dropped-by-gateway', endpoint === undefined ? 'BAD_STATE' : 'VPCE_GATEWAY_PROTOCOL_RESTRICTION');
    return undefined;
  }
  if (first === verdict) way.pass('vpc-endpoint', endpointId, verdict, packet);
  return { at: 'end', arrival: { kind: 'gateway-endpoint', vpc: subnet.vpc, packet } };
}

/** The network in which the endpoint's state is no obstacle: to see what else is. */
function asAvailable(network: Network, endpointId: string): Network {
  return { ...network, endpoints: new Map([...network.endpoints].map(([id, each]) => [id, id === endpointId ? { ...each, state: 'available' } : each])) };
}

/** A route to an interface: with the check on it takes only what is addressed to it (E3); with the check off its instance is a middlebox. */
function toForeignInterface({ way, network, unread }: Passage, route: Route, packet: Packet): Next {
  const { targetId } = route;
  const node = network.interfaces.get(targetId);
  const missing = node === undefined ? unread.of('networkInterfaces') : undefined;
  if (missing !== undefined) way.unknown('network-interface', targetId, { rule: 'R6', by: targetId, why: missing }, packet, missing, 'UNKNOWN_RESOURCE');
  else if (node === undefined) way.block('network-interface', targetId, { rule: 'R6', by: targetId, why: 'there is no such interface' }, packet, 'no-route', 'BAD_STATE_ROUTE');
  else if (node.interface.sourceDestCheck) way.block('network-interface', targetId, { rule: 'E3', by: targetId, why: `takes only packets addressed to it, and this one is for ${formatAddress(packet.flow.destination)}` }, packet, 'dropped-by-gateway', 'ENI_SOURCE_DEST_CHECK_RESTRICTION');
  else {
    const what = `what ${standsAt(node)} does with packets that are not for it is not modelled`;
    way.unknown('unsupported', targetId, { rule: 'E3', by: targetId, why: what }, packet, what, 'UNSUPPORTED_COMPONENT');
  }
  return undefined;
}
