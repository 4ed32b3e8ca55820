/** Every TCP connection of the fabric: how one is decided at its SYN, and how all are decided anew when a network changes. */
import { formatAddress } from '../../../lib/net/address.js';
import type { Flow } from '../../../lib/net/flow.js';
import { answerTo, sameFlow } from '../../../lib/net/flow.js';
import type { InterfaceNode, Network } from '../../../lib/vpc/network.js';
import type { Reason } from '../../../lib/vpc/verdict.js';
import { deny } from '../../../lib/vpc/verdict.js';
import type { Conversation, EndName } from './conversation.js';
import type { StreamPair } from './stream.js';
import type { Arrival, Packet, Start, World } from './walk.js';
import { walk } from './walk.js';

/** A TCP segment small enough for every link: the gateways clamp the segment size. */
const SEGMENT = { ttl: 64, bytes: 60, dontFragment: true } as const;

/** Silence that makes nobody forget anything, seconds: packets that follow each other sooner need not be asked about. */
const NO_SILENCE = 1;

/** Who opens: looked up anew in every network, since its node belongs to one model. */
export type Opener =
  | { readonly kind: 'interface'; readonly networkInterfaceId: string }
  | { readonly kind: 'internet' };

export type Judgement =
  | { readonly decision: 'pass'; readonly arrival: Arrival }
  | Reason & { readonly decision: 'drop' };

/** One flow as it was opened. */
export interface OpenFlow {
  readonly opener: Opener;
  readonly sent: Flow;
  readonly conversation: Conversation;
}

export function findInterface(world: World, id: string): { readonly network: Network; readonly node: InterfaceNode } | undefined {
  for (const network of world.networks.values()) {
    const node = network.interfaces.get(id);
    if (node !== undefined) return { network, node };
  }
  return undefined;
}

/** All interfaces of the machine that has this one, the first device first; itself alone without an instance. */
export function interfacesBeside(world: World, node: InterfaceNode): readonly InterfaceNode[] {
  return findInterface(world, node.id)?.network.instances.get(node.interface.instanceId ?? '') ?? [node];
}

/** Where the servers of that machine listen: its first interface takes what comes to any of them. */
export function hostInterface(world: World, node: InterfaceNode): InterfaceNode {
  return interfacesBeside(world, node)[0] ?? node;
}

/** Where the answer to an arrived packet sets out. */
export function startOfAnswer(world: World, arrival: Arrival): Start | undefined {
  switch (arrival.kind) {
    case 'interface':
    case 'endpoint': {
      const found = findInterface(world, arrival.node.id);
      return found === undefined ? undefined : { kind: 'interface', ...found };
    }
    case 'gateway-endpoint':
      return { kind: 'gateway-endpoint', network: arrival.network, vpcId: arrival.vpcId };
    case 'internet':
      return { kind: 'internet' };
    case 'metadata':
    case 'resolver':
    case 'time':
  }
  return undefined;
}

export function startOf(world: World, opener: Opener): Start | undefined {
  if (opener.kind === 'internet') return { kind: 'internet' };
  const found = findInterface(world, opener.networkInterfaceId);
  return found === undefined ? undefined : { kind: 'interface', ...found };
}

/** Whether a packet of the flow reaches the other side, and a packet back reaches the opener with the header that it expects. */
export function judge(world: World, flow: OpenFlow, packet: Omit<Packet, 'flow'> = SEGMENT): Judgement {
  const start = startOf(world, flow.opener);
  if (start === undefined) return { ...deny('I3', 'network interface', 'is not there'), decision: 'drop' };
  const there = walk(world, start, { flow: flow.sent, ...packet }, flow.conversation, 'forward');
  if (there.decision !== 'arrive') return there.decision === 'drop' ? there : { ...deny('I6', 'segment', there.decision), decision: 'drop' };
  const { arrival } = there;
  return judgeAnswer(world, flow, arrival, packet);
}

/** Whether the answer to a packet that arrived so comes back. */
function judgeAnswer(world: World, flow: OpenFlow, arrival: Arrival, packet: Omit<Packet, 'flow'>): Judgement {
  const back = startOfAnswer(world, arrival);
  // Link-local services answer on the spot.
  if (back === undefined) return { decision: 'pass', arrival };
  const home = walk(world, back, { flow: answerTo(arrival.flow), ...packet }, flow.conversation, 'reply');
  if (home.decision !== 'arrive') return home.decision === 'drop' ? home : { ...deny('I6', 'segment', home.decision), decision: 'drop' };
  return isHome(flow, home.arrival)
    ? { decision: 'pass', arrival }
    : { ...deny('I7', formatAddress(home.arrival.flow.source), 'the answer comes back another way, and nobody waits for it'), decision: 'drop' };
}

/** The answer counts when it is where the flow began, from the address and port that were spoken to. */
export function isHome({ opener, sent }: OpenFlow, arrival: Arrival): boolean {
  const where = opener.kind === 'internet'
    ? arrival.kind === 'internet'
    : arrival.kind === 'interface' && arrival.node.id === opener.networkInterfaceId;
  return where && sameFlow(answerTo(sent), arrival.flow);
}

/** An established connection. */
export interface Connection {
  readonly flow: OpenFlow;
  readonly pair: StreamPair;
  /** As it arrived at the SYN: an established connection does not move to another server. */
  readonly arrival: Arrival;
  /** Interfaces whose guests hold an end. */
  readonly clientInterfaceId: string | undefined;
  readonly serverInterfaceId: string | undefined;
  /** When a packet last got through, milliseconds. */
  heard: number;
  /** What the client sends arrives, but as another flow, or elsewhere: whoever it is knows nothing of it. */
  astray: boolean;
}

/**
 * One more packet of an established connection, at `now`: what its silence made gateways and interfaces forget is gone, and
 * who sends first is judged by what is left. A NAT gateway answers the client's packet with a reset (N9), a packet that
 * the security groups no longer know asks their rules as a first one does (S10), in the direction in which it goes.
 */
export function admit(world: World, connection: Connection, from: EndName, now: number): 'pass' | 'drop' | 'reset' {
  if (connection.astray) return from === 'client' ? 'reset' : 'drop';
  const seconds = (now - connection.heard) / 1000;
  if (seconds > NO_SILENCE) {
    const { flow, arrival, clientInterfaceId, serverInterfaceId } = connection;
    flow.conversation.forgetAfter(seconds, { client: timeoutAt(world, clientInterfaceId), server: timeoutAt(world, serverInterfaceId) });
    const answer = from === 'client' ? undefined : judgeAnswer(world, flow, arrival, SEGMENT);
    const verdict = answer?.decision === 'drop' ? answer : judge(world, flow);
    if (verdict.decision === 'drop') return verdict.rule === 'N9' && from === 'client' ? 'reset' : 'drop';
  }
  connection.heard = now;
  return 'pass';
}

function timeoutAt(world: World, networkInterfaceId: string | undefined): number | undefined {
  const node = networkInterfaceId === undefined ? undefined : findInterface(world, networkInterfaceId)?.node;
  return node?.interface.tcpEstablishedTimeout;
}

/**
 * Opens or closes the connection's gate by the present network. Where packets of it now arrive as those of a stranger (the
 * client has another public address, V11) they are answered by a reset, as the kernel does: if `somebody` is there.
 */
export function judgeAgain(world: World, connection: Connection, somebody: (arrival: Arrival) => boolean): void {
  const verdict = judge(world, connection.flow);
  const arrives = verdict.decision === 'pass' && somebody(verdict.arrival);
  // A NAT gateway that the client's packets come to now, and that does not know them, resets them too (N9).
  const reset = verdict.decision === 'drop' && verdict.rule === 'N9';
  connection.astray = reset || (arrives && !sameServer(verdict.arrival, connection.arrival));
  connection.pair.gate.set(arrives || reset);
}

function sameServer(now: Arrival, then: Arrival): boolean {
  if (now.kind !== then.kind || !sameFlow(now.flow, then.flow)) return false;
  if ('node' in now && 'node' in then) return now.node.id === then.node.id;
  return true;
}
