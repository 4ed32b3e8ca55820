/** The one change that opens a way: found by making each candidate in the model and asking the engine again, so that none is offered that would not do. Pure. */
import type { Snapshot, SnapshotProfile } from '../inventory/snapshot/snapshot.js';
import { indexModel } from '../vpc/network.js';
import { applyChange, type Change, CORE_POLICY } from './change.js';
import { type Remedy, remedyOf } from './change-command.js';
import { endpointCandidates, pathCandidates } from './remedy-candidates.js';
import { askWay, type Way, type WayAnswer } from './asked-way.js';

/** The first candidate that opens the way, narrow ones first; undefined when it is not closed, or no single change opens it. */
export function remedyFor(snapshot: Snapshot, way: Way, answer: WayAnswer): Remedy | undefined {
  if (answer.verdict !== 'closed') return undefined;
  const tried = new Set<string>();
  for (const change of candidates(snapshot, way, answer)) {
    const key = JSON.stringify(change);
    if (tried.has(key)) continue;
    tried.add(key);
    const after = applyChange(change, snapshot);
    if (askWay(after, indexModel(after.network), way).verdict === 'open') return remedyOf(change, snapshot);
  }
  return undefined;
}

function candidates(snapshot: Snapshot, way: Way, answer: WayAnswer): Change[] {
  const network = indexModel(snapshot.network);
  const closed = answer.links.filter((link) => link.verdict === 'closed');
  const links = closed.flatMap((link): Change[] => {
    if (way.kind === 'flow') return [];
    if (link.link === 'instance') return [{ kind: 'start-instance', instanceId: way.instanceId }, { kind: 'metadata-on', instanceId: way.instanceId }];
    if (link.link === 'identity') return identityCandidates(snapshot, way.instanceId);
    if (link.link === 'endpoint-policy') return [...new Set(link.by.match(/\bvpce-[0-9A-Za-z-]+/gu) ?? [])].map((vpcEndpointId): Change => ({ kind: 'reset-endpoint-policy', vpcEndpointId }));
    return [];
  });
  const paths = answer.traces.flatMap((trace) => pathCandidates({ network, trace, manyAddresses: way.kind === 'session-manager' }));
  const services = [...new Set(closed.flatMap((link) => link.service ?? []))];
  const primary = way.kind === 'session-manager' ? network.instances.get(way.instanceId)?.[0]?.id : undefined;
  return [...links, ...paths, ...(primary === undefined ? [] : endpointCandidates(network, primary, services))];
}

/** What an agent may lack to be somebody (diagnosis.md I06–I09, I15). */
function identityCandidates(snapshot: Snapshot, instanceId: string): Change[] {
  const instance = snapshot.instances.find((each) => each.instanceId === instanceId);
  const profile = snapshot.profiles.find((each) => each.name === instance?.instanceProfile);
  const others = snapshot.profiles.filter((each): each is SnapshotProfile & { readonly role: object } => each !== profile && each.role !== null);
  const metadata: Change = { kind: 'metadata-on', instanceId };
  if (profile === undefined) return [metadata, ...others.map(({ name }): Change => ({ kind: 'associate-profile', instanceId, profileName: name }))];
  if (profile.role === null) return [metadata, ...others.map(({ role }): Change => ({ kind: 'add-role', profileName: profile.name, roleName: role.roleName }))];
  const { roleName, trust, policies } = profile.role;
  const withEc2 = trustingEc2(trust);
  return [
    metadata,
    ...(policies.some((policy) => policy.name === CORE_POLICY) ? [] : [{ kind: 'attach-core-policy', roleName } as const]),
    ...(withEc2 === undefined ? [] : [{ kind: 'trust-ec2', roleName, trust: withEc2 } as const]),
  ];
}

/** The trust policy with one statement more; undefined when it is no policy. */
function trustingEc2(trust: string): string | undefined {
  try {
    const policy = JSON.parse(trust) as { readonly Version?: string; readonly Statement?: unknown };
    const statements: unknown[] = Array.isArray(policy.Statement) ? policy.Statement : policy.Statement === undefined ? [] : [policy.Statement];
    return JSON.stringify({ ...policy, Statement: [...statements, { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }] });
  } catch {
    return undefined;
  }
}
