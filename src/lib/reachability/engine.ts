/**
 * The reachability engine: one flow over the configuration, hop by hop, in the order of `vpc-semantics.md` §0, each step
 * decided by a rule of `lib/vpc`. After a block it walks on as if that were lifted and so names every blocker of the path;
 * where there is no way on (no route, nobody at the address) it stops and says so, and invents nothing.
 */
import { formatAddress, parseAddress } from '../net/address.js';
import { isLoopback } from '../net/cidr.js';
import { answerTo, sameFlow } from '../net/flow.js';
import { EPHEMERAL_PORTS, NAT_PORTS } from '../net/port.js';
import type { InterfaceNode, Network } from '../vpc/network.js';
import { enterAddress, enterInterface } from './entering.js';
import { leaveByGateway, onInternet, throughNatGateway } from './gateways.js';
import { leaveInterface, leaveSubnet, standsAt } from './leaving.js';
import { firstPacket, type Packet, packetAfter } from './packet.js';
import type { Question, Trace } from './trace.js';
import { unreadParts, type UnreadPart } from './unread.js';
import { type Arrival, type Next, type Passage, Way } from './way.js';

export interface TraceOptions {
  /** What of the snapshot could not be read: what depends on it is unknown. */
  readonly unread?: readonly UnreadPart[] | undefined;
}

/** Follows the flow that the question opens, and its answer. Pure; index the model once (`indexModel`) and ask often. */
export function traceFlow(network: Network, question: Question, options: TraceOptions = {}): Trace {
  const way = new Way();
  const { from, to } = question;
  const opener = from.kind === 'interface' ? network.interfaces.get(from.networkInterfaceId) : undefined;
  const source = from.kind === 'interface' ? opener?.address : parseAddress(from.address);
  const destination = parseAddress(to);
  const packet = source === undefined || destination === undefined ? undefined : firstPacket(question, source, destination);
  if (packet === undefined) return unanswerable(question, source === undefined && from.kind === 'interface' ? from.networkInterfaceId : undefined);
  const passage: Passage = { network, unread: unreadParts(options.unread), way, opener, mapping: undefined, unpaired: undefined, lifted: undefined };
  const arrival = arrive(passage, opener, packet);
  if (arrival !== undefined && arrival.kind !== 'service') answer(passage, arrival, packet);
  const { forward, reply, blockers, unknowns, disposition } = way;
  return { question, disposition, forward, reply, blockers, unknowns };
}

/** A question about an interface that is not in the model, or with an address that is not IPv4 (V14). */
function unanswerable(question: Question, networkInterfaceId: string | undefined): Trace {
  const text = question.from.kind === 'internet' && parseAddress(question.from.address) === undefined ? question.from.address : question.to;
  const what = networkInterfaceId !== undefined
    ? `${networkInterfaceId} is not in the snapshot`
    : text.includes(':') ? `IPv6 is not modelled: ${text}` : `${JSON.stringify(text)} is no IPv4 address`;
  return { question, disposition: 'unknown', forward: [], reply: [], blockers: [], unknowns: [what] };
}

function arrive(passage: Passage, opener: InterfaceNode | undefined, packet: Packet): Arrival | undefined {
  if (opener === undefined) return follow(passage, { at: 'internet', packet });
  if (!isOwn(passage.network, opener, packet.flow.destination)) return follow(passage, { at: 'interface', node: opener, packet });
  const reason = { rule: 'E1', by: opener.id, why: `${formatAddress(packet.flow.destination)} is its own: no packet leaves it` } as const;
  if (opener.interface.up) passage.way.pass('instance', standsAt(opener), reason, packet);
  else passage.way.block('instance', standsAt(opener), { ...reason, why: 'its instance is not running' }, packet, 'nobody-there', 'BAD_STATE');
  return undefined;
}

/** Whether the address is one of the machine's, on whichever of its interfaces. */
function isOwn(network: Network, opener: InterfaceNode, destination: number): boolean {
  // 0.0.0.0 is this machine to its own programs (RFC 1122 §3.2.1.3; ip(7)).
  if (destination === 0 || isLoopback(destination) || opener.addresses.has(destination)) return true;
  const beside = network.instances.get(opener.interface.instanceId ?? '');
  return beside !== undefined && beside.length > 1 && beside.some((own) => own.addresses.has(destination));
}

/** The answer to what arrived, back to who asked. */
function answer(passage: Passage, arrival: Arrival, sent: Packet): void {
  const { way, opener, mapping } = passage;
  way.leg = 'reply';
  const { flow } = arrival.packet;
  const ports = flow.icmp !== undefined ? undefined : mapping === undefined ? EPHEMERAL_PORTS : NAT_PORTS;
  const packet = packetAfter(arrival.packet, answerTo(flow), ports);
  const home = follow(passage, startOfAnswer(arrival, packet));
  if (home === undefined) return;
  const where = opener === undefined ? home.kind === 'internet' : home.kind === 'interface' && home.node.id === opener.id;
  if (where && sameFlow(answerTo(sent.flow), home.packet.flow)) return;
  const at = opener === undefined ? 'internet' : 'instance';
  way.block(at, opener === undefined ? sent.header.source : standsAt(opener), { rule: 'I7', by: home.packet.header.source, why: 'the answer comes back another way, and nobody waits for it' }, home.packet, 'reply-lost', 'NO_PATH');
}

function startOfAnswer(arrival: Arrival, packet: Packet): Next {
  switch (arrival.kind) {
    case 'interface':
      return { at: 'interface', node: arrival.node, packet };
    case 'gateway-endpoint':
      return { at: 'address', vpc: arrival.vpc, from: undefined, packet };
    case 'internet':
      return { at: 'internet', packet };
    case 'service':
  }
  return undefined;
}

/** One step after the other, to where the packet ends; undefined where it cannot be followed. */
function follow(passage: Passage, first: Next): Arrival | undefined {
  let next = first;
  while (next !== undefined) {
    switch (next.at) {
      case 'interface':
        next = leaveInterface(passage, next.node, next.packet);
        break;
      case 'subnet':
        next = leaveSubnet(passage, next.subnet, next.packet);
        break;
      case 'internet-gateway':
        next = leaveByGateway(passage, next.subnet, next.gatewayId, next.packet);
        break;
      case 'nat-gateway':
        next = throughNatGateway(passage, next.subnet, next.nat, next.packet);
        break;
      case 'internet':
        next = onInternet(passage, next.packet);
        break;
      case 'address':
        next = enterAddress(passage, next.vpc, next.from, next.packet);
        break;
      case 'entering':
        next = enterInterface(passage, next.node, next.from, next.packet);
        break;
      case 'end':
        return next.arrival;
    }
  }
  return undefined;
}
