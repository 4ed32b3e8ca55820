import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkModel } from '../../../../../src/cloud/services/ec2/network-model.js';
import { SsmlabError } from '../../../../../src/lib/errors.js';
import { takeInventory } from '../../../../../src/lib/inventory/inventory.js';
import { inOrder } from '../../../../../src/lib/inventory/snapshot/order.js';
import { readSnapshot } from '../../../../../src/lib/inventory/snapshot/read.js';
import type { Snapshot } from '../../../../../src/lib/inventory/snapshot/snapshot.js';
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
    expect(snapshot).toMatchObject({ kind: 'ssmlab-snapshot', version: 1, takenAt: '2026-11-29T01:02:03.000Z', region: REGION, fabric: 'computed', stack: 'ssmlab', account: expect.stringMatching(/^\d{12}$/) as string, hostManagementRole: null });
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
  const READ = ['ec2:Describe*', 'ssm:DescribeInstanceInformation', 'ssm:GetServiceSetting', 'iam:Get*', 'iam:List*', 'sts:GetCallerIdentity'];
  const statement = (Effect: string, Action: readonly string[]) => ({ Effect, Action, Resource: '*' });
  const readWithout = async (...refused: readonly string[]) => readSnapshot(region.as(await userWith(region, [statement('Allow', READ), statement('Deny', refused)])), 'ssmlab');

  it.each<[string, string[], string[]]>([
    ['network ACLs', ['ec2:DescribeNetworkAcls'], ['networkAcls ec2:DescribeNetworkAcls UnauthorizedOperation']],
    ['DNS attributes, once for both VPCs', ['ec2:DescribeVpcAttribute'], ['dnsAttributes ec2:DescribeVpcAttribute UnauthorizedOperation']],
    ['interfaces', ['ec2:DescribeNetworkInterfaces'], ['networkInterfaces ec2:DescribeNetworkInterfaces UnauthorizedOperation']],
    ['agents', ['ssm:*'], ['agents ssm:DescribeInstanceInformation AccessDeniedException', 'hostManagement ssm:GetServiceSetting AccessDeniedException']],
    ['Block Public Access', ['ec2:DescribeVpcBlockPublicAccess*'], ['blockPublicAccess ec2:DescribeVpcBlockPublicAccessExclusions UnauthorizedOperation', 'blockPublicAccess ec2:DescribeVpcBlockPublicAccessOptions UnauthorizedOperation']],
    ['profiles', ['iam:GetInstanceProfile'], ['instanceProfiles iam:GetInstanceProfile AccessDenied']],
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

  it('is nothing without the instances', async () => {
    await expect(readWithout('ec2:DescribeInstances')).rejects.toSatisfy((error) => error instanceof SsmlabError && error.code === 'access-denied' && error.message.includes('ec2:DescribeInstances'));
  });
});
