/** What the rules say of a flow, as an account: where it ends and why. No packet is sent; what lets it pass on the way is not told one by one. */
import { addressOf, formatAddress } from '../../../lib/net/address.js';
import { isLoopback } from '../../../lib/net/cidr.js';
import { answerTo, type Flow, ICMP_ECHO_REQUEST, PROTOCOL } from '../../../lib/net/flow.js';
import { EPHEMERAL_PORTS } from '../../../lib/net/port.js';
import type { InterfaceNode } from '../../../lib/vpc/network.js';
import type { FlowAccount, FlowAnswer, FlowRequest, FlowStep, StepKind } from '../account.js';
import { findInterface, interfacesBeside, isHome, startOfAnswer } from './connections.js';
import type { Conversation } from './conversation.js';
import { type Arrival, type Outcome, walk, type World } from './walk.js';

const HEADER = { ttl: 64, bytes: 60, dontFragment: false } as const;

const KINDS: readonly (readonly [prefix: string, kind: StepKind])[] = [
  ['eni-', 'network-interface'], ['i-', 'network-interface'], ['sg-', 'security-group'], ['acl-', 'network-acl'], ['rtb-', 'route'],
  ['nat-', 'nat-gateway'], ['igw-', 'internet-gateway'], ['vpce-', 'vpc-endpoint'],
];

/** `answers`: what whoever the packet reached does with it; undefined where nothing is said. */
export function computedAccount(world: World, request: FlowRequest, conversation: Conversation, answers: (arrival: Arrival) => FlowAnswer | undefined): FlowAccount {
  const found = findInterface(world, request.networkInterfaceId);
  if (found === undefined) throw new Error(`network interface ${request.networkInterfaceId} is not there`);
  const { network, node } = found;
  const base = { by: 'computed', source: formatAddress(node.address) } as const;
  const sent = flowOf(request, node.address);
  const beside = interfacesBeside(world, node);
  if (isLoopback(sent.destination) || beside.some((own) => own.addresses.has(sent.destination))) {
    const answer = answers({ kind: 'interface', node, flow: sent, ttl: HEADER.ttl });
    return { ...base, answer: answer ?? 'none', steps: [{ ...sends(node), detail: `${request.address} is the instance's own: no packet leaves it` }] };
  }
  const there = walk(world, { kind: 'interface', network, node }, { flow: sent, ...HEADER }, conversation, 'forward');
  const forward = [sends(node), endOf('forward', there)];
  if (there.decision !== 'arrive') return { ...base, answer: 'none', steps: forward };
  const answer = answers(there.arrival);
  const back = startOfAnswer(world, there.arrival);
  if (back === undefined) return { ...base, answer: answer ?? 'none', steps: forward };
  if (answer === undefined || answer === 'none') return { ...base, answer: 'none', steps: [...forward, { leg: 'return', kind: 'network-interface', detail: 'sends no answer', verdict: 'drop' }] };
  const home = walk(world, back, { flow: answerTo(there.arrival.flow), ...HEADER }, conversation, 'reply');
  const returned = home.decision === 'arrive' && isHome({ opener: { kind: 'interface', networkInterfaceId: node.id }, sent, conversation }, home.arrival);
  return { ...base, answer: returned ? answer : 'none', steps: [...forward, endOf('return', home)] };
}

function flowOf({ protocol, address, port }: FlowRequest, source: number): Flow {
  const ends = { source, destination: addressOf(address), sourcePort: EPHEMERAL_PORTS.from };
  return protocol === 'icmp'
    ? { protocol: PROTOCOL.icmp, ...ends, destinationPort: 0, icmp: ICMP_ECHO_REQUEST }
    : { protocol: PROTOCOL[protocol], ...ends, destinationPort: port };
}

const sends = (node: InterfaceNode): FlowStep => ({
  leg: 'forward', kind: 'network-interface', id: node.id, verdict: 'pass',
  detail: `${node.interface.instanceId ?? node.id} sends from ${formatAddress(node.address)}, ${node.subnet.subnet.subnetId}`,
});

function endOf(leg: FlowStep['leg'], outcome: Outcome): FlowStep {
  switch (outcome.decision) {
    case 'drop':
      return { leg, ...placeOf(outcome.by), detail: outcome.why, verdict: 'drop' };
    case 'arrive':
      return { leg, ...arrived(outcome.arrival), verdict: 'pass' };
    case 'ttl-exceeded':
      return { leg, kind: 'nat-gateway', id: outcome.node.natGateway?.natGatewayId, detail: 'the last hop is used up', verdict: 'drop' };
    case 'frag-needed':
  }
  return { leg, kind: 'vpc', id: outcome.router.vpc.vpc.vpcId, detail: `larger than ${outcome.mtu} bytes`, verdict: 'drop' };
}

/** `acl-1 egress rule 50`, `rtb-1 0.0.0.0/0`, `sg-1`: the resource, and what decided within it. */
function placeOf(by: string): Pick<FlowStep, 'kind' | 'id' | 'rule'> {
  const [id = by, ...within] = by.split(' ');
  return { kind: KINDS.find(([prefix]) => id.startsWith(prefix))?.[1] ?? 'vpc', id, rule: within.at(-1) };
}

function arrived(arrival: Arrival): Pick<FlowStep, 'kind' | 'id' | 'detail'> {
  const { source, destination } = arrival.flow;
  switch (arrival.kind) {
    case 'interface':
      return { kind: 'network-interface', id: arrival.node.id, detail: `${arrival.node.interface.instanceId ?? arrival.node.id} has it, from ${formatAddress(source)}` };
    case 'endpoint':
      return { kind: 'vpc-endpoint', id: arrival.vpcEndpointId, detail: `leads to ${arrival.serviceName}` };
    case 'gateway-endpoint':
      return { kind: 'vpc-endpoint', id: arrival.vpcEndpointId, detail: `leads to ${formatAddress(destination)}` };
    case 'internet':
      return { kind: 'internet', detail: `${formatAddress(destination)} on the internet, from ${formatAddress(source)}` };
    default:
      return { kind: 'link-local', detail: `the ${arrival.kind} service: no route, security group or network ACL is asked` };
  }
}
