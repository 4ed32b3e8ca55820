/** What `explain` says of one way: its verdict, the way hop by hop, everything that blocks it, and the one change that would open it. */
import type { Snapshot } from '../inventory/snapshot/snapshot.js';
import type { Network } from '../vpc/network.js';
import { askWay, type Blocker, type Way, type WayAnswer, type WayVerdict } from '../reachability/asked-way.js';
import { remedyFor } from '../reachability/remedy.js';
import type { Trace } from '../reachability/trace.js';
import type { Link } from '../reachability/way-in.js';

/** `explain --json`. */
export interface Explanation {
  readonly version: 1;
  readonly instance: { readonly number: number; readonly name: string; readonly instanceId: string };
  /** A way in, or a flow that was asked for. */
  readonly way: Way['kind'];
  /** The ends in words: `10.0.3.19`, `ssm.ap-northeast-1.amazonaws.com`, `Instance3`; of Session Manager the instance and the services. */
  readonly from: string;
  readonly to: string;
  readonly verdict: WayVerdict;
  /** Of a way in, each with its trace where it is a path; empty for a flow. */
  readonly links: readonly Link[];
  /** Of a flow; null for a way in. */
  readonly trace: Trace | null;
  readonly blockers: readonly Blocker[];
  readonly unknowns: readonly string[];
  /** What the ids that are named are called: `Name` tags, and groups' names. */
  readonly names: Readonly<Record<string, string>>;
  /** Null: it is not closed, or no single change opens it. */
  readonly remedy: { readonly sentence: string; readonly command: readonly string[] } | null;
  /** Address that stands for the internet in `from` and, where the remedy opens the way to a source, in its command; null where somebody in particular asks. */
  readonly standIn: string | null;
  /** When the configuration was read; ISO 8601, UTC. */
  readonly takenAt: string;
  readonly region: string;
  readonly stack: string;
  readonly fabric: Snapshot['fabric'];
}

/** Which way is asked about, with the words for its ends. */
export interface Asked {
  readonly instance: Explanation['instance'];
  readonly way: Way;
  readonly from: string;
  readonly to: string;
  /** The address that was taken for the internet, where no other was said. */
  readonly standIn?: string | undefined;
}

export function explain(snapshot: Snapshot, network: Network, { instance, way, from, to, standIn }: Asked): Explanation {
  const answer: WayAnswer = askWay(snapshot, network, way);
  const remedy = remedyFor(snapshot, way, answer, instance.instanceId);
  const { takenAt, region, stack, fabric } = snapshot;
  const { number, name, instanceId } = instance;
  return {
    version: 1,
    instance: { number, name, instanceId },
    way: way.kind,
    from,
    to,
    verdict: answer.verdict,
    links: answer.links,
    trace: way.kind === 'flow' ? (answer.traces[0] ?? null) : null,
    blockers: answer.blockers,
    unknowns: answer.unknowns,
    names: namesIn(snapshot, [...answer.traces.flatMap(({ forward, reply }) => [...forward, ...reply].map((hop) => hop.by)), ...answer.links.map((link) => link.by)]),
    remedy: remedy === undefined ? null : { sentence: remedy.sentence, command: remedy.command },
    standIn: standIn ?? null,
    takenAt,
    region,
    stack,
    fabric,
  };
}

/** An id of AWS's: `sg-…`, `rtb-…`, `vpce-…`. */
const ID = /\b[a-z]+-[0-9a-z]+\b/gu;

function namesIn({ names, network }: Snapshot, texts: readonly string[]): Record<string, string> {
  const groups = new Map(network.securityGroups.map((group) => [group.groupId, group.groupName]));
  const ids = new Set(texts.flatMap((text) => text.match(ID) ?? []));
  return Object.fromEntries([...ids].flatMap((id) => {
    const name = names[id] ?? groups.get(id) ?? '';
    return name === '' ? [] : [[id, name]];
  }));
}
