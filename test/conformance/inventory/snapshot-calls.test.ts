/** What a snapshot costs in calls: one for each kind and page, none for each instance. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSnapshot } from '../../../src/lib/inventory/snapshot/read.js';
import { type LabRegion, startLabRegion } from '../../unit/lib/inventory/snapshot/lab-region.js';

/** Sixty instances in two subnets, all with one profile; nothing that is not needed. */
const SIXTY = 60;
const subnet = (index: number): string => `Subnet${index % 2}`;
const template = (): string => JSON.stringify({
  Resources: {
    VPC: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    ...Object.fromEntries([0, 1].map((index) => [subnet(index), { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'VPC' }, CidrBlock: `10.0.${index}.0/24` } }])),
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }] },
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'],
        Policies: [{ PolicyName: 'own', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] } }],
      },
    },
    Profile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [{ Ref: 'Role' }] } },
    ...Object.fromEntries(Array.from({ length: SIXTY }, (_, index) => [`Instance${index}`, {
      Type: 'AWS::EC2::Instance',
      Properties: { ImageId: '{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64}}', InstanceType: 't4g.nano', SubnetId: { Ref: subnet(index) }, IamInstanceProfile: { Ref: 'Profile' } },
    }])),
  },
});

let region: LabRegion;
beforeAll(async () => {
  region = await startLabRegion();
}, 120_000);
afterAll(() => region.close());

/** How often each operation was called, without what the agents report and ask. */
async function callsOf(stack: string) {
  region.calls.length = 0;
  const snapshot = await readSnapshot(region.target, stack);
  const counts = new Map<string, number>();
  for (const call of region.calls) if (!['UpdateInstanceInformation', 'ListInstanceAssociations', 'RequestManagedInstanceRoleToken', 'CreateControlChannel'].includes(call)) counts.set(call, (counts.get(call) ?? 0) + 1);
  return { snapshot, counts: Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}

const ONCE = [
  'DescribeDhcpOptions', 'DescribeInstanceInformation', 'DescribeInstances', 'DescribeInternetGateways', 'DescribeNatGateways', 'DescribeNetworkAcls', 'DescribeNetworkInterfaces', 'DescribePrefixLists',
  'DescribeRouteTables', 'DescribeSecurityGroupRules', 'DescribeSecurityGroups', 'DescribeStacks', 'DescribeSubnets', 'DescribeVpcBlockPublicAccessExclusions', 'DescribeVpcBlockPublicAccessOptions', 'DescribeVpcEndpoints', 'DescribeVpcs',
  'GetCallerIdentity', 'GetInstanceProfile', 'GetPolicy', 'GetPolicyVersion', 'GetRole', 'GetServiceSetting', 'ListAttachedRolePolicies', 'ListRolePolicies',
];
const once = Object.fromEntries(ONCE.map((operation) => [operation, 1]));

describe('the calls of a snapshot', () => {
  it('of the lab: one for each kind, and two of DNS for each of its VPCs', async () => {
    await region.deploy('ssmlab');
    const { snapshot, counts } = await callsOf('ssmlab');
    expect(snapshot.instances).toHaveLength(4);
    expect(counts).toEqual({ ...once, DescribeVpcAttribute: 4 });
  }, 180_000);

  it('of sixty instances: no more, but for the inline policy of their role', async () => {
    await region.deploy('sixty', template());
    const { snapshot, counts } = await callsOf('sixty');
    expect(snapshot.instances).toHaveLength(SIXTY);
    expect(snapshot.network.networkInterfaces).toHaveLength(SIXTY);
    expect(snapshot.profiles[0]?.role?.policies).toHaveLength(2);
    expect(counts).toEqual({ ...once, DescribeVpcAttribute: 2, GetRolePolicy: 1 });
  }, 300_000);
});
