/** Two snapshots, or a snapshot and what is to become of it: which ways and claims of the lab change, and which differences decide a way. Pure. */
import { nameServersOf } from '../inventory/overlay/dhcp-options.js';
import type { Doubt, Outlook } from '../inventory/overlay/outlook.js';
import type { Snapshot } from '../inventory/snapshot/snapshot.js';
import { askWay, type WayAnswer, type WayVerdict } from '../reachability/asked-way.js';
import { missingInterface } from '../reachability/unread.js';
import { indexModel } from '../vpc/network.js';
import { type ClaimChange, claimChanges } from './claims.js';
import { decidingOf } from './deciding.js';
import { type Difference, differencesOf } from './differences.js';
import { withFacts } from './facts.js';
import { type AskedEverywhere, type Side, waysOf } from './ways.js';

export interface WayChange {
  readonly instance: { readonly number: number; readonly name: string; readonly instanceId: string };
  /** `Session Manager`, `tcp/22 from 8.8.8.8`. */
  readonly way: string;
  readonly before: WayVerdict;
  readonly after: WayVerdict;
  /** `moved`: open before and after, seen under another address outside; `rerouted`: its services' names lead to endpoints, or no more. */
  readonly kind: 'lost' | 'opened' | 'moved' | 'rerouted' | 'doubtful' | 'known';
  /** What decides: the fewest differences that, taken back, undo the change; of a way in doubt what is not known. */
  readonly deciding: readonly string[];
  /** The first thing in the way where it is closed, the address it is seen under where it moved, where its services are where it is rerouted. */
  readonly why: string | null;
}

/** `diff --json`. */
export interface SnapshotDiff {
  readonly version: 1;
  readonly verdict: 'same' | 'changed' | 'unknown';
  readonly before: { readonly source: string; readonly takenAt: string };
  readonly after: { readonly source: string; readonly takenAt: string };
  readonly changes: readonly WayChange[];
  /** Claims of the lab's tables that say something else after. */
  readonly claims: readonly ClaimChange[];
  /** Ways that are unknown before and after. */
  readonly unknown: readonly { readonly instance: WayChange['instance']; readonly way: string; readonly why: readonly string[] }[];
  /** Ways whose answer is the same and known. */
  readonly same: number;
  /** Every difference of the configuration that could matter. */
  readonly differences: readonly string[];
  /** What is not known of the outlook, by name. */
  readonly doubts: readonly string[];
}

interface State {
  readonly verdict: WayVerdict;
  readonly seenAs: string | null;
  readonly why: string | null;
  readonly unknowns: readonly string[];
  readonly ids: ReadonlySet<string>;
}

const sideOf = (snapshot: Snapshot): Side => ({ snapshot, network: indexModel(snapshot.network) });

/** `sources` are how the two are called: file names, `now`, a change set. */
export function diffOf(before: Snapshot, outlook: Outlook, sources: readonly [string, string]): SnapshotDiff {
  const { least, most, doubts } = outlook;
  const old = sideOf(before);
  const ends = least === most ? [sideOf(least)] : [sideOf(least), sideOf(most)];
  const differences = differencesOf(before, least);
  const sideWith = undoing(before, least);
  const changes: WayChange[] = [];
  const unknown: SnapshotDiff['unknown'][number][] = [];
  let same = 0;
  for (const asked of waysOf([old, ...ends])) {
    const was = stateOf(asked, old);
    const is = between(asked, ends, doubts);
    const { number, name, instanceId } = asked.subject;
    const instance = { number, name, instanceId };
    const kind = kindOf(was, is, asked);
    if (kind !== undefined) changes.push({ instance, way: asked.words, before: was.verdict, after: is.verdict, kind, ...reasonsOf(asked, kind, { sideWith, differences, was, is }) });
    else if (is.verdict === 'unknown') unknown.push({ instance, way: asked.words, why: is.unknowns });
    else same += 1;
  }
  const claims = claimChanges(old, ends, doubts);
  const changed = changes.some(({ kind }) => kind === 'lost' || kind === 'opened' || kind === 'moved' || kind === 'rerouted') || claims.some((claim) => claim.before !== null && claim.after !== null);
  const verdict = changed ? 'changed' : changes.length + claims.length + unknown.length > 0 || doubts.some(({ component }) => component === null) ? 'unknown' : 'same';
  return {
    version: 1,
    verdict,
    before: { source: sources[0], takenAt: before.takenAt },
    after: { source: sources[1], takenAt: least.takenAt },
    changes,
    claims,
    unknown,
    same,
    differences: differences.map(({ text }) => text),
    doubts: doubts.map(({ text }) => text),
  };
}

function kindOf(was: State, is: State, { identity }: AskedEverywhere): WayChange['kind'] | undefined {
  if (was.verdict === is.verdict) return was.verdict === 'open' && was.seenAs !== is.seenAs ? (identity === 'services' ? 'rerouted' : 'moved') : undefined;
  if (is.verdict === 'unknown') return 'doubtful';
  if (was.verdict === 'unknown') return 'known';
  return is.verdict === 'open' ? 'opened' : 'lost';
}

function stateOf(asked: AskedEverywhere, side: Side): State {
  const way = asked.in(side);
  if (way === undefined) {
    // An instance that is there without its interface is one of whose network something could not be read.
    const missing = side.snapshot.instances.some((each) => each.instanceId === asked.subject.instanceId) ? missingInterface(side.snapshot.unread) : undefined;
    const nobody = { seenAs: null, ids: new Set<string>() };
    return missing === undefined ? { ...nobody, verdict: 'closed', why: 'one of the two is not there', unknowns: [] } : { ...nobody, verdict: 'unknown', why: null, unknowns: [missing] };
  }
  const answer = askWay(side.snapshot, side.network, way);
  const seen = answer.verdict !== 'open' ? undefined : asked.identity === 'outside' ? answer.traces[0]?.forward.at(-1)?.header.source : asked.identity === 'services' ? servicesAt(answer) : undefined;
  const blocker = answer.blockers[0];
  return { verdict: answer.verdict, seenAs: seen ?? null, why: blocker === undefined ? null : `${blocker.by}: ${blocker.why}`, unknowns: answer.unknowns, ids: idsOf(answer, asked, side) };
}

/** Only a name that an endpoint captures is under a policy of the endpoint's. */
function servicesAt({ links }: WayAnswer): string {
  return links.filter(({ link }) => link === 'name').map(({ service }) => `${service ?? ''} ${links.some((other) => other.link === 'endpoint-policy' && other.service === service) ? 'by an endpoint' : 'in public'}`).join(', ');
}

/** The state between the two ends: known where both say the same and nothing on the way is in doubt. */
function between(asked: AskedEverywhere, ends: readonly Side[], doubts: readonly Doubt[]): State {
  const states = ends.map((end) => stateOf(asked, end));
  const [first] = states;
  if (first === undefined) throw new RangeError('an outlook has one end at least');
  const ids = new Set(states.flatMap((state) => [...state.ids]));
  const touched = doubts.filter(({ component }) => component !== null && ids.has(component)).map(({ text }) => text);
  const split = states.some(({ verdict, seenAs }) => verdict !== first.verdict || seenAs !== first.seenAs);
  if (touched.length === 0 && !split) return { ...first, unknowns: first.unknowns.map((text) => doubts.find(({ component }) => component !== null && text.includes(component))?.text ?? text) };
  return { ...first, verdict: 'unknown', seenAs: null, unknowns: [...new Set([...states.flatMap(({ unknowns }) => unknowns), ...(touched.length > 0 ? touched : doubts.map(({ text }) => text))])] };
}

const ID = /\b[a-z]+-[0-9a-z][0-9A-Za-z-]*/gu;

/** Everything that the answer has to do with: what its hops and links name, and what the instance stands in. */
function idsOf({ links, traces }: WayAnswer, asked: AskedEverywhere, { snapshot, network }: Side): Set<string> {
  const named = [...links.map(({ by }) => by), ...traces.flatMap(({ forward, reply }) => [...forward, ...reply].map(({ id, by }) => `${id} ${by}`))];
  const instance = snapshot.instances.find((each) => each.instanceId === asked.subject.instanceId);
  const nodes = network.instances.get(asked.subject.instanceId) ?? [];
  const own = nodes.flatMap((node) => [node.id, node.subnet.subnet.subnetId, node.vpc.vpc.vpcId, node.subnet.routeTable?.table.routeTableId ?? '', ...node.groupIds]);
  const profile = snapshot.profiles.find((each) => each.name === instance?.instanceProfile);
  // Who asks for no name is not touched by who answers it.
  const names = links.some(({ link }) => link === 'name') ? nodes.map((node) => nameServersOf(node.vpc.vpc.vpcId)) : [];
  const identity = links.length === 0 ? [] : [instance?.instanceProfile ?? '', profile?.role?.roleName ?? ''];
  return new Set([asked.subject.instanceId, ...named.flatMap((text) => text.match(ID) ?? []), ...own, ...names, ...identity]);
}

/** More of them than a change of a few things has are made anew. */
const MOST_SIDES = 500;

/** What is after, with some differences taken back; the same ones are asked about for every way that changes. */
function undoing(before: Snapshot, after: Snapshot): (undone: readonly Difference[]) => Side {
  const made = new Map<string, Side>();
  return (undone) => {
    const key = undone.map(({ text }) => text).join('\n');
    const known = made.get(key);
    if (known !== undefined) return known;
    const side = sideOf(withFacts(after, before, undone.flatMap(({ keys }) => keys)));
    if (made.size < MOST_SIDES) made.set(key, side);
    return side;
  };
}

interface Comparison {
  readonly sideWith: (undone: readonly Difference[]) => Side;
  readonly differences: readonly Difference[];
  readonly was: State;
  readonly is: State;
}

function reasonsOf(asked: AskedEverywhere, kind: WayChange['kind'], { sideWith, differences, was, is }: Comparison): Pick<WayChange, 'deciding' | 'why'> {
  if (kind === 'doubtful') return { deciding: is.unknowns, why: null };
  const undone = (kept: readonly Difference[]): boolean => {
    const state = stateOf(asked, sideWith(kept));
    return state.verdict === was.verdict && state.seenAs === was.seenAs;
  };
  const deciding = decidingOf(differences, undone) ?? [];
  return { deciding: deciding.map(({ text }) => text), why: kind === 'moved' ? `seen as ${is.seenAs ?? 'nobody'} instead of ${was.seenAs ?? 'nobody'}` : kind === 'rerouted' ? `${is.seenAs ?? ''} instead of ${was.seenAs ?? ''}` : is.verdict === 'closed' ? is.why : null };
}
