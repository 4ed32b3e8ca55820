/** What the configuration says of each thing that can be seen: traces and ways in, in the words of the claims. Pure. */
import type { Snapshot, SnapshotPart } from '../inventory/snapshot/snapshot.js';
import { PING_TARGET } from '../lab/lab.js';
import type { Way } from '../probe/run-line.js';
import { traceFlow } from '../reachability/engine.js';
import { predictSession, predictSsh } from '../reachability/predict-way-in.js';
import { serviceName } from '../reachability/service-name.js';
import { publicAddresses } from '../reachability/service-path.js';
import type { Question, Trace } from '../reachability/trace.js';
import type { AgentService } from '../reachability/way-in.js';
import { parseAddress } from '../net/address.js';
import type { InterfaceNode, Network } from '../vpc/network.js';
import { inVpc } from '../vpc/network.js';
import type { Prediction } from './sides.js';

/** What predictions are made from. */
export interface Configuration {
  readonly snapshot: Snapshot;
  /** Its network, indexed. */
  readonly network: Network;
  /** Address that this machine is seen as from the region; null when it is not known. */
  readonly from: string | null;
}

/** The values of a way in. */
export const WAY_NAME = { 'ssh-key-pair': 'SSH', 'session-manager': 'Session Manager' } as const satisfies Record<Way, string>;
export const wayValue = (way: Way, state: 'open' | 'closed'): string => `${WAY_NAME[way]} is ${state}`;

export const REACHABLE = 'reachable';
export const NOT_REACHABLE = 'not reachable';
export const NOT_AVAILABLE = 'not available';
export const NO_ANSWER = 'no answer';
export const PUBLIC = 'public';
export const NONE = 'none';

export const unknownPrediction = (by: string, why: string): Prediction => ({ value: null, by, why, blame: null });

/** Unknown, when one of the parts could not be read: the action that is missing is named. */
export function unread(snapshot: Snapshot, ...parts: readonly SnapshotPart[]): Prediction | undefined {
  const missing = snapshot.unread.find((each) => parts.includes(each.part));
  return missing === undefined ? undefined : unknownPrediction(missing.action, `not allowed to read it: ${missing.action} (${missing.code})`);
}

/** `acl-0a rule 100 (A1)`. */
export const named = ({ by, rule }: { readonly by: string; readonly rule: string }): string => `${by} (${rule})`;

/** Whom a trace's outcome is due to: its first blocker, or where it is delivered the last security group that let it in. */
const blameOf = ({ blockers, forward }: Trace): string | null => {
  const hop = blockers[0] ?? forward.findLast((each) => each.component === 'security-group' && each.decision === 'pass');
  return hop === undefined ? null : named(hop);
};

/** What a trace says, in a claim's words; `unknown` when it crosses what is not modelled or was not read. */
function fromTrace(trace: Trace, delivered: string, otherwise: string): Prediction {
  if (trace.disposition === 'unknown') return unknownPrediction(trace.blockers[0]?.by ?? 'the configuration', trace.unknowns.join('; ') || 'it crosses what is not modelled');
  const last = trace.blockers[0] ?? trace.forward.at(-1);
  return {
    value: trace.disposition === 'delivered' ? delivered : otherwise,
    by: last === undefined ? 'the configuration' : named(last),
    why: last?.why ?? trace.disposition,
    blame: blameOf(trace),
  };
}

/** The instance's first interface. */
const primary = ({ network }: Configuration, instanceId: string): InterfaceNode | undefined => network.instances.get(instanceId)?.[0];

const noInterface = ({ snapshot }: Configuration, instanceId: string): Prediction => unread(snapshot, 'subnets', 'vpcs', 'networkInterfaces') ?? unknownPrediction(instanceId, 'it has no network interface');

function traceOut({ network, snapshot }: Configuration, node: InterfaceNode, to: Pick<Question, 'to' | 'protocol' | 'port'>): Trace {
  return traceFlow(network, { from: { kind: 'interface', networkInterfaceId: node.id }, ...to }, { unread: snapshot.unread });
}

/** The way in, link by link. SSH comes from this machine. */
export function predictWay(configuration: Configuration, instanceId: string, way: Way): Prediction {
  const { snapshot, network, from } = configuration;
  if (way === 'ssh-key-pair' && from === null) return unknownPrediction('the configuration', 'the address that this machine is seen as is not known');
  const { verdict, links } = way === 'session-manager' ? predictSession(snapshot, network, instanceId) : predictSsh(snapshot, network, instanceId, from ?? '');
  const link = links.find((each) => each.verdict === verdict) ?? links.at(-1);
  const by = link === undefined ? instanceId : named(link);
  if (verdict === 'unknown') return unknownPrediction(by, link?.why ?? 'it is not known');
  // By which role it is open only where that is not the instance's own.
  const lent = links.find((each) => each.rule === 'I12');
  const why = `every link of it is open${lent === undefined ? '' : `, by the role ${lent.by} that Default Host Management lends it`}`;
  return verdict === 'open' ? { value: wayValue(way, 'open'), by: named(links.at(-1) ?? { by: instanceId, rule: 'V5' }), why, blame: lent === undefined ? null : named(lent) } : { value: wayValue(way, 'closed'), by, why: link?.why ?? 'a link of it is closed', blame: by };
}

export function predictPing(configuration: Configuration, instanceId: string): Prediction {
  const node = primary(configuration, instanceId);
  return node === undefined ? noInterface(configuration, instanceId) : fromTrace(traceOut(configuration, node, { to: PING_TARGET, protocol: 'icmp' }), 'replies', 'silence');
}

/** Under which address the server that says it sees it: that of the last header on the way. The server's own address is in no snapshot. */
export function predictEgress(configuration: Configuration, instanceId: string): Prediction {
  const node = primary(configuration, instanceId);
  if (node === undefined) return noInterface(configuration, instanceId);
  const [first, ...others] = publicAddresses(configuration.network, node, configuration.snapshot.fabric === 'aws').map((to): { readonly to: string; readonly said: Prediction } => {
    const trace = traceOut(configuration, node, { to, protocol: 'tcp', port: 80 });
    const last = trace.forward.at(-1);
    return { to, said: fromTrace(trace, (last?.after ?? last?.header)?.source ?? NONE, NONE) };
  });
  if (first === undefined) throw new RangeError('a public name has an address that stands for it');
  const other = others.find(({ said }) => said.value !== first.said.value);
  if (other === undefined || first.said.value === null) return first.said;
  return unknownPrediction(other.said.by, `it depends on the server's address: seen from ${first.to} it is ${first.said.value}, from ${other.to} ${other.said.value ?? 'not known'}`);
}

/** Whose the addresses are: `label` of the endpoint that has them, or public, or they themselves. */
export function addressesText(node: InterfaceNode, addresses: readonly string[], label: (serviceName: string) => string): string {
  if (addresses.length === 0) return NO_ANSWER;
  const at = addresses.map((address) => {
    const number = parseAddress(address) ?? 0;
    const endpoint = node.vpc.interfaces.get(number)?.endpoint;
    return endpoint === undefined ? (inVpc(node.vpc, number) ? address : PUBLIC) : label(endpoint.serviceName);
  });
  return [...new Set(at)].join(', ');
}

/** What a service's name is answered with inside. */
export function predictServiceAddress(configuration: Configuration, instanceId: string, service: AgentService, label: (serviceName: string) => string): Prediction {
  const node = primary(configuration, instanceId);
  if (node === undefined) return noInterface(configuration, instanceId);
  const { network, snapshot } = configuration;
  const { link, addresses, silent } = serviceName(network, node, service, snapshot.unread);
  const by = named(link);
  if (link.verdict === 'unknown') return unknownPrediction(by, link.why);
  const value = silent ? NO_ANSWER : addresses === undefined ? PUBLIC : addressesText(node, addresses, label);
  return { value, by, why: link.why, blame: by };
}

/** TCP `port` of its public address from this machine. */
export function predictInbound(configuration: Configuration, instanceId: string, port: number): Prediction {
  const { network, snapshot, from } = configuration;
  const node = primary(configuration, instanceId);
  if (node === undefined) return noInterface(configuration, instanceId);
  const to = node.interface.publicIp;
  if (to === undefined) return unread(snapshot, 'networkInterfaces') ?? { value: NOT_REACHABLE, by: `${node.id} (I2)`, why: 'it has no public address', blame: node.id };
  if (from === null) return unknownPrediction('the configuration', 'the address that this machine is seen as is not known');
  return fromTrace(traceFlow(network, { from: { kind: 'internet', address: from }, to, protocol: 'tcp', port }, { unread: snapshot.unread }), REACHABLE, NOT_REACHABLE);
}
