/** The steps at internet gateways and NAT gateways, and between them (I1–I11, N2–N7). A block is told and lifted where there is a way on. */
import { isPrivateUse, prefixContains, prefixOf } from '../net/cidr.js';
import { NAT_PORTS } from '../net/port.js';
import { blockPublicAccessVerdict, type OpenedFrom } from '../vpc/block-public-access.js';
import { enterByInternetGateway, leaveByInternetGateway, type Translation } from '../vpc/internet-gateway.js';
import { natGatewayAccepts, natGatewayLeadsOn, translateByNatGateway } from '../vpc/nat-gateway.js';
import type { InterfaceNode, Network, SubnetNode, VpcNode } from '../vpc/network.js';
import { passAcl } from './network-acl.js';
import { type Packet, packetAfter } from './packet.js';
import type { ExplanationCode } from './trace.js';
import { edgeTable } from './unmodelled.js';
import { lift, type Next, type Passage } from './way.js';

const RFC_6598 = prefixOf('100.64.0.0/10');

export function leaveByGateway(passage: Passage, { vpc }: SubnetNode, gatewayId: string, packet: Packet): Next {
  const { way, unread } = passage;
  const sender = vpc.interfaces.get(packet.flow.source);
  // That it is not running was told where that mattered.
  const from = sender !== undefined && passage.lifted?.has(sender.id) === true ? withRunning(vpc, sender) : vpc;
  let out = leaveByInternetGateway(from, gatewayId, packet.flow);
  if (out.decision === 'deny' && out.rule === 'I1') {
    const missing = vpc.internetGateway === undefined ? unread.of('internetGateways') : undefined;
    if (missing === undefined) way.block('internet-gateway', gatewayId, out, packet, 'dropped-by-gateway', 'UNASSOCIATED_COMPONENT');
    else way.unknown('internet-gateway', gatewayId, { ...out, why: missing }, packet, missing, 'UNKNOWN_RESOURCE');
    lift(passage, vpc.vpc.vpcId);
    out = leaveByInternetGateway(withGateway(from, gatewayId), gatewayId, packet.flow);
  }
  if (out.decision === 'translate') {
    passBlockPublicAccess(passage, out.interface, packet, 'inside');
    const after = packetAfter(packet, out.flow, packet.ports);
    way.pass('internet-gateway', gatewayId, out, packet, undefined, after);
    return { at: 'internet', packet: after };
  }
  way.block('internet-gateway', gatewayId, out, packet, 'dropped-by-gateway', codeOnEgress(out, packet));
  // As if it had a public address; which one is not known, and an instance that it goes to might want to know.
  if (out.rule !== 'I2' || sender === undefined || way.leg === 'reply' || passage.network.publicAddresses.has(packet.flow.destination)) return undefined;
  passage.unpaired = sender;
  passBlockPublicAccess(passage, sender, packet, 'inside');
  return { at: 'internet', packet };
}

function codeOnEgress({ rule }: Translation, { flow }: Packet): ExplanationCode {
  if (rule === 'I2') return 'IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS';
  if (rule === 'I5') return 'GATEWAY_REJECTS_SPOOFED_TRAFFIC';
  return prefixContains(RFC_6598, flow.destination) ? 'IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS' : 'IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS';
}

/** The VPC with the gateway attached: to see what else is in the way. */
function withGateway(vpc: VpcNode, internetGatewayId: string): VpcNode {
  return { ...vpc, internetGateway: { internetGatewayId, vpcId: vpc.vpc.vpcId } };
}

function withRunning(vpc: VpcNode, node: InterfaceNode): VpcNode {
  return { ...vpc, interfaces: new Map([[node.address, { ...node, interface: { ...node.interface, instanceId: node.interface.instanceId ?? node.id, up: true } }]]) };
}

/** A connection is judged when it begins; its answers are part of it. */
function passBlockPublicAccess({ way, network, unread }: Passage, node: InterfaceNode, packet: Packet, opened: OpenedFrom): void {
  if (way.leg === 'reply') return;
  const missing = unread.of('blockPublicAccess');
  const verdict = blockPublicAccessVerdict(network, node, opened);
  if (missing !== undefined) way.unknown('block-public-access', node.vpc.vpc.vpcId, { ...verdict, why: missing }, packet, missing, 'UNKNOWN_RESOURCE');
  else if (verdict.decision === 'deny') way.block('block-public-access', node.vpc.vpc.vpcId, verdict, packet, 'denied', 'VPC_BLOCK_PUBLIC_ACCESS_ENABLED');
  else if (network.model.blockPublicAccess !== undefined && network.model.blockPublicAccess.mode !== 'off') way.pass('block-public-access', node.vpc.vpc.vpcId, verdict, packet);
}

export function throughNatGateway(passage: Passage, subnet: SubnetNode, nat: InterfaceNode, packet: Packet): Next {
  const { way } = passage;
  const id = nat.natGateway?.natGatewayId ?? nat.id;
  if (nat.subnet !== subnet) passAcl(passage, nat.subnet, 'ingress', packet);
  if (way.leg === 'reply') {
    way.block('nat-gateway', id, { rule: 'N5', by: id, why: 'does not know the flow, which began another way' }, packet, 'dropped-by-gateway', 'NO_PATH');
    return undefined;
  }
  let accepts = natGatewayAccepts(nat, subnet.vpc, packet.flow);
  if (accepts.rule === 'N2' && nat.natGateway !== undefined) {
    way.block('nat-gateway', id, accepts, packet, 'dropped-by-gateway', 'BAD_STATE');
    accepts = natGatewayAccepts({ ...nat, natGateway: { ...nat.natGateway, state: 'available' } }, subnet.vpc, packet.flow);
  }
  const onward = accepts.decision === 'deny' ? accepts : natGatewayLeadsOn(nat, packet.flow.destination);
  if (onward.decision === 'deny') {
    way.block('nat-gateway', id, onward, packet, onward.rule === 'N13' ? 'no-route' : 'dropped-by-gateway', onward.rule === 'N6' ? 'NGW_REQUIRES_SOURCE_IN_VPC' : 'CANNOT_ROUTE');
    return undefined;
  }
  const port = packet.flow.icmp === undefined ? NAT_PORTS.from : packet.flow.sourcePort;
  passage.mapping = { nat, source: packet.flow.source, sourcePort: packet.flow.sourcePort, port };
  const after = packetAfter(packet, translateByNatGateway(nat, packet.flow, port), packet.ports);
  way.pass('nat-gateway', id, accepts, packet, 'NGW_SOURCE_ADDRESS_REASSIGN', after);
  return { at: 'subnet', subnet: nat.subnet, packet: after };
}

/** Between the gateways: to the public address of somebody in the region, else to whoever is at the address. */
export function onInternet(passage: Passage, packet: Packet): Next {
  const { way, network, unpaired, opener } = passage;
  const { flow, header } = packet;
  if (way.leg === 'reply' && unpaired?.address === flow.destination) return { at: 'entering', node: unpaired, from: undefined, packet };
  const node = network.publicAddresses.get(flow.destination);
  if (node !== undefined) return enterByGateway(passage, node, packet);
  if (way.leg === 'forward' && opener === undefined) {
    const entry = enterByInternetGateway(network, flow);
    const missing = passage.unread.of('networkInterfaces');
    if (missing === undefined) way.block('internet', header.destination, entry, packet, 'nobody-there', 'UNKNOWN_RESOURCE');
    else way.unknown('internet', header.destination, { ...entry, why: missing }, packet, missing, 'UNKNOWN_RESOURCE');
    return undefined;
  }
  way.pass('internet', header.destination, { rule: 'I1', by: header.destination, why: way.leg === 'reply' ? 'gets the answer' : 'is outside, and is taken to answer' }, packet);
  return { at: 'end', arrival: { kind: 'internet', packet } };
}

function enterByGateway(passage: Passage, node: InterfaceNode, packet: Packet): Next {
  const { way, network, unread } = passage;
  const { vpcId } = node.vpc.vpc;
  let entry = enterByInternetGateway(network, packet.flow);
  if (entry.decision === 'deny' && entry.rule === 'I1') {
    const missing = unread.of('internetGateways');
    if (missing !== undefined) way.unknown('internet-gateway', vpcId, { ...entry, why: missing }, packet, missing, 'UNKNOWN_RESOURCE');
    else if (passage.lifted?.has(vpcId) !== true) way.block('internet-gateway', vpcId, entry, packet, 'dropped-by-gateway', 'UNASSOCIATED_COMPONENT');
    lift(passage, vpcId);
    entry = enterByInternetGateway(withGatewayOf(network, node, packet), packet.flow);
  }
  const gatewayId = node.vpc.internetGateway?.internetGatewayId ?? vpcId;
  const edge = edgeTable(network, gatewayId);
  if (edge !== undefined) {
    const what = `edge route table ${edge} of ${gatewayId} is not modelled`;
    way.unknown('unsupported', edge, { rule: 'R13', by: edge, why: what }, packet, what, 'UNSUPPORTED_COMPONENT');
    return undefined;
  }
  if (entry.decision === 'translate') {
    passBlockPublicAccess(passage, node, packet, 'outside');
    const after = packetAfter(packet, entry.flow, packet.ports);
    way.pass('internet-gateway', gatewayId, entry, packet, undefined, after);
    return { at: 'entering', node, from: undefined, packet: after };
  }
  if (entry.rule === 'I4') {
    const shared = prefixContains(RFC_6598, packet.flow.source) && isPrivateUse(packet.flow.source);
    way.block('internet-gateway', gatewayId, entry, packet, 'dropped-by-gateway', shared ? 'IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS' : 'IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS');
    return undefined;
  }
  if (way.leg === 'forward') {
    way.block('internet-gateway', gatewayId, entry, packet, 'nobody-there', 'IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS');
    passBlockPublicAccess(passage, node, packet, 'outside');
  }
  lift(passage, node.id);
  return { at: 'entering', node, from: undefined, packet: packetAfter(packet, { ...packet.flow, destination: node.address }, packet.ports) };
}

function withGatewayOf(network: Network, node: InterfaceNode, { flow }: Packet): Network {
  return { ...network, publicAddresses: new Map([[flow.destination, { ...node, vpc: withGateway(node.vpc, node.vpc.vpc.vpcId) }]]) };
}
