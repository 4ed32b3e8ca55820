/**
 * Reads a snapshot: everything that decides reachability, one call for each kind of thing and page of it and none for each instance.
 * The rounds: instances, with what does not depend on them; the VPCs' kinds, profiles and agents; what those name (rules' ids, entries
 * of prefix lists, instances of others), while IAM is asked step by step.
 */
import { stackParameters } from '../../aws/cloudformation.js';
import { describeInstances, filter, FILTER_VALUES } from '../../aws/ec2.js';
import { type NetworkDescription, networkReadings, type RestOfNetwork, securityGroupRules, securityGroups } from '../../aws/ec2-network.js';
import { chunks } from '../../aws/pages.js';
import { describeAgents } from '../../aws/ssm.js';
import { callerIdentity } from '../../aws/sts.js';
import type { Target } from '../../target/target.js';
import type { NetworkModel } from '../../vpc/model.js';
import { type ApiAgent, inventoryOf, nothingThere } from '../inventory.js';
import type { KnownInstance } from '../instance.js';
import { networkModel, securityGroupOf } from '../network.js';
import { type ApiInstance, stackInstances } from '../stack-instances.js';
import { type Attempts, attempts, unlessRefused } from './attempts.js';
import { namesOf } from './names.js';
import { inOrder } from './order.js';
import { readPrefixLists } from './prefix-lists.js';
import { readHostManagement, readProfiles } from './roles.js';
import { type AgentRecord, type Snapshot, SNAPSHOT_KIND, SNAPSHOT_VERSION, type SnapshotInstance, type SnapshotPart } from './snapshot.js';
import { nameServersBySet, wholeNetwork, withRuleIds } from './whole-network.js';

/** The part that each kind of a network belongs to, where it has another name. */
const PART_OF: Readonly<Partial<Record<string, SnapshotPart>>> = { blockPublicAccessExclusions: 'blockPublicAccess' };

type Described = NetworkDescription & RestOfNetwork;
type Read = { readonly [K in keyof Described]: Described[K] | undefined };

/** All kinds at once; undefined for what was refused. */
async function readNetwork(target: Target, vpcIds: readonly string[], { attempt }: Attempts): Promise<Read> {
  const kinds = Object.entries(networkReadings(target, vpcIds)).map(async ([kind, { action, read }]) => [kind, await attempt<readonly unknown[] | undefined>(PART_OF[kind] ?? (kind as SnapshotPart), action, read, undefined)] as const);
  return Object.fromEntries(await Promise.all(kinds)) as Read;
}

/** With nothing in place of what was refused: for the model of `list`. */
function described(read: Read): NetworkDescription {
  const { vpcs = [], internetGateways = [], subnets = [], routeTables = [], natGateways = [], vpcEndpoints = [], securityGroups = [], dnsAttributes = [] } = read;
  return { vpcs, internetGateways, subnets, routeTables, natGateways, vpcEndpoints, securityGroups, dnsAttributes };
}

const isRunning = (instance: ApiInstance): boolean => instance.State?.Name === 'running';

/** Ids of what runs behind the VPCs' interfaces: instances of other stacks have theirs there too, and are asked for only then. */
async function runningBehind(target: Target, vpcIds: readonly string[], own: readonly ApiInstance[], interfaces: Read['networkInterfaces']): Promise<Set<string>> {
  const known = new Set(own.map((instance) => instance.InstanceId));
  const others = (interfaces ?? []).some((each) => each.Attachment?.InstanceId !== undefined && !known.has(each.Attachment.InstanceId));
  const more = others ? (await Promise.all(chunks(vpcIds, FILTER_VALUES).map((some) => describeInstances(target, [filter('vpc-id', ...some)], ['running'])))).flat() : [];
  return new Set([...own.filter(isRunning), ...more].flatMap((instance) => instance.InstanceId ?? []));
}

async function wholeModel(target: Target, vpcIds: readonly string[], instances: readonly ApiInstance[], read: Read, tries: Attempts): Promise<NetworkModel> {
  const description = described(read);
  const base = networkModel(target.region, description, instances);
  const known = new Set(base.securityGroups.map((group) => group.groupId));
  // A VPC's interfaces may wear groups that another VPC shares with it.
  const worn = new Set((read.networkInterfaces ?? []).flatMap((each) => (each.Groups ?? []).flatMap((group) => group.GroupId ?? [])));
  const shared = read.securityGroups === undefined ? [] : [...worn].filter((id) => !known.has(id));
  const groups = securityGroups(target, shared);
  const rules = securityGroupRules(target, [...known, ...shared]);
  const [sharedGroups, running, prefixLists, ruleIds] = await Promise.all([
    tries.attempt('securityGroups', groups.action, groups.read, []),
    runningBehind(target, vpcIds, instances, read.networkInterfaces),
    readPrefixLists(target, base, read.prefixLists ?? [], tries),
    // Without their ids the rules are known all the same: nothing is unread.
    unlessRefused(rules.read, undefined),
  ]);
  const whole = wholeNetwork(base, description, read, running);
  return { ...whole, prefixLists, securityGroups: withRuleIds([...whole.securityGroups, ...sharedGroups.map(securityGroupOf)], ruleIds) };
}

const STATUS = ['Online', 'ConnectionLost', 'Inactive'] as const satisfies AgentRecord['pingStatus'][];

function agentRecordOf(agent: ApiAgent | undefined): AgentRecord | null {
  if (agent === undefined) return null;
  const { PingStatus, LastPingDateTime, AgentVersion } = agent;
  return { pingStatus: STATUS.find((status) => status === PingStatus) ?? 'Unknown', lastPing: LastPingDateTime?.toISOString() ?? null, version: AgentVersion ?? null };
}

function snapshotInstance(known: KnownInstance, instance: ApiInstance | undefined, agent: ApiAgent | undefined): SnapshotInstance {
  const options = instance?.MetadataOptions;
  return {
    ...known,
    tags: Object.fromEntries((instance?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    imageId: instance?.ImageId ?? null,
    metadata: { enabled: options?.HttpEndpoint !== 'disabled', tokensRequired: options?.HttpTokens === 'required', hopLimit: options?.HttpPutResponseHopLimit ?? 1 },
    agentRecord: agentRecordOf(agent),
  };
}

const profileNames = (instances: readonly ApiInstance[]): string[] => [...new Set(instances.flatMap((instance) => instance.IamInstanceProfile?.Arn?.split('/').at(-1) ?? []))];

export interface ReadOptions {
  readonly now?: (() => Date) | undefined;
  /** Told the instances as soon as they are known; what their VPCs hold is read when it resolves. */
  readonly onInstances?: ((instances: readonly ApiInstance[]) => Promise<void>) | undefined;
}

/**
 * Reads it. `no-lab` when the stack has no instances. An action that is refused is listed in `unread` and fails nothing, but for
 * ec2:DescribeInstances: without it there is nothing to say anything of (`access-denied`).
 */
export async function readSnapshot(target: Target, stack: string, { now = () => new Date(), onInstances }: ReadOptions = {}): Promise<Snapshot> {
  const takenAt = now().toISOString();
  const tries = attempts();
  const { attempt } = tries;
  const independent = Promise.all([
    attempt<ApiAgent[]>('agents', 'ssm:DescribeInstanceInformation', () => describeAgents(target), []),
    readHostManagement(target, tries),
    attempt('stackParameters', 'cloudformation:DescribeStacks', () => stackParameters(target, stack), {}),
    unlessRefused(async () => (await callerIdentity(target)).account, null),
  ]);
  independent.catch(() => undefined);
  const { found, instances } = await stackInstances(target, stack);
  if (instances.length === 0) throw await nothingThere(target, stack, found);
  await onInstances?.(instances);
  const vpcIds = [...new Set(instances.flatMap((instance) => instance.VpcId ?? []))];
  const readAndModel = async () => {
    const read = await readNetwork(target, vpcIds, tries);
    return { read, network: await wholeModel(target, vpcIds, instances, read, tries) };
  };
  const [{ read, network }, profiles, [agents, hostManagement, parameters, account]] = await Promise.all([readAndModel(), readProfiles(target, profileNames(instances), tries), independent]);
  const apiInstance = new Map(instances.map((instance) => [instance.InstanceId, instance]));
  const apiAgent = new Map(agents.map((agent) => [agent.InstanceId, agent]));
  return inOrder({
    kind: SNAPSHOT_KIND,
    version: SNAPSHOT_VERSION,
    takenAt,
    region: target.region,
    account,
    fabric: target.fabric,
    stack,
    stackParameters: parameters,
    network,
    names: namesOf(read),
    endpointPolicies: Object.fromEntries((read.vpcEndpoints ?? []).flatMap((endpoint) => (endpoint.PolicyDocument === undefined ? [] : [[endpoint.VpcEndpointId ?? '', endpoint.PolicyDocument]]))),
    ...(read.dhcpOptions === undefined ? {} : { dhcpOptions: nameServersBySet(read.dhcpOptions) }),
    instances: inventoryOf(instances, network, agents).map((known) => snapshotInstance(known, apiInstance.get(known.instanceId), apiAgent.get(known.instanceId))),
    profiles,
    hostManagement,
    unread: tries.unread(),
  });
}
