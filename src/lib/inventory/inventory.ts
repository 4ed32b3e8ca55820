/** The instances of a stack with path, auth method and agent, from Describe calls alone. */
import { describeInstances, describeNetwork, ofStack } from '../aws/ec2.js';
import { describeAgents } from '../aws/ssm.js';
import { SsmlabError } from '../errors.js';
import { LAB_INSTANCES } from '../lab/lab.js';
import type { Target } from '../target/target.js';
import type { NetworkModel } from '../vpc/model.js';
import { indexModel } from '../vpc/network.js';
import { pathOf } from '../vpc/path.js';
import { authOf, inboundOf } from './derive.js';
import type { AgentStatus, KnownInstance } from './instance.js';
import { networkModel } from './network.js';

export type ApiInstance = Awaited<ReturnType<typeof describeInstances>>[number];
export type ApiAgent = Awaited<ReturnType<typeof describeAgents>>[number];

const tagOf = (instance: ApiInstance, key: string): string | undefined => instance.Tags?.find((tag) => tag.Key === key)?.Value;
// EC2 answers with an empty string where there is no name or address.
const orNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);

const AGENT: Readonly<Record<string, AgentStatus>> = { Online: 'online', ConnectionLost: 'connection-lost', Inactive: 'inactive' };

const natural = new Intl.Collator('en', { numeric: true });

/** The lab's instances by their logical ids first, the others after them by logical id, name, id. */
function order(instances: readonly ApiInstance[]): { instance: ApiInstance; number: number }[] {
  const logicalId = (instance: ApiInstance): string => tagOf(instance, 'aws:cloudformation:logical-id') ?? '';
  const labNumber = new Map<string, number>(LAB_INSTANCES.map((lab) => [lab.logicalId, lab.number]));
  const numbered: { instance: ApiInstance; number: number }[] = [];
  const others: ApiInstance[] = [];
  for (const instance of instances) {
    const number = labNumber.get(logicalId(instance));
    // A replaced instance may be there beside its successor while it is shutting down.
    if (number === undefined || numbered.some((entry) => entry.number === number)) others.push(instance);
    else numbered.push({ instance, number });
  }
  const sortKey = (instance: ApiInstance): string => [logicalId(instance), tagOf(instance, 'Name') ?? '', instance.InstanceId ?? ''].join('\u0000');
  others.sort((a, b) => natural.compare(sortKey(a), sortKey(b)));
  let next = Math.max(0, ...numbered.map((entry) => entry.number));
  return [...numbered.toSorted((a, b) => a.number - b.number), ...others.map((instance) => ({ instance, number: ++next }))];
}

/** What the APIs said, as rows. Pure. */
export function inventoryOf(instances: readonly ApiInstance[], model: NetworkModel, agents: readonly ApiAgent[]): KnownInstance[] {
  const network = indexModel(model);
  return order(instances).map(({ instance, number }) => {
    const instanceId = instance.InstanceId ?? '';
    const logicalId = orNull(tagOf(instance, 'aws:cloudformation:logical-id'));
    const vpcId = orNull(instance.VpcId);
    const subnetId = orNull(instance.SubnetId);
    const groups = model.securityGroups.filter((group) => instance.SecurityGroups?.some((worn) => worn.GroupId === group.groupId) === true);
    const agent = agents.find((candidate) => candidate.InstanceId === instanceId);
    const publicIpv4 = orNull(instance.PublicIpAddress);
    const keyName = orNull(instance.KeyName);
    const instanceProfile = orNull(instance.IamInstanceProfile?.Arn?.split('/').at(-1));
    return {
      number,
      name: orNull(tagOf(instance, 'Name')) ?? logicalId ?? instanceId,
      instanceId,
      path: subnetId === null ? 'none' : (pathOf(network, { subnetId })?.path ?? 'none'),
      auth: authOf({ keyName, publicIpv4, groups, instanceProfile, agentKnown: agent !== undefined }),
      inbound: inboundOf(groups),
      subnetId,
      vpcId,
      privateIpv4: orNull(instance.PrivateIpAddress),
      publicIpv4,
      publicDnsName: orNull(instance.PublicDnsName),
      keyName,
      instanceProfile,
      state: instance.State?.Name ?? 'unknown',
      agent: agent === undefined ? null : (AGENT[agent.PingStatus ?? ''] ?? null),
      logicalId,
      privateDnsName: orNull(instance.PrivateDnsName),
    };
  });
}

/** Reads the instances of a stack. `no-lab` when there are none. */
export async function takeInventory(target: Target, stack: string): Promise<KnownInstance[]> {
  // The two do not wait for each other; the network's calls need to know the VPCs.
  const agentsRead = describeAgents(target);
  agentsRead.catch(() => undefined);
  const instances = await describeInstances(target, [ofStack(stack)]);
  if (instances.length === 0) throw new SsmlabError('no-lab', `no instance of a stack "${stack}" is in ${target.region}`, { hint: 'run `ssmlab deploy` first, or name another stack with --stack, another region with --region' });
  const vpcIds = [...new Set(instances.flatMap((instance) => instance.VpcId ?? []))];
  const [network, agents] = await Promise.all([describeNetwork(target, vpcIds), agentsRead]);
  return inventoryOf(instances, networkModel(target.region, network), agents);
}
