import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NETWORK_INTERFACE } from '../../../../../src/cloud/services/ec2/model.js';
import { networkModel } from '../../../../../src/cloud/services/ec2/network-model.js';
import { textAt } from '../../../../../src/lib/aws/xml.js';
import { SsmlabError } from '../../../../../src/lib/errors.js';
import { takeInventory } from '../../../../../src/lib/inventory/inventory.js';
import { inOrder } from '../../../../../src/lib/inventory/snapshot/order.js';
import { readSnapshot } from '../../../../../src/lib/inventory/snapshot/read.js';
import type { Snapshot } from '../../../../../src/lib/inventory/snapshot/snapshot.js';
import { ec2Call } from './ec2-call.js';
import { type LabRegion, REGION, startLabRegion } from './lab-region.js';
import { userWith } from './user.js';

let region: LabRegion;
let snapshot: Snapshot;
beforeAll(async () => {
  region = await startLabRegion();
  await region.deploy('ssmlab');
  snapshot = await readSnapshot(region.target, 'ssmlab', { now: () => new Date('2026-11-29T01:02:03Z') });
}, 180_000);
afterAll(() => region.close());

/** Without members that are undefined or say nothing. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (key, member: unknown) => ((key === 'secondaryAddresses' || key === 'gatewayIds') && Array.isArray(member) && member.length === 0 ? undefined : member)));

describe('readSnapshot', () => {
  it('reads the very network that the region has', () => {
    const { vpcs, internetGateways, prefixLists: _lists, ...had } = networkModel(region.memory.scope(REGION), REGION);
    const ids = new Set(snapshot.network.vpcs.map((vpc) => vpc.vpcId));
    expect(ids.size).toBe(2);
    // The region has a default VPC and prefix lists besides, which nobody of the lab uses.
    const ofLab = <T extends { readonly vpcId?: string | undefined }>(items: readonly T[]): T[] => items.filter((item) => ids.has(item.vpcId ?? ''));
    const { region: name, blockPublicAccess, ...lists } = had;
    const wanted = { region: name, prefixLists: [], blockPublicAccess, vpcs: ofLab(vpcs), internetGateways: ofLab(internetGateways), ...Object.fromEntries(Object.entries(lists).flatMap(([kind, items]) => (Array.isArray(items) ? [[kind, ofLab(items)]] : []))) };
    expect(snapshot.unread).toEqual([]);
    expect(plain(snapshot.network)).toEqual(plain(inOrder({ ...snapshot, network: wanted as unknown as Snapshot['network'] }).network));
  });

  it('has the instances as `list` has them, and what a verdict needs besides', async () => {
    const rows = await takeInventory(region.target, 'ssmlab');
    expect(snapshot.instances.map(({ tags: _tags, imageId: _imageId, metadata: _metadata, agentRecord: _record, ...row }) => row)).toEqual(rows);
    const [one, two] = snapshot.instances;
    expect(one).toMatchObject({ number: 1, tags: { Name: 'Instance1' }, agentRecord: null, metadata: { enabled: true, tokensRequired: true, hopLimit: 2 }, imageId: expect.stringMatching(/^ami-/) as string });
    expect(two?.agentRecord).toMatchObject({ pingStatus: 'Online', lastPing: expect.stringMatching(/^2\d{3}-/) as string, version: expect.stringMatching(/^\d/) as string });
  });

  it('has the role of the profile with its policies, and the policy of each endpoint', () => {
    const [profile, ...others] = snapshot.profiles;
    expect(others).toEqual([]);
    expect(profile?.name).toBe(snapshot.instances[1]?.instanceProfile);
    expect(profile?.role?.arn).toMatch(/^arn:aws:iam::\d{12}:role\//);
    expect(JSON.parse(profile?.role?.trust ?? '')).toMatchObject({ Statement: [{ Principal: { Service: 'ec2.amazonaws.com' } }] });
    expect(profile?.role?.policies.map((policy) => policy.arn)).toEqual(['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore']);
    expect(profile?.role?.policies[0]?.document).toContain('ssmmessages:OpenControlChannel');
    expect(Object.keys(snapshot.endpointPolicies)).toEqual(snapshot.network.vpcEndpoints.map((endpoint) => endpoint.vpcEndpointId));
    expect(JSON.parse(Object.values(snapshot.endpointPolicies)[0] ?? '')).toMatchObject({ Statement: [{ Effect: 'Allow' }] });
  });

  it('says when, where and what', () => {
    expect(snapshot).toMatchObject({ kind: 'ssmlab-snapshot', version: 1, takenAt: '2026-11-29T01:02:03.000Z', region: REGION, fabric: 'computed', stack: 'ssmlab', account: expect.stringMatching(/^\d{12}$/) as string, hostManagement: null, stackParameters: { SSHSourceCidr: '198.51.100.7/32', HTTPSPort: '443' } });
    expect(snapshot.network.securityGroups.flatMap((group) => [...group.ingress, ...group.egress]).map((rule) => rule.ruleId)).toEqual(expect.arrayContaining([expect.stringMatching(/^sgr-/)]));
  });

  it('knows what things are called', () => {
    const named = (id: string | undefined) => snapshot.names[id ?? ''];
    expect(new Set(snapshot.network.vpcs.map((vpc) => named(vpc.vpcId)))).toEqual(new Set(['VPC1', 'VPC2']));
    expect(snapshot.network.natGateways.map((each) => named(each.natGatewayId))).toEqual(['NATGateway']);
    // The default groups have no name.
    expect(snapshot.network.securityGroups.filter((group) => named(group.groupId) === undefined).map((group) => group.groupName)).toEqual(['default', 'default']);
    expect(Object.keys(snapshot.names)).toEqual(Object.keys(snapshot.names).toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('names the stack that is not there', async () => {
    await expect(readSnapshot(region.target, 'ssmlob')).rejects.toMatchObject({ code: 'no-lab', hint: expect.stringContaining('--stack ssmlab') as string });
  });
});

describe('what may not be read', () => {
  const READ = ['cloudformation:DescribeStacks', 'ec2:Describe*', 'ssm:DescribeInstanceInformation', 'ssm:GetServiceSetting', 'iam:Get*', 'iam:List*', 'sts:GetCallerIdentity'];
  const statement = (Effect: string, Action: readonly string[]) => ({ Effect, Action, Resource: '*' });
  const readWithout = async (...refused: readonly string[]) => readSnapshot(region.as(await userWith(region, [statement('Allow', READ), statement('Deny', refused)])), 'ssmlab');

  it.each<[string, string[], string[]]>([
    ['network ACLs', ['ec2:DescribeNetworkAcls'], ['networkAcls ec2:DescribeNetworkAcls UnauthorizedOperation']],
    ['DNS attributes, once for both VPCs', ['ec2:DescribeVpcAttribute'], ['dnsAttributes ec2:DescribeVpcAttribute UnauthorizedOperation']],
    ['interfaces', ['ec2:DescribeNetworkInterfaces'], ['networkInterfaces ec2:DescribeNetworkInterfaces UnauthorizedOperation']],
    ['agents', ['ssm:*'], ['agents ssm:DescribeInstanceInformation AccessDeniedException', 'hostManagement ssm:GetServiceSetting AccessDeniedException']],
    ['Block Public Access', ['ec2:DescribeVpcBlockPublicAccess*'], ['blockPublicAccess ec2:DescribeVpcBlockPublicAccessExclusions UnauthorizedOperation', 'blockPublicAccess ec2:DescribeVpcBlockPublicAccessOptions UnauthorizedOperation']],
    ['profiles', ['iam:GetInstanceProfile'], ['instanceProfiles iam:GetInstanceProfile AccessDenied']],
    ['the stack\'s parameters', ['cloudformation:DescribeStacks'], ['stackParameters cloudformation:DescribeStacks AccessDenied']],
    ['policies', ['iam:GetPolicyVersion'], ['roles iam:GetPolicyVersion AccessDenied']],
  ])('%s', async (_what, refused, unread) => {
    const read = await readWithout(...refused);
    expect(read.unread.map(({ part, action, code }) => `${part} ${action} ${code}`)).toEqual(unread);
    expect(read.unread[0]?.message).toMatch(/not authorized/);
    // The rest is as it was.
    expect(read.network.subnets).toEqual(snapshot.network.subnets);
    expect(read.instances.map((instance) => instance.instanceId)).toEqual(snapshot.instances.map((instance) => instance.instanceId));
  });

  it('takes the interfaces that the instances tell where the others are refused', async () => {
    const { network } = await readWithout('ec2:DescribeNetworkInterfaces');
    expect(new Set(network.networkInterfaces.map((each) => each.instanceId))).toEqual(new Set(snapshot.instances.map((each) => each.instanceId)));
  });

  it('knows the rules without their ids', async () => {
    const { network, unread } = await readWithout('ec2:DescribeSecurityGroupRules');
    expect(unread).toEqual([]);
    const told = (each: Snapshot['network']) => each.securityGroups.map((group) => [group.groupId, group.ingress.map(({ ruleId: _id, ...rule }) => plain(rule))]);
    expect(told(network)).toEqual(told(snapshot.network));
  });

  it('knows the account, since nobody can be refused sts:GetCallerIdentity', async () => {
    expect((await readWithout('sts:GetCallerIdentity')).account).toBe(snapshot.account);
  });

  it('is nothing where the policy of docs/snapshot.md is given', async () => {
    const [, policy = ''] = /```json\n([\s\S]*?)```/.exec(readFileSync(new URL('../../../../../docs/snapshot.md', import.meta.url), 'utf8')) ?? [];
    const { Statement } = JSON.parse(policy) as { readonly Statement: readonly object[] };
    const read = await readSnapshot(region.as(await userWith(region, Statement)), 'ssmlab');
    expect(read.unread).toEqual([]);
    expect({ ...read, takenAt: '', instances: [] }).toEqual({ ...snapshot, takenAt: '', instances: [] });
  });

  it('there is no snapshot without the instances', async () => {
    await expect(readWithout('ec2:DescribeInstances')).rejects.toSatisfy((error) => error instanceof SsmlabError && error.code === 'access-denied' && error.message.includes('ec2:DescribeInstances'));
  });
});

describe('what else the VPCs and the account hold', () => {
  const networkOf = async () => (await readSnapshot(region.target, 'ssmlab')).network;
  const two = () => snapshot.instances[1];

  it('has the interface of another\'s instance, up while that runs', async () => {
    const run = await ec2Call(region, 'RunInstances', { ImageId: two()?.imageId ?? '', InstanceType: 't4g.nano', MinCount: '1', MaxCount: '1', SubnetId: two()?.subnetId ?? '' });
    const instanceId = textAt(run, 'instancesSet', 'item', 'instanceId') ?? '';
    const ofIt = async () => (await networkOf()).networkInterfaces.find((each) => each.instanceId === instanceId)?.up;
    await expect.poll(ofIt, { timeout: 15_000 }).toBe(true);
    expect((await readSnapshot(region.target, 'ssmlab')).instances).toHaveLength(4);
    await ec2Call(region, 'StopInstances', { 'InstanceId.1': instanceId });
    await expect.poll(ofIt, { timeout: 15_000 }).toBe(false);
    await ec2Call(region, 'TerminateInstances', { 'InstanceId.1': instanceId });
    await expect.poll(ofIt, { timeout: 15_000 }).toBeUndefined();
  });

  it('has a group that another VPC shares with it, with the ids of its rules', async () => {
    const vpcId = textAt(await ec2Call(region, 'CreateVpc', { CidrBlock: '10.9.0.0/16' }), 'vpc', 'vpcId') ?? '';
    const groupId = textAt(await ec2Call(region, 'CreateSecurityGroup', { GroupName: 'shared', GroupDescription: 'd', VpcId: vpcId }), 'groupId') ?? '';
    const state = region.memory.scope(REGION);
    const [own] = state.list(NETWORK_INTERFACE).filter((each) => each.attachment?.instanceId === two()?.instanceId);
    if (own === undefined) throw new Error('instance 2 has no interface');
    // The local cloud does not share groups; AWS does.
    const wear = (groupIds: readonly string[]) => state.transact((tx) => tx.put(NETWORK_INTERFACE, own.networkInterfaceId, { ...own, groupIds }));
    wear([...own.groupIds, groupId]);
    const { securityGroups, vpcs } = await networkOf();
    wear(own.groupIds);
    expect(vpcs.map((vpc) => vpc.vpcId)).not.toContain(vpcId);
    expect(securityGroups.find((group) => group.groupId === groupId)).toMatchObject({ vpcId, groupName: 'shared', ingress: [], egress: [{ ruleId: expect.stringMatching(/^sgr-/) as string, protocol: '-1', cidr: '0.0.0.0/0' }] });
  });

  it('has the prefixes of lists that routes and rules name, AWS\'s and others, and of no others', async () => {
    const made = await ec2Call(region, 'CreateManagedPrefixList', { PrefixListName: 'offices', AddressFamily: 'IPv4', 'MaxEntries': '2', 'Entry.1.Cidr': '192.0.2.0/24', 'Entry.2.Cidr': '198.51.100.0/24' });
    const offices = textAt(made, 'prefixList', 'prefixListId') ?? '';
    const groupId = snapshot.network.securityGroups.find((group) => snapshot.names[group.groupId] === 'InstanceSecurityGroup2')?.groupId ?? '';
    const s3 = textAt(await ec2Call(region, 'DescribePrefixLists', { 'Filter.1.Name': 'prefix-list-name', 'Filter.1.Value.1': `com.amazonaws.${REGION}.s3` }), 'prefixListSet', 'item', 'prefixListId') ?? '';
    for (const list of [offices, s3]) await ec2Call(region, 'AuthorizeSecurityGroupIngress', { 'GroupId': groupId, 'IpPermissions.1.IpProtocol': 'tcp', 'IpPermissions.1.FromPort': '443', 'IpPermissions.1.ToPort': '443', 'IpPermissions.1.PrefixListIds.1.PrefixListId': list });
    const { prefixLists } = await networkOf();
    expect(prefixLists).toHaveLength(2);
    expect(prefixLists).toContainEqual({ prefixListId: offices, prefixListName: 'offices', cidrs: ['192.0.2.0/24', '198.51.100.0/24'] });
    expect(prefixLists.find((list) => list.prefixListId === s3)?.cidrs.length).toBeGreaterThan(0);
  });

  it('has Block Public Access as it is', async () => {
    await ec2Call(region, 'ModifyVpcBlockPublicAccessOptions', { InternetGatewayBlockMode: 'block-ingress' });
    await ec2Call(region, 'CreateVpcBlockPublicAccessExclusion', { VpcId: two()?.vpcId ?? '', InternetGatewayExclusionMode: 'allow-bidirectional' });
    const exclusion = { exclusionId: expect.stringMatching(/^vpcbpa-exclude-/) as string, resourceId: two()?.vpcId, mode: 'allow-bidirectional' };
    await expect.poll(async () => (await networkOf()).blockPublicAccess, { timeout: 15_000 }).toEqual({ mode: 'block-ingress', exclusions: [exclusion] });
  });
});
