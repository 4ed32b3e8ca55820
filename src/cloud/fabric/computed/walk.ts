/** One packet's way through the regions, in the order of `vpc-semantics.md` §0, each step decided by a rule of `lib/vpc`. */
import { formatAddress } from '../../../lib/net/address.js';
import { prefixContains } from '../../../lib/net/cidr.js';
import { answerTo, type Flow } from '../../../lib/net/flow.js';
import { blockPublicAccessVerdict } from '../../../lib/vpc/block-public-access.js';
import { gatewayEndpointAccepts, interfaceEndpointAccepts } from '../../../lib/vpc/endpoint.js';
import { enterByInternetGateway, INTERNET_MTU, leaveByInternetGateway } from '../../../lib/vpc/internet-gateway.js';
import { linkLocalService } from '../../../lib/vpc/link-local.js';
import type { Route } from '../../../lib/vpc/model.js';
import { NAT_MTU, natGatewayAccepts, natGatewayLeadsOn, natGatewayRefusesInbound } from '../../../lib/vpc/nat-gateway.js';
import { networkAclVerdict } from '../../../lib/vpc/network-acl.js';
import { type InterfaceNode, isUp, type Network, type SubnetNode, type VpcNode } from '../../../lib/vpc/network.js';
import { selectRoute } from '../../../lib/vpc/route.js';
import type { Reason } from '../../../lib/vpc/verdict.js';
import { deny } from '../../../lib/vpc/verdict.js';
import type { Conversation, EndName, Leg } from './conversation.js';

/** Where a packet sets out: an interface, the internet, or a gateway endpoint that answers into its VPC. */
export type Start =
  | { readonly kind: 'interface'; readonly network: Network; readonly node: InterfaceNode }
  | { readonly kind: 'internet'; readonly region?: string | undefined }
  | { readonly kind: 'gateway-endpoint'; readonly network: Network; readonly vpcId: string };

/** Where it comes to an end, with the header that it has there. */
export type Arrival = { readonly flow: Flow; readonly ttl: number } & (
  | { readonly kind: 'interface'; readonly node: InterfaceNode }
  /** Behind an interface endpoint's interface. */
  | { readonly kind: 'endpoint'; readonly node: InterfaceNode; readonly vpcEndpointId: string; readonly serviceName: string }
  | { readonly kind: 'gateway-endpoint'; readonly network: Network; readonly vpcId: string; readonly vpcEndpointId: string }
  | { readonly kind: 'internet' }
  | { readonly kind: 'metadata' | 'resolver' | 'time' }
);

export type Outcome =
  | { readonly decision: 'arrive'; readonly arrival: Arrival }
  | Reason & { readonly decision: 'drop' }
  /** A NAT gateway used up the last hop. */
  | { readonly decision: 'ttl-exceeded'; readonly node: InterfaceNode }
  /** Too large for an internet gateway (I6) or a NAT gateway (N12), and not to be fragmented. */
  | { readonly decision: 'frag-needed'; readonly router: SubnetNode; readonly mtu: number };

export interface Packet {
  readonly flow: Flow;
  readonly ttl: number;
  /** Bytes with the IP header. */
  readonly bytes: number;
  readonly dontFragment: boolean;
}

/** All regions of the fabric. */
export interface World {
  readonly networks: ReadonlyMap<string, Network>;
}

/** Largest packet that leaves a guest in one piece (I6); larger ones travel in fragments. */
const GUEST_MTU = 9001;

interface Step {
  readonly world: World;
  readonly network: Network;
  readonly conversation: Conversation;
  readonly leg: Leg;
  readonly bytes: number;
  readonly dontFragment: boolean;
}

type Forwarding = { readonly flow: Flow; readonly ttl: number };

/** Sends one packet. `leg` says which way of the conversation it goes, and so which end's groups it meets first. */
export function walk(world: World, start: Start, packet: Packet, conversation: Conversation, leg: Leg): Outcome {
  const { flow, ttl, bytes, dontFragment } = packet;
  if (start.kind === 'internet') return onInternet({ world, conversation, leg, bytes, dontFragment }, { flow, ttl }, start.region);
  const step: Step = { world, network: start.network, conversation, leg, bytes, dontFragment };
  if (start.kind === 'gateway-endpoint') {
    const vpc = step.network.vpcs.get(start.vpcId);
    return vpc === undefined ? drop(deny('V5', start.vpcId, 'there is no such VPC')) : enterSubnet(step, vpc, undefined, { flow, ttl });
  }
  const { node } = start;
  if (!isUp(node)) return drop(deny('I3', node.id, 'its instance is not running'));
  const service = linkLocalService(node.vpc, flow);
  if (service !== undefined) {
    return service.decision === 'silent' ? drop(service) : arrive({ kind: service.decision, flow, ttl });
  }
  if (node.interface.sourceDestCheck && !node.addresses.has(flow.source)) {
    return drop(deny('E3', node.id, `${formatAddress(flow.source)} is not its address`));
  }
  const end: EndName = leg === 'forward' ? 'client' : 'server';
  const egress = conversation.judgeGroups(end, node, 'egress', flow);
  return egress.decision === 'deny' ? drop(egress) : forward(step, node.subnet, { flow, ttl });
}

function drop({ rule, by, why }: Reason): Outcome {
  return { decision: 'drop', rule, by, why };
}

function arrive(arrival: Arrival): Outcome {
  return { decision: 'arrive', arrival };
}

/** From a subnet onwards: §0 steps 4 to 8. */
function forward(step: Step, subnet: SubnetNode, packet: Forwarding): Outcome {
  const { flow } = packet;
  // Inside a subnet neither the route table nor the network ACL is asked (R12, A3).
  if (prefixContains(subnet.prefix, flow.destination)) return enterSubnet(step, subnet.vpc, subnet, packet);
  const choice = selectRoute(subnet, flow.destination);
  const nat = choice.decision === 'route' && choice.route.targetKind === 'nat-gateway' ? step.network.natGateways.get(choice.route.targetId) : undefined;
  if (nat?.subnet !== subnet) {
    const acl = networkAclVerdict(subnet, 'egress', flow);
    if (acl.decision === 'deny') return drop(acl);
  }
  if (choice.decision === 'drop') return drop(choice);
  const { route } = choice;
  switch (route.targetKind) {
    case 'local':
      return enterSubnet(step, subnet.vpc, subnet, packet);
    case 'internet-gateway':
      return throughInternetGateway(step, subnet, route, packet);
    case 'nat-gateway':
      return nat === undefined
        ? drop(deny('N2', route.targetId, 'there is no such NAT gateway'))
        : throughNatGateway(step, subnet, nat, packet);
    case 'vpc-endpoint': {
      const verdict = gatewayEndpointAccepts(step.network, subnet.vpc, route.targetId, flow);
      if (verdict.decision === 'deny') return drop(verdict);
      step.conversation.trackAlways('client', route.targetId, 'a gateway endpoint is on the way');
      return arrive({ ...packet, kind: 'gateway-endpoint', network: step.network, vpcId: subnet.vpc.vpc.vpcId, vpcEndpointId: route.targetId });
    }
    case 'network-interface':
      return drop(toForeignInterface(step.network, route));
    case 'unsupported':
  }
  return drop(deny('R8', choice.by, `leads to ${route.targetId}, which the fabric does not have`));
}

/** A route to an interface: with the check on, it takes nothing that is not addressed to it (E3); no guest of this fabric forwards. */
function toForeignInterface(network: Network, route: Route): Reason {
  const node = network.interfaces.get(route.targetId);
  if (node === undefined) return deny('R6', route.targetId, 'there is no such interface');
  return deny('E3', route.targetId, node.interface.sourceDestCheck ? 'takes only packets addressed to it' : 'its guest forwards no packets');
}

/** Block Public Access is no place of its own: it is the gateway that does not carry the packet. */
const byGateway = ({ rule, why }: Reason, gatewayId: string): Reason => deny(rule, gatewayId, `Block Public Access: ${why}`);

function throughInternetGateway(step: Step, subnet: SubnetNode, route: Route, packet: Forwarding): Outcome {
  const out = leaveByInternetGateway(subnet.vpc, route.targetId, packet.flow);
  // Its link takes no larger packet, whoever sends it; an unattached gateway has no link.
  if (step.dontFragment && step.bytes > INTERNET_MTU && subnet.vpc.internetGateway?.internetGatewayId === route.targetId) return { decision: 'frag-needed', router: subnet, mtu: INTERNET_MTU };
  if (out.decision === 'deny') return drop(out);
  const access = blockPublicAccessVerdict(step.network, out.interface, step.leg === 'forward' ? 'inside' : 'outside');
  if (access.decision === 'deny') return drop(byGateway(access, route.targetId));
  return onInternet(step, { flow: out.flow, ttl: packet.ttl }, step.network.region);
}

function throughNatGateway(step: Step, subnet: SubnetNode, nat: InterfaceNode, packet: Forwarding): Outcome {
  if (nat.subnet !== subnet) {
    const acl = networkAclVerdict(nat.subnet, 'ingress', packet.flow);
    if (acl.decision === 'deny') return drop(acl);
  }
  const id = nat.natGateway?.natGatewayId ?? nat.id;
  if (step.leg === 'reply') return drop(deny('N5', id, 'does not know the flow, which began another way'));
  const accepts = natGatewayAccepts(nat, subnet.vpc, packet.flow);
  if (accepts.decision === 'deny') return drop(accepts);
  if (step.bytes > NAT_MTU && step.bytes <= GUEST_MTU && step.dontFragment) return { decision: 'frag-needed', router: subnet, mtu: NAT_MTU };
  if (step.bytes > NAT_MTU) return drop(deny('N11', id, 'does not carry fragments'));
  if (packet.ttl <= 1) return { decision: 'ttl-exceeded', node: nat };
  if (step.conversation.established && !step.conversation.isMappedBy(nat, packet.flow)) return drop(strangerAtNat(step, subnet, nat, packet.flow));
  const onward = natGatewayLeadsOn(nat, packet.flow.destination);
  if (onward.decision === 'deny') return drop(onward);
  const mapped = step.conversation.mapOut(nat, packet.flow);
  if ('decision' in mapped) return drop(mapped);
  step.conversation.trackAlways('client', id, 'a NAT gateway is on the way');
  return forward(step, nat.subnet, { flow: mapped, ttl: packet.ttl - 1 });
}

/** The middle of a flow that the gateway does not know, because it forgot it or it began another way: it answers with a reset (N9), which has to come back. */
function strangerAtNat(step: Step, subnet: SubnetNode, nat: InterfaceNode, flow: Flow): Reason {
  const client = subnet.vpc.interfaces.get(flow.source);
  const reset = answerTo(flow);
  const verdicts = [
    ...(nat.subnet === subnet ? [] : [networkAclVerdict(nat.subnet, 'egress', reset), networkAclVerdict(subnet, 'ingress', reset)]),
    ...(client === undefined ? [] : [step.conversation.judgeGroups('client', client, 'ingress', reset)]),
  ];
  return verdicts.find(({ decision }) => decision === 'deny') ?? deny('N9', nat.natGateway?.natGatewayId ?? nat.id, 'does not know the flow, and resets it');
}

/** To an address of the VPC. `from` is the subnet that it comes from; undefined when it comes from outside. */
function enterSubnet(step: Step, vpc: VpcNode, from: SubnetNode | undefined, packet: Forwarding): Outcome {
  const { flow } = packet;
  const node = vpc.interfaces.get(flow.destination);
  if (node === undefined) return drop(deny('R8', vpc.vpc.vpcId, `nothing has the address ${formatAddress(flow.destination)}`));
  return enterInterface(step, node, from, packet);
}

function enterInterface(step: Step, node: InterfaceNode, from: SubnetNode | undefined, packet: Forwarding): Outcome {
  const { flow, ttl } = packet;
  if (node.subnet !== from) {
    const acl = networkAclVerdict(node.subnet, 'ingress', flow);
    if (acl.decision === 'deny') return drop(acl);
  }
  if (node.natGateway !== undefined) {
    const inside = step.leg === 'reply' ? step.conversation.mapIn(node, flow) : undefined;
    if (inside === undefined) return drop(natGatewayRefusesInbound(node));
    // Through the internet gateway it came in fragments (I6).
    if (from === undefined && step.bytes > INTERNET_MTU) return drop(deny('N11', node.natGateway.natGatewayId, 'does not carry fragments'));
    return ttl <= 1 ? drop(deny('N5', node.natGateway.natGatewayId, 'the last hop is used up')) : forward(step, node.subnet, { flow: inside, ttl: ttl - 1 });
  }
  const ingress = step.conversation.judgeGroups(step.leg === 'forward' ? 'server' : 'client', node, 'ingress', flow);
  if (ingress.decision === 'deny') return drop(ingress);
  if (node.endpoint === undefined) {
    return isUp(node) ? arrive({ kind: 'interface', node, flow, ttl }) : drop(deny('I3', node.id, 'its instance is not running'));
  }
  const accepts = interfaceEndpointAccepts(node, flow);
  if (accepts.decision === 'deny') return drop(accepts);
  const { vpcEndpointId, serviceName } = node.endpoint;
  for (const end of ['client', 'server'] as const) step.conversation.trackAlways(end, vpcEndpointId, 'PrivateLink is on the way');
  return arrive({ kind: 'endpoint', node, vpcEndpointId, serviceName, flow, ttl });
}

/** Between the gateways: to an instance's public address in its own region first, else to whoever is at the address. */
function onInternet(step: Omit<Step, 'network'>, packet: Forwarding, region: string | undefined): Outcome {
  const network = networkWith(step.world, packet.flow.destination, region);
  if (network === undefined) return arrive({ kind: 'internet', ...packet });
  const entry = enterByInternetGateway(network, packet.flow);
  if (entry.decision === 'deny') return drop(entry);
  const access = blockPublicAccessVerdict(network, entry.interface, step.leg === 'forward' ? 'outside' : 'inside');
  if (access.decision === 'deny') return drop(byGateway(access, entry.by));
  return enterInterface({ ...step, network }, entry.interface, undefined, { flow: entry.flow, ttl: packet.ttl });
}

function networkWith(world: World, address: number, region: string | undefined): Network | undefined {
  const own = region === undefined ? undefined : world.networks.get(region);
  if (own?.publicAddresses.has(address) === true) return own;
  for (const network of world.networks.values()) if (network.publicAddresses.has(address)) return network;
  return undefined;
}
