/** A way that somebody asks about, and the one form in which explain, the remedy and diff have its answer. Pure. */
import type { Snapshot } from '../inventory/snapshot/snapshot.js';
import type { Network } from '../vpc/network.js';
import { traceFlow } from './engine.js';
import { predictSession, predictSsh } from './predict-way-in.js';
import type { ExplanationCode, Question, Trace } from './trace.js';
import type { Link, WayInPrediction } from './way-in.js';

export type Way =
  | { readonly kind: 'session-manager'; readonly instanceId: string }
  /** SSH with the key pair, from an address on the internet. */
  | { readonly kind: 'ssh-key-pair'; readonly instanceId: string; readonly from: string }
  | { readonly kind: 'flow'; readonly question: Question };

/** What stands in the way: a hop, or a link that is not a path. */
export interface Blocker {
  /** The component's id with its rule, entry or route. */
  readonly by: string;
  /** One clause: lower case, no period. */
  readonly why: string;
  /** Of `vpc-semantics.md`, or the check's id in `diagnosis.md` §3. */
  readonly rule: string;
  /** AWS's explanation code, where one fits. */
  readonly code: ExplanationCode | null;
  /** The services whose way it blocks; empty when that is none's. */
  readonly services: readonly string[];
}

export type WayVerdict = 'open' | 'closed' | 'unknown';

export interface WayAnswer {
  readonly verdict: WayVerdict;
  /** Of a way in; empty for a flow. */
  readonly links: readonly Link[];
  readonly traces: readonly Trace[];
  /** In the order of the walk, each once. */
  readonly blockers: readonly Blocker[];
  /** What could not be judged, by name, and why. */
  readonly unknowns: readonly string[];
}

/** `unread` of the snapshot makes unknown what depends on it. `network` is the index of the snapshot's model. */
export function askWay(snapshot: Snapshot, network: Network, way: Way): WayAnswer {
  if (way.kind === 'session-manager') return ofPrediction(predictSession(snapshot, network, way.instanceId));
  if (way.kind === 'ssh-key-pair') return ofPrediction(predictSsh(snapshot, network, way.instanceId, way.from));
  return ofTrace(traceFlow(network, way.question, { unread: snapshot.unread }));
}

export function verdictOfTrace({ disposition }: Pick<Trace, 'disposition'>): WayVerdict {
  if (disposition === 'delivered') return 'open';
  return disposition === 'unknown' ? 'unknown' : 'closed';
}

export function ofTrace(trace: Trace): WayAnswer {
  return { verdict: verdictOfTrace(trace), links: [], traces: [trace], blockers: merged(blockersOf(trace, [])), unknowns: trace.unknowns };
}

export function ofPrediction({ verdict, links }: WayInPrediction): WayAnswer {
  const services = (link: Link): string[] => (link.service === null ? [] : [link.service]);
  const blockers = links.flatMap((link): Blocker[] => {
    if (link.verdict !== 'closed') return [];
    const along = link.trace === undefined ? [] : blockersOf(link.trace, services(link));
    return along.length > 0 ? along : [{ by: link.by, why: link.why, rule: link.rule, code: null, services: services(link) }];
  });
  const unknowns = links.flatMap((link) => (link.verdict !== 'unknown' ? [] : link.trace !== undefined && link.trace.unknowns.length > 0 ? link.trace.unknowns : [`${link.by}: ${link.why}`]));
  return { verdict, links, traces: links.flatMap(({ trace }) => trace ?? []), blockers: merged(blockers), unknowns: [...new Set(unknowns)] };
}

const blockersOf = ({ blockers }: Trace, services: readonly string[]): Blocker[] => blockers.map(({ by, why, rule, code }) => ({ by, why, rule, code: code ?? null, services }));

const ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b/gu;

/** One that blocks both services, at an address of each, is one. */
function merged(blockers: readonly Blocker[]): Blocker[] {
  const found = new Map<string, Blocker>();
  for (const blocker of blockers) {
    const key = `${blocker.by} ${blocker.why.replaceAll(ADDRESS, '')}`;
    const known = found.get(key);
    found.set(key, known === undefined ? blocker : { ...known, services: [...new Set([...known.services, ...blocker.services])] });
  }
  return [...found.values()];
}
