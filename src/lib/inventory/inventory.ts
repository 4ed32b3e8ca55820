/** The instances of a stack with path, auth method and agent, from Describe calls alone. */
import { describeNetwork } from '../aws/ec2-network.js';
import { describeAgents } from '../aws/ssm.js';
import { SsmlabError } from '../errors.js';
import { recogniseLab } from '../lab/recognise.js';
import type { Target } from '../target/target.js';
import type { NetworkModel } from '../vpc/model.js';
import { indexModel, type Network } from '../vpc/network.js';
import { pathOf } from '../vpc/path.js';
import { authOf, inboundOf } from './derive.js';
import type { AgentStatus, KnownInstance } from './instance.js';
import { nearNames } from './near.js';
import { networkModel } from './network.js';
import { type ApiInstance, isOfLab, stackInstances, tagOf } from './stack-instances.js';

export type ApiAgent = Awaited<ReturnType<typeof describeAgents>>[number];

// EC2 answers with an empty string where there is no name or address.
const orNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);

const AGENT: Readonly<Record<string, AgentStatus>> = { Online: 'online', ConnectionLost: 'connection-lost', Inactive: 'inactive' };

const natural = new Intl.Collator('en', { numeric: true });

/** The subnet's path, and what the primary interface can use of it. */
function pathsOf(network: Network, instance: ApiInstance) {
  const path = pathOf(network, { subnetId: instance.SubnetId ?? '' })?.path ?? 'none';
  const networkInterfaceId = instance.NetworkInterfaces?.find((each) => each.Attachment?.DeviceIndex === 0)?.NetworkInterfaceId;
  const egress = networkInterfaceId === undefined ? undefined : pathOf(network, { networkInterfaceId });
  return { path, egress: egress?.path ?? path };
}

/** What the APIs said, as rows. Pure. */
export function inventoryOf(instances: readonly ApiInstance[], model: NetworkModel, agents: readonly ApiAgent[]): KnownInstance[] {
  const network = indexModel(model);
  const groupById = new Map(model.securityGroups.map((group) => [group.groupId, group]));
  const agentById = new Map(agents.map((agent) => [agent.InstanceId, agent]));
  const rows = instances.map((instance) => {
    const instanceId = instance.InstanceId ?? '';
    const logicalId = orNull(tagOf(instance, 'aws:cloudformation:logical-id'));
    const groups = (instance.SecurityGroups ?? []).flatMap((worn) => groupById.get(worn.GroupId ?? '') ?? []);
    const agent = agentById.get(instanceId);
    const { path, egress } = pathsOf(network, instance);
    const publicIpv4 = orNull(instance.PublicIpAddress);
    const keyName = orNull(instance.KeyName);
    const instanceProfile = orNull(instance.IamInstanceProfile?.Arn?.split('/').at(-1));
    return {
      name: orNull(tagOf(instance, 'Name')) ?? logicalId ?? instanceId,
      instanceId,
      path,
      auth: authOf({ keyName, publicIpv4, groups, instanceProfile, agentKnown: agent !== undefined }),
      inbound: inboundOf(groups),
      subnetId: orNull(instance.SubnetId),
      vpcId: orNull(instance.VpcId),
      privateIpv4: orNull(instance.PrivateIpAddress),
      publicIpv4,
      publicDnsName: orNull(instance.PublicDnsName),
      keyName,
      instanceProfile,
      state: instance.State?.Name ?? 'unknown',
      agent: agent === undefined ? null : (AGENT[agent.PingStatus ?? ''] ?? 'unknown'),
      logicalId,
      privateDnsName: orNull(instance.PrivateDnsName),
      egress,
      tagged: isOfLab(instance),
    };
  });
  return numbered(rows);
}

type Row = Omit<KnownInstance, 'number' | 'labNumber'>;

/** The lab's four by their numbers, the others after them by logical id, name, id. */
function numbered(rows: readonly (Row & { readonly tagged: boolean })[]): KnownInstance[] {
  const numbers = new Map([...(recogniseLab(rows) ?? [])].map(([number, instanceId]) => [instanceId, number]));
  const key = ({ logicalId, name, instanceId }: Row): string => [logicalId ?? '', name, instanceId].join('\u0000');
  const place = (row: Row): number => numbers.get(row.instanceId) ?? Infinity;
  let next = Math.max(0, ...numbers.values());
  return rows
    .toSorted((a, b) => (place(a) === place(b) ? natural.compare(key(a), key(b)) : place(a) - place(b)))
    .map(({ tagged: _tagged, ...row }) => {
      const labNumber = numbers.get(row.instanceId) ?? null;
      return { number: labNumber ?? ++next, ...row, labNumber };
    });
}

function noneWhenDenied(error: unknown): string[] {
  if (error instanceof SsmlabError && error.code === 'access-denied') return [];
  throw error;
}

/** The error for a stack without instances: the stack that was meant, where one is near. */
export async function nothingThere(target: Target, stack: string, found: boolean): Promise<SsmlabError> {
  if (found) return new SsmlabError('no-lab', `no instance of the stack "${stack}" is in ${target.region}`, { hint: 'run `ssmlab status`: it says how far the stack is' });
  const { stackNames } = await import('../aws/cloudformation.js');
  // Names of other stacks are for the hint alone, and not everybody may read them.
  const near = nearNames(stack, await stackNames(target).catch(noneWhenDenied));
  const hint = near.length > 0 ? `did you mean --stack ${near.join(' or ')}?` : 'run `ssmlab deploy` first, or name another stack with --stack, another region with --region';
  return new SsmlabError('no-lab', `no stack "${stack}" is in ${target.region}`, { hint });
}

/** Reads the instances of a stack, of its nested stacks too. `no-lab` when there is no such stack, and unless `mayBeNone` when it has none. */
export async function takeInventory(target: Target, stack: string, { mayBeNone = false }: { readonly mayBeNone?: boolean } = {}): Promise<KnownInstance[]> {
  // The two do not wait for each other; the network's calls need to know the VPCs.
  const agentsRead = describeAgents(target);
  agentsRead.catch(() => undefined);
  const { found, instances } = await stackInstances(target, stack);
  if (instances.length === 0 && found && mayBeNone) return [];
  if (instances.length === 0) throw await nothingThere(target, stack, found);
  const vpcIds = [...new Set(instances.flatMap((instance) => instance.VpcId ?? []))];
  const [network, agents] = await Promise.all([describeNetwork(target, vpcIds), agentsRead]);
  return inventoryOf(instances, networkModel(target.region, network, instances), agents);
}
