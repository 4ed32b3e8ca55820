/** One echo request and what comes back, with the hop counts that people see. */
import { addressOf, formatAddress } from '../../../lib/net/address.js';
import { ICMP_ECHO_REQUEST, PROTOCOL, answerTo } from '../../../lib/net/flow.js';
import type { Flow } from '../../../lib/net/flow.js';
import { networkAclVerdict } from '../../../lib/vpc/network-acl.js';
import type { InterfaceNode, SubnetNode } from '../../../lib/vpc/network.js';
import type { PingReply, PingRequest } from '../fabric.js';
import type { OpenFlow } from './connections.js';
import { isHome, startOf, startOfAnswer } from './connections.js';
import type { Internet } from '../internet.js';
import type { Arrival, World } from './walk.js';
import { walk } from './walk.js';

/** IPv4 and ICMP headers, bytes. */
const HEADERS = 28;
/** TTL that Linux guests answer with. */
const GUEST_TTL = 64;
/**
 * TTL that hosts of the internet answer with, as it is left where it reaches the internet gateway: 8.8.8.8 shows ttl=117 there.
 * VPC routers and internet gateways are no visible hops; a NAT gateway is one, so behind it ttl=116 is seen (`fabric.md` §2).
 */
const INTERNET_TTL = 117;
/** TTL of a NAT gateway's own messages. */
const NAT_TTL = 64;
const TIME_EXCEEDED = { type: 11, code: 0 } as const;
const FRAGMENTATION_NEEDED = { type: 3, code: 4 } as const;

/** The header of an echo request; the identifier stands where NAT looks for a port. */
export function echoRequest(source: number, request: PingRequest): Flow {
  return { protocol: PROTOCOL.icmp, source, destination: addressOf(request.to), sourcePort: request.identifier & 0xffff, destinationPort: 0, icmp: ICMP_ECHO_REQUEST };
}

/** What comes back, without the time that it took; undefined for silence. */
export function echo(world: World, internet: Internet, flow: OpenFlow, request: PingRequest): Omit<PingReply, 'milliseconds'> | undefined {
  const start = startOf(world, flow.opener);
  if (start === undefined) return undefined;
  const bytes = request.size + HEADERS;
  const dontFragment = request.dontFragment === true;
  const there = walk(world, start, { flow: flow.sent, ttl: request.ttl, bytes, dontFragment }, flow.conversation, 'forward');
  if (there.decision === 'ttl-exceeded') {
    return start.kind === 'interface' && reachesBack(there.node.subnet, there.node.address, start.node, TIME_EXCEEDED)
      ? { from: formatAddress(there.node.address), kind: 'ttl-exceeded', ttl: NAT_TTL }
      : undefined;
  }
  if (there.decision === 'frag-needed') {
    const router = there.router.prefix.base + 1;
    // Of a packet that a NAT gateway sent on, the router of the gateway's subnet tells the gateway, and that the client.
    if (start.kind === 'interface' && !reachesBack(there.router, router, start.node, FRAGMENTATION_NEEDED)) return undefined;
    return { from: formatAddress(router), kind: 'frag-needed', ttl: GUEST_TTL, mtu: there.mtu };
  }
  if (there.decision !== 'arrive') return undefined;
  const ttl = answers(there.arrival, internet);
  const back = ttl === undefined ? undefined : startOfAnswer(world, there.arrival);
  if (ttl === undefined || back === undefined) return undefined;
  const home = walk(world, back, { flow: answerTo(there.arrival.flow), ttl, bytes, dontFragment: false }, flow.conversation, 'reply');
  if (home.decision !== 'arrive' || !isHome(flow, home.arrival)) return undefined;
  return { from: formatAddress(home.arrival.flow.source), kind: 'echo-reply', ttl: home.arrival.ttl };
}

/** TTL of the answer of whoever the request reached; undefined where nobody answers ping. */
export function answers(arrival: Arrival, internet: Internet): number | undefined {
  if (arrival.kind === 'interface') return arrival.node.interface.instanceId === undefined ? undefined : GUEST_TTL;
  if (arrival.kind !== 'internet' && arrival.kind !== 'gateway-endpoint') return undefined;
  return internet.at(arrival.flow.destination)?.answersPing === true ? INTERNET_TTL : undefined;
}

/** An ICMP error belongs to a tracked flow, so only the network ACLs between the two subnets can stop it. */
function reachesBack(from: SubnetNode, source: number, client: InterfaceNode, icmp: NonNullable<Flow['icmp']>): boolean {
  if (from === client.subnet) return true;
  const error: Flow = { protocol: PROTOCOL.icmp, source, destination: client.address, sourcePort: 0, destinationPort: 0, icmp };
  return networkAclVerdict(from, 'egress', error).decision === 'allow' && networkAclVerdict(client.subnet, 'ingress', error).decision === 'allow';
}
