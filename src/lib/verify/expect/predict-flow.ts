/** What the configuration says of a declared flow: every stretch of addresses and ports that it means is asked for, and one answer is made of all. Pure. */
import type { Hop, Question, Trace } from '../../reachability/trace.js';
import type { InterfaceNode, Network } from '../../vpc/network.js';
import { type Boundaries, boundariesOf, portsFor } from './boundaries.js';
import type { Between, Ends, Scene } from './ends.js';
import type { FlowSpec, Openness } from './language.js';

export const REACHABLE_IN_PART = 'reachable in part';

export interface FlowPrediction {
  readonly value: 'reachable' | 'not reachable' | typeof REACHABLE_IN_PART | null;
  readonly by: string;
  readonly why: string;
  readonly blame: string | null;
}

/** More than these would take longer than a person waits: the claim is unknown and says so. */
const MOST_QUESTIONS = 20_000;

interface Asked {
  readonly question: Question;
  readonly text: string;
}

/** Where ports are treated otherwise on the way between the interfaces. */
export function portBoundaries(network: Network, interfaces: readonly InterfaceNode[]): Boundaries['ports'] {
  const groupIds = new Set(interfaces.flatMap((node) => [...node.groupIds]));
  const all = [...new Set(interfaces.map((node) => node.vpc.vpc.vpcId))].map((vpcId) => boundariesOf(network, vpcId, groupIds).ports);
  const merged = (protocol: 'tcp' | 'udp'): number[] => [...new Set(all.flatMap((ports) => ports[protocol]))].toSorted((a, b) => a - b);
  return { tcp: merged('tcp'), udp: merged('udp') };
}

/** The questions that a flow between these ends stands for. */
function* questionsFor({ network }: Scene, ends: readonly Ends[], flow: FlowSpec): Iterable<Asked> {
  for (const { from, to, text, interfaces } of ends) {
    const boundaries = portBoundaries(network, interfaces);
    for (const protocol of flow.protocols) {
      if (protocol === 'icmp') yield { question: { from, to, protocol }, text: `icmp ${text}` };
      else for (const port of portsFor(flow.ports, boundaries[protocol])) yield { question: { from, to, protocol, port }, text: `${protocol}/${port} ${text}` };
    }
  }
}

const named = ({ by, rule }: Pick<Hop, 'by' | 'rule'>): string => `${by} (${rule})`;

/** Whom an outcome is due to: the first blocker, else the last security group that lets it in. */
const decider = ({ blockers, forward }: Trace): Hop | undefined => blockers[0] ?? forward.findLast((hop) => hop.component === 'security-group' && hop.decision === 'pass') ?? forward.at(-1);

interface Outcome {
  readonly text: string;
  readonly trace: Trace;
}

/** How the flows fared, the first of each kind; `nobody`: nothing is at the address. */
type Found = Partial<Record<'open' | 'closed' | 'unknown' | 'nobody', Outcome>>;

function kindOf({ disposition }: Trace): keyof Found {
  if (disposition === 'delivered') return 'open';
  if (disposition === 'unknown') return 'unknown';
  return disposition === 'nobody-there' ? 'nobody' : 'closed';
}

/** `declared` decides which of the outcomes is told of when they differ: the one that is not as declared. */
export function predictFlow(scene: Scene, between: Between, flow: FlowSpec, declared: Openness, ask: (question: Question) => Trace, most = MOST_QUESTIONS): FlowPrediction {
  if ('settled' in between) {
    const { value, by, why } = between.settled;
    return { value: value === null ? null : 'not reachable', by, why, blame: value === null ? null : by };
  }
  const found: Found = {};
  let count = 0;
  for (const { question, text } of questionsFor(scene, between.ends, flow)) {
    if (++count > most) break;
    const trace = ask(question);
    found[kindOf(trace)] ??= { text, trace };
  }
  return conclude(found, declared, count, most);
}

function conclude({ open, closed, unknown, nobody }: Found, declared: Openness, count: number, most: number): FlowPrediction {
  // Where nobody is nothing is reached; that takes nothing from what is said of the others.
  const shut = closed ?? (open === undefined ? nobody : undefined);
  const against = declared === 'open' ? shut : open;
  const complete = count <= most && unknown === undefined;
  if (against === undefined && !complete) {
    const why = unknown === undefined ? `it stands for more than ${most} different flows; a narrower one can be judged` : `${count > 1 ? `${unknown.text}: ` : ''}${unknown.trace.unknowns.join('; ') || 'it crosses what is not modelled'}`;
    return { value: null, by: unknown?.trace.blockers[0]?.by ?? 'the configuration', why, blame: null };
  }
  const told = against ?? open ?? shut;
  if (told === undefined) return { value: null, by: 'the configuration', why: 'there is nothing to ask', blame: null };
  const value = open === undefined ? 'not reachable' : shut === undefined && complete ? 'reachable' : REACHABLE_IN_PART;
  const hop = decider(told.trace);
  const by = hop === undefined ? 'the configuration' : named(hop);
  return { value, by, why: `${count > 1 ? `${against === undefined ? 'every flow of it, ' : ''}${told.text}: ` : ''}${hop?.why ?? told.trace.disposition}`, blame: by };
}
