/** Users, groups, keys and managed policies: that they are kept, and that what they say holds for requests. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Input, OperationContext, Output } from '../../../../../src/cloud/endpoint/operation.js';
import type { SigningKeys } from '../../../../../src/lib/protocol/sigv4.js';
import { VPC_ENDPOINT, type VpcEndpointRecord } from '../../../../../src/cloud/services/ec2/model.js';
import { startHarness, type Harness } from '../../endpoint/harness.js';

const ACCOUNT = '123456789012';
const document = (...statements: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string | string[], more: object = {}): object => ({ Effect: 'Allow', Action, Resource: '*', ...more });
const deny = (Action: string, more: object = {}): object => ({ Effect: 'Deny', Action, Resource: '*', ...more });
const TRUST = document({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: ['sts:AssumeRole', 'sts:TagSession'] });

let lab: Harness;
let context: OperationContext;
const call = async (operation: string, input: Input = {}): Promise<Output> => context.call('iam', operation, input);
const policy = async (name: string, text: string): Promise<string> => ((await call('CreatePolicy', { PolicyName: name, PolicyDocument: text }))['Policy'] as Output)['Arn'] as string;
const userKeys = async (name: string): Promise<SigningKeys> => {
  const { AccessKey } = await call('CreateAccessKey', { UserName: name });
  const key = AccessKey as Output;
  return { accessKeyId: String(key['AccessKeyId']), secretAccessKey: String(key['SecretAccessKey']) };
};
const describeThings = (keys: SigningKeys) => lab.call({ service: 'ec2', body: 'Action=DescribeThings&Version=2016-11-15', keys });
const message = (text: string): string => /<Message>([^<]*)</.exec(text)?.[1] ?? '';

beforeEach(async () => {
  lab = await startHarness();
  context = lab.endpoint.internalContext('ap-northeast-1');
  return () => lab.close();
});

describe('the account', () => {
  it('has one alias at most, and a new one takes the place of the old', async () => {
    expect(await call('ListAccountAliases')).toMatchObject({ AccountAliases: [], IsTruncated: false });
    await call('CreateAccountAlias', { AccountAlias: 'my-lab' });
    await call('CreateAccountAlias', { AccountAlias: 'my-other-lab' });
    expect(await call('ListAccountAliases')).toMatchObject({ AccountAliases: ['my-other-lab'] });
    await expect(call('CreateAccountAlias', { AccountAlias: 'my-other-lab' })).rejects.toMatchObject({ code: 'EntityAlreadyExists' });
    await expect(call('DeleteAccountAlias', { AccountAlias: 'my-lab' })).rejects.toMatchObject({ code: 'NoSuchEntity', message: 'The account alias my-lab does not exist.' });
    for (const AccountAlias of ['no', 'No-Capitals', 'two--hyphens', '-first', 'last-']) await expect(call('CreateAccountAlias', { AccountAlias })).rejects.toMatchObject({ code: 'ValidationError' });
    await call('DeleteAccountAlias', { AccountAlias: 'my-other-lab' });
    expect(await call('ListAccountAliases')).toMatchObject({ AccountAliases: [] });
  });
});

describe('users', () => {
  it('have keys that work, bound by the policies of the user and its groups', async () => {
    expect(await call('CreateUser', { UserName: 'ann', Path: '/team/', Tags: [{ Key: 'team', Value: 'a' }] })).toMatchObject({ User: { UserName: 'ann', Arn: `arn:aws:iam::${ACCOUNT}:user/team/ann`, UserId: expect.stringMatching(/^AIDA/) as string } });
    const keys = await userKeys('ann');
    expect(keys.accessKeyId).toMatch(/^AKIA/);
    expect((await lab.call({ service: 'sts', body: 'Action=GetCallerIdentity&Version=2011-06-15', keys })).text).toContain(`<Arn>arn:aws:iam::${ACCOUNT}:user/team/ann</Arn>`);
    expect(message((await describeThings(keys)).text)).toBe(`You are not authorized to perform this operation. User: arn:aws:iam::${ACCOUNT}:user/team/ann is not authorized to perform: ec2:DescribeThings because no identity-based policy allows the ec2:DescribeThings action`);
    await call('CreateGroup', { GroupName: 'readers' });
    await call('PutGroupPolicy', { GroupName: 'readers', PolicyName: 'read', PolicyDocument: document(allow('ec2:Describe*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'a', 'aws:username': 'ann' } } })) });
    await call('AddUserToGroup', { GroupName: 'readers', UserName: 'ann' });
    expect((await describeThings(keys)).status).toBe(200);
    await call('AttachUserPolicy', { UserName: 'ann', PolicyArn: await policy('no', document(deny('ec2:*'))) });
    expect(message((await describeThings(keys)).text)).toMatch(/is not authorized to perform: ec2:DescribeThings with an explicit deny in an identity-based policy$/);
    expect(await call('GetGroup', { GroupName: 'readers' })).toMatchObject({ Users: [{ UserName: 'ann' }] });
    expect(await call('ListGroupsForUser', { UserName: 'ann' })).toMatchObject({ Groups: [{ GroupName: 'readers' }] });
  });

  it('lose their keys when these are inactive, deleted, or the user is gone', async () => {
    await call('CreateUser', { UserName: 'u' });
    const keys = await userKeys('u');
    const other = await userKeys('u');
    await expect(call('CreateAccessKey', { UserName: 'u' })).rejects.toMatchObject({ code: 'LimitExceeded', message: 'Cannot exceed quota for AccessKeysPerUser: 2' });
    await call('UpdateAccessKey', { UserName: 'u', AccessKeyId: keys.accessKeyId, Status: 'Inactive' });
    expect((await describeThings(keys)).text).toContain('AuthFailure');
    await call('UpdateAccessKey', { UserName: 'u', AccessKeyId: keys.accessKeyId, Status: 'Active' });
    expect((await describeThings(keys)).text).toContain('UnauthorizedOperation');
    const session = await lab.call({ service: 'sts', body: 'Action=GetSessionToken&Version=2011-06-15', keys });
    const of = (name: string): string => new RegExp(`<${name}>([^<]*)<`).exec(session.text)?.[1] ?? '';
    const temporary = { accessKeyId: of('AccessKeyId'), secretAccessKey: of('SecretAccessKey'), sessionToken: of('SessionToken') };
    expect((await describeThings(temporary)).text).toContain('user/u is not authorized');
    expect((await lab.call({ service: 'iam', body: 'Action=ListUsers&Version=2010-05-08', keys: temporary })).text).toContain('InvalidClientTokenId');
    await expect(call('DeleteUser', { UserName: 'u' })).rejects.toMatchObject({ code: 'DeleteConflict', message: 'Cannot delete entity, must delete access keys first.' });
    expect(await call('ListAccessKeys', { UserName: 'u' })).toMatchObject({ AccessKeyMetadata: [{ Status: 'Active' }, { Status: 'Active' }] });
    for (const each of [keys, other]) await call('DeleteAccessKey', { UserName: 'u', AccessKeyId: each.accessKeyId });
    await call('DeleteUser', { UserName: 'u' });
    expect((await describeThings(temporary)).text).toContain('AuthFailure');
  });

  it.each<[string, string, Input, string, string]>([
    ['the lab\'s own name', 'CreateUser', { UserName: 'SSMLAB' }, 'EntityAlreadyExists', 'User with name SSMLAB already exists.'],
    ['a change of the lab\'s own', 'DeleteUser', { UserName: 'ssmlab' }, 'AccessDenied', 'cannot be changed'],
    ['unknown user', 'GetUser', { UserName: 'x' }, 'NoSuchEntity', 'The user with name x cannot be found.'],
    ['unknown group', 'DeleteGroup', { GroupName: 'x' }, 'NoSuchEntity', 'The group with name x cannot be found.'],
    ['unknown key', 'DeleteAccessKey', { AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }, 'NoSuchEntity', 'The Access Key with id AKIAAAAAAAAAAAAAAAAA cannot be found.'],
    ['an inline policy too long', 'PutUserPolicy', { UserName: 'there', PolicyName: 'p', PolicyDocument: document(allow(`s3:${'G'.repeat(2048)}`)) }, 'LimitExceeded', 'Maximum policy size of 2048 bytes exceeded for user there'],
    ['a policy of AWS\'s', 'DeletePolicy', { PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }, 'AccessDenied', 'AWS\'s own'],
    ['an unknown version', 'GetPolicyVersion', { PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess', VersionId: 'v9' }, 'NoSuchEntity', 'version v9 does not exist'],
    ['a boundary that is no ARN', 'PutUserPermissionsBoundary', { UserName: 'there', PermissionsBoundary: 'arn:aws:s3:::nothing' }, 'ValidationError', 'is not valid'],
  ])('refuses %s', async (_what, operation, input, code, text) => {
    await call('CreateUser', { UserName: 'there' });
    await expect(call(operation, input)).rejects.toMatchObject({ code, message: expect.stringContaining(text) as string });
  });
});

describe('managed policies', () => {
  it('have versions, of which one is in force', async () => {
    const arn = await policy('p', document(allow('ec2:Describe*')));
    await call('CreateUser', { UserName: 'u' });
    await call('AttachUserPolicy', { UserName: 'u', PolicyArn: arn });
    const keys = await userKeys('u');
    expect((await describeThings(keys)).status).toBe(200);
    expect(await call('CreatePolicyVersion', { PolicyArn: arn, PolicyDocument: document(allow('s3:*')), SetAsDefault: 'true' })).toMatchObject({ PolicyVersion: { VersionId: 'v2', IsDefaultVersion: true } });
    expect((await describeThings(keys)).status).toBe(403);
    await expect(call('DeletePolicyVersion', { PolicyArn: arn, VersionId: 'v2' })).rejects.toMatchObject({ code: 'DeleteConflict' });
    await call('SetDefaultPolicyVersion', { PolicyArn: arn, VersionId: 'v1' });
    expect((await describeThings(keys)).status).toBe(200);
    for (const _ of [3, 4, 5]) await call('CreatePolicyVersion', { PolicyArn: arn, PolicyDocument: document(allow('s3:*')) });
    await expect(call('CreatePolicyVersion', { PolicyArn: arn, PolicyDocument: document(allow('s3:*')) })).rejects.toMatchObject({ code: 'LimitExceeded' });
    expect(((await call('ListPolicyVersions', { PolicyArn: arn }))['Versions'] as Output[]).map((version) => version['VersionId'])).toEqual(['v5', 'v4', 'v3', 'v2', 'v1']);
    expect(await call('ListEntitiesForPolicy', { PolicyArn: arn })).toMatchObject({ PolicyUsers: [{ UserName: 'u' }], PolicyRoles: [], PolicyGroups: [] });
    await expect(call('DeletePolicy', { PolicyArn: arn })).rejects.toMatchObject({ code: 'DeleteConflict', message: 'Cannot delete a policy attached to entities.' });
    await call('DetachUserPolicy', { UserName: 'u', PolicyArn: arn });
    await expect(call('DeletePolicy', { PolicyArn: arn })).rejects.toMatchObject({ code: 'DeleteConflict', message: expect.stringContaining('more than one version') as string });
    for (const version of ['v2', 'v3', 'v4', 'v5']) await call('DeletePolicyVersion', { PolicyArn: arn, VersionId: version });
    await call('DeletePolicy', { PolicyArn: arn });
    await expect(call('GetPolicy', { PolicyArn: arn })).rejects.toMatchObject({ code: 'NoSuchEntity' });
  });

  it('are listed by whose they are', async () => {
    await policy('mine', document(allow('s3:*')));
    expect(await call('ListPolicies', { Scope: 'Local' })).toMatchObject({ Policies: [{ PolicyName: 'mine', AttachmentCount: 0 }] });
    expect(((await call('ListPolicies', { Scope: 'AWS' }))['Policies'] as Output[]).some((each) => each['PolicyName'] === 'mine')).toBe(false);
  });
});

describe('what bounds', () => {
  const assume = async (more = ''): Promise<SigningKeys> => {
    const { text } = await lab.call({ service: 'sts', body: `Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::${ACCOUNT}:role/r&RoleSessionName=me${more}` });
    const of = (name: string): string => new RegExp(`<${name}>([^<]*)<`).exec(text)?.[1] ?? '';
    return { accessKeyId: of('AccessKeyId'), secretAccessKey: of('SecretAccessKey'), sessionToken: of('SessionToken') };
  };
  beforeEach(async () => {
    await call('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: TRUST });
    await call('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: document(allow('*')) });
  });

  it('a permissions boundary', async () => {
    const keys = await assume();
    expect((await describeThings(keys)).status).toBe(200);
    const boundary = await policy('b', document(allow('s3:*')));
    await call('PutRolePermissionsBoundary', { RoleName: 'r', PermissionsBoundary: boundary });
    expect(message((await describeThings(keys)).text)).toMatch(/because no permissions boundary allows the ec2:DescribeThings action$/);
    expect(await call('GetRole', { RoleName: 'r' })).toMatchObject({ Role: { PermissionsBoundary: { PermissionsBoundaryArn: boundary } } });
    await call('DeleteRolePermissionsBoundary', { RoleName: 'r' });
    expect((await describeThings(keys)).status).toBe(200);
  });

  it('a session policy, and session tags', async () => {
    const bound = await assume(`&Policy=${encodeURIComponent(document(allow('s3:*')))}`);
    expect(message((await describeThings(bound)).text)).toMatch(/because no session policy allows the ec2:DescribeThings action$/);
    const managed = await assume(`&PolicyArns.member.1.arn=${encodeURIComponent(await policy('m', document(allow('ec2:*'))))}`);
    expect((await describeThings(managed)).status).toBe(200);
    await call('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: document(allow('*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'a' } } })) });
    expect((await describeThings(await assume())).status).toBe(403);
    expect((await describeThings(await assume('&Tags.member.1.Key=team&Tags.member.1.Value=a'))).status).toBe(200);
  });

  it('the policy of the endpoint by which it came', async () => {
    const keys = await assume();
    const put = (policyDocument: string): void => context.state.transact((tx) => tx.put(VPC_ENDPOINT, 'vpce-1', { vpcEndpointId: 'vpce-1', vpcId: 'vpc-1', policyDocument } as VpcEndpointRecord));
    lab.origin = { kind: 'fabric', sourceAddress: '10.0.3.10', vpcEndpointId: 'vpce-1' };
    put(document(allow('*', { Principal: '*' })));
    expect((await describeThings(keys)).status).toBe(200);
    put(document(allow('ssm:*', { Principal: '*' })));
    expect(message((await describeThings(keys)).text)).toMatch(/because no VPC endpoint policy allows the ec2:DescribeThings action$/);
    put(document(allow('*', { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/other` } })));
    expect((await describeThings(keys)).status).toBe(403);
    put(document(allow('*', { Principal: '*' }), deny('ec2:*', { Principal: '*', Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } })));
    expect(message((await describeThings(keys)).text)).toMatch(/with an explicit deny in a VPC endpoint policy$/);
    // The lab's own keys are no exception on this way.
    expect((await describeThings(lab.keys.lab)).status).toBe(403);
  });
});

describe('the simulator', () => {
  it('says what would be decided, by which statements, and what it was not told', async () => {
    await call('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: TRUST });
    await call('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: `{\n "Version": "2012-10-17",\n "Statement": [\n  {"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "x"}}},\n  {"Effect": "Deny", "Action": "ec2:Run*", "Resource": "*"}\n ]\n}` });
    const source = { PolicySourceArn: `arn:aws:iam::${ACCOUNT}:role/r`, ActionNames: ['ec2:DescribeVpcs', 'ec2:RunInstances', 's3:GetObject'] };
    const untold = await call('SimulatePrincipalPolicy', source);
    expect(untold).toMatchObject({ IsTruncated: false, EvaluationResults: [
      { EvalActionName: 'ec2:DescribeVpcs', EvalResourceName: '*', EvalDecision: 'implicitDeny', MatchedStatements: [], MissingContextValues: ['aws:RequestedRegion'] },
      { EvalDecision: 'explicitDeny', MatchedStatements: [{ SourcePolicyId: 'role_r_p', SourcePolicyType: 'role', StartPosition: { Line: 5, Column: 3 }, EndPosition: { Line: 5, Column: 59 } }] },
      { EvalDecision: 'implicitDeny' },
    ] });
    const told = await call('SimulatePrincipalPolicy', { ...source, ContextEntries: [{ ContextKeyName: 'aws:RequestedRegion', ContextKeyType: 'string', ContextKeyValues: ['x'] }] });
    expect(told).toMatchObject({ EvaluationResults: [{ EvalDecision: 'allowed', MatchedStatements: [{ StartPosition: { Line: 4 } }], MissingContextValues: [] }, {}, {}] });
    expect(await call('SimulateCustomPolicy', { PolicyInputList: [document(allow('s3:*'))], PermissionsBoundaryPolicyInputList: [document(allow('ec2:*'))], ActionNames: ['s3:GetObject'], ResourceArns: ['arn:aws:s3:::b/k'] }))
      .toMatchObject({ EvaluationResults: [{ EvalDecision: 'implicitDeny', EvalResourceName: 'arn:aws:s3:::b/k', PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } }] });
    expect(await call('GetContextKeysForPrincipalPolicy', { PolicySourceArn: source.PolicySourceArn, PolicyInputList: [document(allow('s3:*', { Resource: 'arn:aws:s3:::${aws:username}' }))] })).toEqual({ ContextKeyNames: ['aws:RequestedRegion', 'aws:username'] });
    await expect(call('SimulatePrincipalPolicy', { ...source, PolicySourceArn: `arn:aws:iam::${ACCOUNT}:role/none` })).rejects.toMatchObject({ code: 'NoSuchEntity' });
  });

  it('knows the lab\'s own user, who is the account\'s administrator', async () => {
    const { User } = await call('GetUser', {}) as { User: { Arn: string; UserName: string } };
    expect(await call('SimulatePrincipalPolicy', { PolicySourceArn: User.Arn, ActionNames: ['ec2:CreateVpc', 'iam:PassRole'] }))
      .toMatchObject({ EvaluationResults: [{ EvalDecision: 'allowed', MatchedStatements: [{ SourcePolicyId: 'AdministratorAccess' }] }, { EvalDecision: 'allowed' }] });
    expect(await call('ListAttachedUserPolicies', { UserName: User.UserName })).toMatchObject({ AttachedPolicies: [{ PolicyName: 'AdministratorAccess' }] });
    await expect(call('DetachUserPolicy', { UserName: User.UserName, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' })).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});
