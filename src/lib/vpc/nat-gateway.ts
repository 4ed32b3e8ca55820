/** What a NAT gateway forwards, and whether it has a way out itself (N1–N13). */
import { formatAddress } from '../net/address.js';
import type { Flow } from '../net/flow.js';
import { ICMP_ECHO_REQUEST, PROTOCOL, protocolName } from '../net/flow.js';
import type { InterfaceNode, VpcNode } from './network.js';
import { leaveByInternetGateway } from './internet-gateway.js';
import { selectRoute } from './route.js';
import type { Verdict } from './verdict.js';
import { allow, deny } from './verdict.js';

/** Concurrent flows to one destination address, port and protocol (N10). */
export const FLOWS_PER_DESTINATION = 55_000;

/** Seconds of silence after which the gateway forgets a flow (N9). */
export const NAT_IDLE_TIMEOUT = 350;
/** Largest packet that the gateway takes, bytes with the IP header (N12). */
export const NAT_MTU = 8500;

/** Whether the gateway takes on a new flow that a route of `from` brings to it. */
export function natGatewayAccepts(node: InterfaceNode, from: VpcNode, flow: Flow): Verdict {
  const nat = node.natGateway;
  if (nat === undefined) return deny('N2', node.id, 'not the interface of a NAT gateway');
  const id = nat.natGatewayId;
  if (nat.state.toLowerCase() !== 'available') return deny('N2', id, `its state is ${nat.state}`);
  if (node.vpc !== from) return deny('N6', id, `${formatAddress(flow.source)} is not in its VPC`);
  if (flow.protocol === PROTOCOL.icmp) {
    if (flow.icmp?.type !== ICMP_ECHO_REQUEST.type) return deny('N4', id, 'an ICMP error of no flow that it knows');
  } else if (flow.protocol !== PROTOCOL.tcp && flow.protocol !== PROTOCOL.udp) {
    return deny('N4', id, `does not forward protocol ${protocolName(flow.protocol)}`);
  }
  return allow('N5', id, `the source becomes ${formatAddress(node.address)}`);
}

/** The answer to whatever comes to a NAT gateway and belongs to no flow of its clients, pings included. */
export function natGatewayRefusesInbound(node: InterfaceNode): Verdict {
  return deny('N7', node.natGateway?.natGatewayId ?? node.id, 'takes no inbound connections and answers no ping');
}

/** The header with the gateway as its source; `port` replaces the source port or echo identifier (N5). */
export function translateByNatGateway(node: InterfaceNode, flow: Flow, port: number): Flow {
  return { ...flow, source: node.address, sourcePort: port };
}

/** Whether the route of the gateway's own subnet leads on, and not back to a NAT gateway (N13). What else it is, is the route's business. */
export function natGatewayLeadsOn(node: InterfaceNode, destination: number): Verdict {
  const id = node.natGateway?.natGatewayId ?? node.id;
  const choice = selectRoute(node.subnet, destination);
  return choice.decision === 'route' && choice.route.targetKind === 'nat-gateway'
    ? deny('N13', choice.by, `the subnet of ${id} is not public: its route leads to ${choice.route.targetId}`)
    : allow('N5', id, 'its subnet leads on');
}

/** Whether the gateway's own subnet leads it to the internet (N2, N13). */
export function natGatewayReaches(node: InterfaceNode, destination: number): Verdict {
  const id = node.natGateway?.natGatewayId ?? node.id;
  const choice = selectRoute(node.subnet, destination);
  if (choice.decision === 'drop') return deny(choice.rule, choice.by, `${id}: ${choice.why}`);
  if (choice.route.targetKind !== 'internet-gateway') {
    return deny('N13', choice.by, `the subnet of ${id} is not public: its route leads to ${choice.route.targetId}`);
  }
  const probe: Flow = { protocol: PROTOCOL.tcp, source: node.address, destination, sourcePort: 0, destinationPort: 0 };
  const out = leaveByInternetGateway(node.vpc, choice.route.targetId, probe);
  return out.decision === 'deny' ? out : allow('N5', id, `leaves as ${formatAddress(out.flow.source)} by ${choice.route.targetId}`);
}
