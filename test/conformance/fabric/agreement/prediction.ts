/** The third judge: what the reachability engine, which knows the configuration only, says will be seen of a flow. */
import { INTERNET } from '../../../../src/cloud/fabric/fabric.js';
import { traceFlow } from '../../../../src/lib/reachability/engine.js';
import { serviceName } from '../../../../src/lib/reachability/service-name.js';
import type { Hop, Question, Trace } from '../../../../src/lib/reachability/trace.js';
import { AGENT_SERVICES } from '../../../../src/lib/reachability/way-in.js';
import { EPHEMERAL_PORTS, formatPortRange, NAT_PORTS } from '../../../../src/lib/net/port.js';
import type { NetworkModel } from '../../../../src/lib/vpc/model.js';
import { indexModel, type Network } from '../../../../src/lib/vpc/network.js';
import { REGION } from '../lab-network.js';
import type { Flow } from './flows.js';
import { ECHO_PORT, GUEST_TCP, HOSTS } from './hosts.js';
import { SILENT, type Verdicts } from './verdicts.js';

const ORDINARY = { size: 56, ttl: 64 };
const WEB: readonly string[] = [HOSTS.ssm, HOSTS.s3, HOSTS.echo, ...HOSTS.privateOnes, HOSTS.linkLocal];
const ECHOING: readonly string[] = [HOSTS.echo, HOSTS.s3, HOSTS.ssm];
/** Of guests, and of NAT gateways. */
const ALL_PORTS = [EPHEMERAL_PORTS, NAT_PORTS].map(formatPortRange);
const PINGED: readonly string[] = [HOSTS.s3, HOSTS.echo, ...HOSTS.privateOnes, ...HOSTS.sizes, INTERNET.googleDns];

/** By flow; those that the engine is not asked, or answers with unknown, are not in it. */
export function predictions(model: NetworkModel, flows: readonly Flow[]): Verdicts {
  const network = indexModel(model);
  return new Map(flows.flatMap((flow) => {
    const predicted = flow.kind === 'dns' ? predictedName(network, flow) : predictedFlow(network, flow);
    return predicted === undefined ? [] : [[flow.id, predicted] as const];
  }));
}

/** Whether what was seen is what was predicted: of a ping without its TTL; and of what the sender's own kernel refuses, nothing is sent. */
export function agrees(predicted: string, seen: string): boolean {
  if (predicted === SILENT) return seen === SILENT || seen === 'ENETUNREACH';
  return seen === predicted || (predicted.startsWith('echo from ') && seen.startsWith(`${predicted} ttl `));
}

function predictedFlow(network: Network, flow: Exclude<Flow, { kind: 'dns' }>): string | undefined {
  // Sizes and hops are not asked of the engine.
  if (flow.kind === 'icmp' && (flow.size !== ORDINARY.size || flow.ttl !== ORDINARY.ttl)) return undefined;
  const from: Question['from'] = flow.guest === undefined ? { kind: 'internet', address: flow.internet ?? INTERNET.laptop } : { kind: 'interface', networkInterfaceId: flow.guest };
  const trace = traceFlow(network, { from, to: flow.to, protocol: flow.kind, port: flow.kind === 'icmp' ? undefined : flow.port });
  if (trace.disposition === 'unknown' || losesSomePorts(trace)) return undefined;
  const last = trace.forward.at(-1);
  return trace.disposition === 'delivered' && last !== undefined ? answerOf(trace, last, flow) : SILENT;
}

/** The engine counts a flow as lost when answers to some of the ports that it may have are: which one it has is the kernel's business. */
function losesSomePorts({ disposition, reply }: Trace): boolean {
  const lost = disposition === 'reply-lost' ? reply.findLast(({ decision }) => decision === 'block') : undefined;
  const ports = lost?.component === 'network-acl' ? / answers to ports of (\S+)$/u.exec(lost.why)?.[1] : undefined;
  return ports !== undefined && !ALL_PORTS.includes(ports);
}

/** What whoever has the address answers, with whom it saw: the last of the egress identities on the way. */
function answerOf({ question }: Trace, { component, id, header }: Hop, flow: Flow): string {
  const { destination, source } = header;
  const isGuest = component === 'instance';
  if (component === 'network-interface') return `open: ${id}`;
  switch (question.protocol) {
    case 'icmp':
      return isGuest || PINGED.includes(destination) ? `echo from ${question.to}` : SILENT;
    case 'udp':
      return (isGuest || ECHOING.includes(destination)) && question.port === ECHO_PORT ? `echo: ${source}` : SILENT;
    case 'tcp':
  }
  const port = question.port ?? 0;
  if (isGuest) return (GUEST_TCP as readonly number[]).includes(port) ? `open: ${source}` : 'refused';
  if (component === 'vpc-endpoint' && !WEB.includes(destination)) return `open: ${source}`;
  if (WEB.includes(destination)) return port === 443 || (destination === HOSTS.ssm && port === 22) ? `open: ${source}` : 'refused';
  return flow.kind === 'tcp' && ([...HOSTS.sizes, INTERNET.googleDns] as string[]).includes(destination) ? 'refused' : SILENT;
}

/** The names of the agent's services; a server that is asked is taken to answer, so that hosts which serve no names are left out. */
function predictedName(network: Network, flow: Flow & { readonly kind: 'dns' }): string | undefined {
  const service = AGENT_SERVICES.find((each) => flow.name === `${each}.${REGION}.amazonaws.com`);
  const node = network.interfaces.get(flow.guest ?? '');
  if (service === undefined || node === undefined || node.vpc.vpc.domainNameServers?.includes(HOSTS.ssm) === true) return undefined;
  const { link, addresses, silent } = serviceName(network, node, service, []);
  if (link.verdict === 'unknown') return undefined;
  return silent ? SILENT : (addresses ?? [HOSTS.ssm]).join(' ');
}
