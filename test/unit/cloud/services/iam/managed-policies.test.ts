/** AWS's managed policies: each is the document that AWS publishes, and means what it says. */
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Input, Output } from '../../../../../src/cloud/endpoint/operation.js';
import { managedPolicies } from '../../../../../src/cloud/services/iam/managed-policies.js';
import { startHarness } from '../../endpoint/harness.js';

/** From `iam get-policy-version` of March 2026 (github.com/zoph-io/MAMIP, the same in moto 5.2.1): SHA-256 of the document with its keys sorted, 32 digits. */
const PUBLISHED: Readonly<Record<string, string>> = {
  AmazonSSMManagedInstanceCore: '3d765f3ba15024b27a14711cb288154c',
  AmazonSSMManagedEC2InstanceDefaultPolicy: '033e53fb18e742e95332f1a9d86167d5',
  AmazonSSMPatchAssociation: '1ec00805e7c805ad8d46534711ce4a96',
  AmazonEC2RoleforSSM: '1e9ac8f1ea620190399d1c1243d84489',
  AmazonSSMReadOnlyAccess: '946e1af9abd0584ed694ae9e2219213b',
  AmazonSSMFullAccess: 'f4a7b40fa42d259730a9de47228bd8e5',
  CloudWatchAgentServerPolicy: 'd236e3251c7b182cf3bfb8dccba5bbc0',
  EC2InstanceConnect: '00c452a106192eef584a9805f376cd7c',
  AmazonEC2ReadOnlyAccess: '2ab433405214bc2c92e99aef465dca3d',
  AmazonEC2FullAccess: 'e832c7fed7423f2f25777235cb509ecf',
  AmazonVPCReadOnlyAccess: '3ed5f4502aebd97c31d5c01d83b5668b',
  AWSCloudFormationReadOnlyAccess: 'e7a9d148a204474947613bf57ef98c68',
  AWSCloudFormationFullAccess: 'a50b025b99e460668005a176510c14c7',
  AmazonS3ReadOnlyAccess: 'c3684f94afbc829fdd4ef2aaa1bba4fe',
  AmazonS3FullAccess: 'd3e0536b1591080d249d770577746fe5',
  IAMReadOnlyAccess: '4381b59ecfb210642155a08f493bbb53',
  IAMFullAccess: '6af7c4e11fb6fe271d65ead16ab39daa',
  PowerUserAccess: '7d7c0418e91ec1f2640b715c0875135c',
  AdministratorAccess: '113496d8f8dd96a266c613bbe29e5638',
};

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]));
}

let call: (operation: string, input: Input) => Promise<Output>;

beforeEach(async () => {
  const lab = await startHarness();
  const context = lab.endpoint.internalContext('us-east-1');
  call = async (operation, input) => context.call('iam', operation, input);
  await call('CreateUser', { UserName: 'u' });
  return () => lab.close();
});

describe('AWS\'s managed policies', () => {
  it('are the documents that AWS publishes', () => {
    expect(Object.fromEntries(managedPolicies.map(({ policyName, document }) => [policyName, createHash('sha256').update(JSON.stringify(sorted(JSON.parse(document)))).digest('hex').slice(0, 32)]))).toEqual(PUBLISHED);
  });

  it('are listed apart from the account\'s, with the version in force', async () => {
    const { Policies } = await call('ListPolicies', { Scope: 'AWS', MaxItems: '1000' }) as { Policies: { PolicyName: string; Arn: string; DefaultVersionId: string }[] };
    expect(Policies.map(({ PolicyName }) => PolicyName).toSorted()).toEqual(Object.keys(PUBLISHED).toSorted());
    for (const { Arn, DefaultVersionId } of Policies) expect(await call('GetPolicyVersion', { PolicyArn: Arn, VersionId: DefaultVersionId })).toMatchObject({ PolicyVersion: { IsDefaultVersion: true } });
  });

  it.each([
    ['service-role/AmazonEC2RoleforSSM', ['ssmmessages:OpenDataChannel', 's3:GetObject'], ['ssm:StartSession']],
    ['AmazonSSMManagedEC2InstanceDefaultPolicy', ['ssm:UpdateInstanceInformation', 'ssmmessages:OpenControlChannel'], ['ssm:GetParameter']],
    ['AmazonSSMReadOnlyAccess', ['ssm:DescribeSessions', 'ssm:GetParameter'], ['ssm:StartSession', 'ssm:PutParameter']],
    ['AmazonSSMFullAccess', ['ssm:StartSession', 'ssm:SendCommand', 'ec2:DescribeInstanceStatus'], ['ec2:DescribeInstances']],
    ['AmazonEC2ReadOnlyAccess', ['ec2:DescribeInstances'], ['ec2:RunInstances']],
    ['AmazonVPCReadOnlyAccess', ['ec2:DescribeVpcs'], ['ec2:DescribeInstances']],
    ['PowerUserAccess', ['ec2:RunInstances', 'iam:ListRoles', 's3:PutObject'], ['iam:CreateUser']],
    ['EC2InstanceConnect', ['ec2-instance-connect:SendSSHPublicKey'], ['ssm:StartSession']],
    ['CloudWatchAgentServerPolicy', ['logs:PutLogEvents'], ['ssm:GetParameter']],
  ])('%s allows what it names, and nothing else', async (name, allowed, denied) => {
    await call('AttachUserPolicy', { UserName: 'u', PolicyArn: `arn:aws:iam::aws:policy/${name}` });
    const decisions = async (ActionNames: readonly string[]) => ((await call('SimulatePrincipalPolicy', { PolicySourceArn: 'arn:aws:iam::123456789012:user/u', ActionNames }))['EvaluationResults'] as { EvalDecision: string }[]).map((each) => each.EvalDecision);
    expect(await decisions(allowed)).toEqual(allowed.map(() => 'allowed'));
    expect(await decisions(denied)).toEqual(denied.map(() => 'implicitDeny'));
  });

  it('that are not here are refused, and told where to look', async () => {
    const arn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
    await expect(call('AttachUserPolicy', { UserName: 'u', PolicyArn: arn })).rejects.toMatchObject({ code: 'NoSuchEntity', message: expect.stringMatching(/^Policy \S+ReadOnlyAccess does not exist or is not attachable\. Of AWS's managed policies the local cloud has those that list-policies --scope AWS names/) as string });
    await expect(call('GetPolicy', { PolicyArn: arn })).rejects.toMatchObject({ code: 'NoSuchEntity', message: expect.stringContaining('--scope AWS') as string });
    await expect(call('GetPolicy', { PolicyArn: 'arn:aws:iam::123456789012:policy/none' })).rejects.toMatchObject({ message: 'Policy arn:aws:iam::123456789012:policy/none was not found.' });
  });
});
