/** What differs between two snapshots, as things that somebody did: facts that belong together are one difference, with words for it. Pure. */
import type { Snapshot, SnapshotPart } from '../inventory/snapshot/snapshot.js';
import { changedFacts, factAt, type FactKey, type Facts, factsOf } from './facts.js';
import { textOfFact } from './fact-text.js';

export interface Difference {
  /** Id of what changed: `sg-…`, `rtb-…`, `i-…`. */
  readonly component: string;
  /** What happened, as a clause with the ids in it: `sg-… (EndpointSecurityGroup) lost the rule ingress tcp/443 from sg-…`. */
  readonly text: string;
  readonly keys: readonly FactKey[];
}

/** Every difference of what decides reachability, in the order of the snapshot's lists. */
export function differencesOf(before: Snapshot, after: Snapshot): Difference[] {
  const [old, now] = [factsOf(before), factsOf(after)];
  const unread = new Set([before, after].flatMap((snapshot) => snapshot.unread.map(({ part }) => part)));
  const keys = changedFacts(old, now).filter((key) => !partsOf(key).some((part) => unread.has(part)));
  const groups = new Map<string, FactKey[]>();
  const leaders = new Set(keys.filter((key) => key.field === undefined || isState(key)).map((key) => key.id));
  for (const key of keys) {
    const leader = leaderOf(key, old, now, leaders);
    const name = leader === undefined ? JSON.stringify(key) : `thing ${leader}`;
    groups.set(name, [...(groups.get(name) ?? []), key]);
  }
  return [...groups.values()].map((together) => {
    const first = together.toSorted((a, b) => weight(a) - weight(b))[0];
    if (first === undefined) throw new RangeError('a group of facts is never empty');
    return { component: first.id, text: textOfFact(first, { snapshot: before, facts: old }, { snapshot: after, facts: now }), keys: together };
  });
}

const FIELD_PART: Readonly<Record<string, SnapshotPart>> = { enableDnsSupport: 'dnsAttributes', enableDnsHostnames: 'dnsAttributes', domainNameServers: 'dhcpOptions' };

/** The parts of a snapshot that bring the fact: what was not read in either has not changed. */
function partsOf({ collection, id, field = '' }: FactKey): readonly SnapshotPart[] {
  switch (collection) {
    case 'account': return [id === 'blockPublicAccess' ? 'blockPublicAccess' : 'hostManagement'];
    case 'profiles': return ['instanceProfiles'];
    case 'roles': return ['roles', 'instanceProfiles', 'hostManagement'];
    case 'endpointPolicies': return ['vpcEndpoints'];
    // Whether one carries traffic is told by what it belongs to.
    case 'networkInterfaces': return field === 'up' ? ['networkInterfaces', 'natGateways', 'vpcEndpoints'] : ['networkInterfaces'];
    case 'vpcs': return [FIELD_PART[field] ?? 'vpcs'];
    default: return [collection];
  }
}

/** A gateway, endpoint or instance that came, went or changed its state takes others along. */
const isState = ({ collection, field }: FactKey): boolean =>
  (collection === 'natGateways' && field === 'state') || (collection === 'internetGateways' && field === 'vpcId') || (collection === 'instances' && field === 'state');

/** What the words of a group are taken from: the thing itself, then its state, then what follows. */
function weight(key: FactKey): number {
  const main = key.collection === 'networkInterfaces' || key.collection === 'routeTables' ? 2 : 0;
  return main + (key.field === undefined || isState(key) ? 0 : 1);
}

/** The thing whose coming, going or state the fact follows from; undefined where it stands for itself. */
function leaderOf(key: FactKey, old: Facts, now: Facts, leaders: ReadonlySet<string>): string | undefined {
  const led = (id: unknown): string | undefined => (typeof id === 'string' && leaders.has(id) ? id : undefined);
  const { collection, id, field, element } = key;
  if (field === undefined || isState(key)) {
    if (collection === 'networkInterfaces') return led(ownerOf(id, old, now)) ?? id;
    return collection === 'endpointPolicies' ? (led(id) ?? id) : id;
  }
  if (collection === 'networkInterfaces' && (field === 'up' || field === 'publicIp' || field === 'instanceId')) {
    const owner = ownerOf(id, old, now);
    // The instance's own record tells its public address too.
    return led(owner) ?? (field === 'publicIp' ? `${String(owner)} address` : undefined);
  }
  if (collection === 'natGateways' && (field === 'publicIp' || field === 'privateIp')) return led(id) ?? `${id} address`;
  if (collection === 'instances' && field === 'publicIpv4') return led(id) ?? `${id} address`;
  if (collection === 'vpcEndpoints' && field === 'networkInterfaceIds') return led(id) ?? undefined;
  if (collection === 'profiles' && field === 'roleName') return undefined;
  if (collection === 'routeTables' && field === 'routes' && element !== undefined) {
    const [before, after] = [factAt(old, key), factAt(now, key)].map((route) => route as { readonly targetId?: string; readonly state?: string } | undefined);
    // A route dies of its target, and a gateway endpoint's comes and goes with it.
    if (before !== undefined && after !== undefined) return before.targetId === after.targetId ? led(before.targetId) : undefined;
    const target = (before ?? after)?.targetId;
    return target?.startsWith('vpce-') === true ? led(target) : undefined;
  }
  return undefined;
}

/** The instance, NAT gateway or endpoint that an interface belongs to, by either snapshot. */
function ownerOf(networkInterfaceId: string, old: Facts, now: Facts): string | undefined {
  for (const facts of [old, now]) {
    const own = facts.get('networkInterfaces')?.get(networkInterfaceId)?.item['instanceId'];
    if (typeof own === 'string') return own;
    for (const [id, { item }] of facts.get('natGateways') ?? []) if (item['networkInterfaceId'] === networkInterfaceId) return id;
    for (const [id, { item }] of facts.get('vpcEndpoints') ?? []) if ((item['networkInterfaceIds'] as readonly string[]).includes(networkInterfaceId)) return id;
  }
  return undefined;
}
