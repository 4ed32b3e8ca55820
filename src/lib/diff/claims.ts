/** The lab's claims that ways do not tell: its tables and public addresses, as each of two configurations has them. Pure. */
import type { Doubt } from '../inventory/overlay/outlook.js';
import type { Snapshot } from '../inventory/snapshot/snapshot.js';
import type { Claim, ClaimName } from '../verify/claim.js';
import { subjectsFor } from '../verify/expectations.js';
import type { Prediction } from '../verify/sides.js';
import type { Network } from '../vpc/network.js';

export interface ClaimChange extends Pick<Claim, 'instance' | 'claim' | 'subject'> {
  /** Name of the instance. */
  readonly name: string;
  /** What the configuration says; null: not known. */
  readonly before: string | null;
  readonly after: string | null;
}

interface Side {
  readonly snapshot: Snapshot;
  readonly network: Network;
}

/** The others are of ways, which are compared for themselves. */
const TOLD: ReadonlySet<ClaimName> = new Set<ClaimName>(['public-ipv4', 'security-group', 'default-route', 'endpoint', 'key-pair', 'instance-profile']);

interface Predicted extends Pick<ClaimChange, 'instance' | 'claim' | 'subject' | 'name'> {
  readonly prediction: Prediction;
  /** Of the instance; what is new in it may be what a claim speaks of. */
  readonly vpcId: string;
}

/** By claim. Nothing where a stack is not the lab: of it nobody claims anything. */
function predictionsOf({ snapshot, network }: Side): Map<string, Predicted> {
  if (!snapshot.instances.some(({ labNumber }) => labNumber !== null)) return new Map();
  return new Map(subjectsFor([], { snapshot, network, from: null }).flatMap(({ name, instance: at, statements }) => statements
    .filter(({ claim }) => TOLD.has(claim))
    .map(({ instance, claim, subject, predict }): [string, Predicted] => [JSON.stringify([instance, claim, subject]), { instance, claim, subject, name, prediction: predict(), vpcId: network.instances.get(at?.instanceId ?? '')?.[0]?.vpc.vpc.vpcId ?? '' }])));
}

/** A value that is the same at both ends and has, before and after, to do with nothing in doubt. */
function between(was: Predicted, ends: readonly (Predicted | undefined)[], doubts: readonly Doubt[]): string | null {
  const [first] = ends;
  const touched = [was, ...ends].some((each) => doubts.some(({ component }) => component !== null && `${each?.prediction.by ?? ''} ${each?.prediction.why ?? ''} ${each?.vpcId ?? ''}`.includes(component)));
  return touched || ends.some((end) => end?.prediction.value !== first?.prediction.value) ? null : (first?.prediction.value ?? null);
}

/** Those of instances that are in both and say something else after; `ends` is what may be after, at the least and at the most. */
export function claimChanges(before: Side, ends: readonly Side[], doubts: readonly Doubt[]): ClaimChange[] {
  const after = ends.map(predictionsOf);
  return [...predictionsOf(before)].flatMap(([key, was]): ClaimChange[] => {
    const is = after.map((each) => each.get(key));
    if (is.includes(undefined)) return [];
    const [old, now] = [was.prediction.value, between(was, is, doubts)];
    const { instance, claim, subject, name } = was;
    return old === now ? [] : [{ instance, claim, subject, name, before: old, after: now }];
  });
}
