/** How a packet comes to an address of a VPC: past the network ACL and the security groups to who has it (`vpc-semantics.md` §0, 8 and 9). */
import { formatAddress } from '../net/address.js';
import { EPHEMERAL_PORTS } from '../net/port.js';
import { interfaceEndpointAccepts } from '../vpc/endpoint.js';
import { natGatewayRefusesInbound } from '../vpc/nat-gateway.js';
import { type InterfaceNode, isUp, subnetAt, type SubnetNode, type VpcNode } from '../vpc/network.js';
import { passAcl } from './network-acl.js';
import { type Packet, packetAfter } from './packet.js';
import { passGroups } from './security-groups.js';
import type { UnreadParts } from './unread.js';
import type { Next, Passage } from './way.js';

export function enterAddress({ way, unread }: Passage, vpc: VpcNode, from: SubnetNode | undefined, packet: Packet): Next {
  const { destination } = packet.flow;
  const node = vpc.interfaces.get(destination);
  if (node !== undefined) return { at: 'entering', node, from, packet };
  const id = subnetAt(vpc, destination)?.subnet.subnetId ?? vpc.vpc.vpcId;
  const missing = unread.of('networkInterfaces');
  if (missing === undefined) way.block('subnet', id, { rule: 'R8', by: id, why: `nothing has the address ${formatAddress(destination)}` }, packet, 'nobody-there', 'NO_PATH');
  else way.unknown('subnet', id, { rule: 'R8', by: id, why: missing }, packet, missing, 'UNKNOWN_RESOURCE');
  return undefined;
}

export function enterInterface(passage: Passage, node: InterfaceNode, from: SubnetNode | undefined, packet: Packet): Next {
  // Inside a subnet no border is crossed (A3).
  if (node.subnet !== from) passAcl(passage, node.subnet, 'ingress', packet);
  if (node.natGateway !== undefined) return backThroughNatGateway(passage, node, packet);
  passGroups(passage, node, 'ingress', packet);
  return node.endpoint === undefined ? atInterface(passage, node, packet) : atEndpoint(passage, node, packet);
}

/** Answers to what the gateway has taken on lead inside again; anything else it refuses (N7). */
function backThroughNatGateway({ way, mapping }: Passage, node: InterfaceNode, packet: Packet): Next {
  const id = node.natGateway?.natGatewayId ?? node.id;
  const knows = way.leg === 'reply' && mapping?.nat === node && (packet.flow.icmp !== undefined || mapping.port === packet.flow.destinationPort);
  if (!knows || mapping === undefined) {
    way.block('nat-gateway', id, natGatewayRefusesInbound(node), packet, 'dropped-by-gateway', 'NO_PATH');
    return undefined;
  }
  const after = packetAfter(packet, { ...packet.flow, destination: mapping.source, destinationPort: mapping.sourcePort }, packet.ports === undefined ? undefined : EPHEMERAL_PORTS);
  way.pass('nat-gateway', id, { rule: 'N5', by: id, why: `the destination becomes ${formatAddress(mapping.source)} again` }, packet, undefined, after);
  return { at: 'subnet', subnet: node.subnet, packet: after };
}

function atInterface({ way, lifted, unread }: Passage, node: InterfaceNode, packet: Packet): Next {
  const { instanceId } = node.interface;
  const component = instanceId === undefined ? 'network-interface' : 'instance';
  const id = instanceId ?? node.id;
  const arrival = { at: 'end', arrival: { kind: 'interface', node, packet } } as const;
  if (lifted?.has(node.id) === true) return arrival;
  if (instanceId === undefined) {
    const missing = whoseIs(node, unread);
    if (missing === undefined) way.block(component, id, { rule: 'I3', by: node.id, why: 'is attached to nothing that answers' }, packet, 'nobody-there', 'UNASSOCIATED_COMPONENT');
    else way.unknown('unsupported', id, { rule: 'I3', by: node.id, why: missing }, packet, missing, 'UNSUPPORTED_COMPONENT');
    return undefined;
  }
  if (isUp(node)) way.pass(component, id, { rule: 'E1', by: node.id, why: way.leg === 'forward' ? `has the address ${packet.header.destination}` : 'gets the answer' }, packet);
  else if (way.leg === 'forward') way.block(component, id, { rule: 'E1', by: node.id, why: 'its instance is not running' }, packet, 'nobody-there', 'BAD_STATE');
  return arrival;
}

/** Why it is not known who answers at an interface without an instance; undefined when nobody does. */
function whoseIs({ id, interface: { interfaceType, up } }: InterfaceNode, unread: UnreadParts): string | undefined {
  if (interfaceType === 'vpc_endpoint') return unread.of('vpcEndpoints');
  return interfaceType === 'interface' && !up ? undefined : `what ${id} belongs to is not modelled`;
}

function atEndpoint({ way }: Passage, node: InterfaceNode, packet: Packet): Next {
  const { endpoint } = node;
  let accepts = interfaceEndpointAccepts(node, packet.flow);
  const id = endpoint?.vpcEndpointId ?? node.id;
  if (accepts.decision === 'deny' && accepts.rule === 'P2' && endpoint !== undefined) {
    way.block('vpc-endpoint', id, accepts, packet, 'dropped-by-gateway', 'BAD_STATE');
    accepts = interfaceEndpointAccepts({ ...node, endpoint: { ...endpoint, state: 'available' } }, packet.flow);
  } else if (accepts.decision === 'allow') way.pass('vpc-endpoint', id, accepts, packet);
  if (accepts.decision === 'allow') return { at: 'end', arrival: { kind: 'interface', node, packet } };
  way.block('vpc-endpoint', id, accepts, packet, 'dropped-by-gateway');
  return undefined;
}
