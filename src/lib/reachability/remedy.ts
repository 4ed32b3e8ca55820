/** The one change that opens a way: found by making each candidate in the model and asking the engine again, so that none is offered that would not do. Pure. */
import type { Snapshot, SnapshotProfile } from '../inventory/snapshot/snapshot.js';
import { indexModel, type Network } from '../vpc/network.js';
import { applyChange, type Change, COMING_ADDRESS, CORE_POLICY } from './change.js';
import { type Remedy, remedyOf } from './change-command.js';
import { dhcpCandidates, endpointCandidates, pathCandidates } from './remedy-candidates.js';
import { askWay, type Way, type WayAnswer } from './asked-way.js';

/**
 * The first candidate that opens the way for certain, narrow ones first; undefined when it is open, or no single change does.
 * `subject`: id of the instance that a flow is asked about.
 */
export function remedyFor(snapshot: Snapshot, way: Way, answer: WayAnswer, subject?: string): Remedy | undefined {
  if (answer.verdict === 'open') return undefined;
  const network = indexModel(snapshot.network);
  const tried = new Set<string>();
  for (const change of candidates(snapshot, network, { way, answer, subject })) {
    const key = JSON.stringify(change);
    if (tried.has(key)) continue;
    tried.add(key);
    const after = applyChange(change, snapshot);
    if (askWay(after, indexModel(after.network), wayAfter(change, network, way)).verdict === 'open') return remedyOf(change, snapshot);
  }
  return undefined;
}

/** Somebody outside asks for the public address that comes with the start; before it the private one stands in its place. */
function wayAfter(change: Change, network: Network, way: Way): Way {
  if (way.kind !== 'flow' || way.question.from.kind !== 'internet' || change.kind !== 'start-instance' || !change.withAddress) return way;
  const isPrimary = network.instances.get(change.instanceId)?.[0]?.interface.privateIp === way.question.to;
  return isPrimary ? { ...way, question: { ...way.question, to: COMING_ADDRESS } } : way;
}

interface Closed {
  readonly way: Way;
  readonly answer: WayAnswer;
  readonly subject: string | undefined;
}

function candidates(snapshot: Snapshot, network: Network, { way, answer, subject }: Closed): Change[] {
  const closed = answer.links.filter((link) => link.verdict === 'closed');
  const links = closed.flatMap((link): Change[] => {
    if (way.kind === 'flow') return [];
    if (link.link === 'instance') return [{ kind: 'start-instance', instanceId: way.instanceId }, { kind: 'metadata-on', instanceId: way.instanceId }];
    // Both names are asked of the same servers.
    if (link.link === 'name') return link === closed.find((each) => each.link === 'name') ? dhcpCandidates(snapshot, network.instances.get(way.instanceId)?.[0]?.vpc.vpc.vpcId) : [];
    if (link.link === 'identity') return identityCandidates(snapshot, way.instanceId);
    if (link.link === 'endpoint-policy') return [...new Set(link.by.match(/\bvpce-[0-9A-Za-z-]+/gu) ?? [])].map((vpcEndpointId): Change => ({ kind: 'reset-endpoint-policy', vpcEndpointId }));
    return [];
  });
  const paths = answer.traces.flatMap((trace) => pathCandidates({ network, trace, manyAddresses: way.kind === 'session-manager' }));
  const services = [...new Set(closed.flatMap((link) => link.service ?? []))];
  const primary = way.kind === 'session-manager' ? network.instances.get(way.instanceId)?.[0]?.id : undefined;
  const asleep: Change[] = way.kind === 'flow' && subject !== undefined && network.instances.get(subject)?.[0]?.interface.up === false ? [{ kind: 'start-instance', instanceId: subject }] : [];
  return [...links, ...paths, ...asleep, ...(primary === undefined ? [] : endpointCandidates(network, primary, services))]
    .flatMap((change) => (change.kind === 'start-instance' ? startCandidates(snapshot, network, change.instanceId) : [change]));
}

/** Started as it is; then with the public address that a start may bring (V11), which it does not where there is a second interface (V12). */
function startCandidates(snapshot: Snapshot, network: Network, instanceId: string): Change[] {
  const state = snapshot.instances.find((each) => each.instanceId === instanceId)?.state;
  if (state === 'shutting-down' || state === 'terminated') return [];
  const [primary, ...others] = network.instances.get(instanceId) ?? [];
  const lacksAddress = (state === 'stopped' || state === 'stopping') && primary !== undefined && primary.publicAddress === undefined && others.length === 0;
  return [{ kind: 'start-instance', instanceId }, ...(lacksAddress ? [{ kind: 'start-instance', instanceId, withAddress: true } as const] : [])];
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
