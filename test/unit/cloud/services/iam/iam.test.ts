import { spawn, spawnSync } from 'node:child_process';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Input, OperationContext, Output } from '../../../../../src/cloud/endpoint/operation.js';
import { findInstanceProfile, policiesOfRole, roleForInstanceProfile } from '../../../../../src/cloud/services/iam/iam.js';
import { evaluate } from '../../../../../src/lib/policy/evaluate.js';
import { startHarness, type Harness } from '../../endpoint/harness.js';

const TRUST = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }] });
const CORE = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
const INLINE = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:Get*', Resource: '*' } });

let lab: Harness;
let context: OperationContext;
const call = async (operation: string, input: Input = {}): Promise<Output> => context.call('iam', operation, input);

beforeEach(async () => {
  lab = await startHarness();
  context = lab.endpoint.internalContext('us-east-1');
  return () => lab.close();
});

describe('roles', () => {
  it('are made, shown and deleted', async () => {
    const { Role } = await call('CreateRole', { RoleName: 'r', Path: '/lab/', AssumeRolePolicyDocument: TRUST, Description: 'd', Tags: [{ Key: 'k', Value: 'v' }] });
    expect(Role).toMatchObject({
      Path: '/lab/', RoleName: 'r', RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/), Arn: 'arn:aws:iam::123456789012:role/lab/r', MaxSessionDuration: 3600, Description: 'd', Tags: [{ Key: 'k', Value: 'v' }],
      CreateDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/), AssumeRolePolicyDocument: encodeURIComponent(TRUST),
    });
    expect(await call('GetRole', { RoleName: 'r' })).toMatchObject({ Role: { RoleId: (Role as Output)['RoleId'], RoleLastUsed: {} } });
    expect(await call('ListRoles', {})).toMatchObject({ IsTruncated: false, Roles: [{ RoleName: 'r' }] });
    expect(await call('ListRoles', { PathPrefix: '/other/' })).toMatchObject({ Roles: [] });
    await call('DeleteRole', { RoleName: 'r' });
    await expect(call('GetRole', { RoleName: 'r' })).rejects.toMatchObject({ code: 'NoSuchEntity', status: 404, message: 'The role with name r cannot be found.' });
  });

  it.each<[string, string, Input, string, string]>([
    ['twice', 'CreateRole', { RoleName: 'THERE', AssumeRolePolicyDocument: TRUST }, 'EntityAlreadyExists', 'Role with name THERE already exists.'],
    ['without trust', 'CreateRole', { RoleName: 'x' }, 'ValidationError', "'assumeRolePolicyDocument'"],
    ['bad name', 'CreateRole', { RoleName: 'a b', AssumeRolePolicyDocument: TRUST }, 'ValidationError', 'roleName is invalid'],
    ['long name', 'CreateRole', { RoleName: 'a'.repeat(65), AssumeRolePolicyDocument: TRUST }, 'ValidationError', 'less than or equal to 64'],
    ['bad path', 'CreateRole', { RoleName: 'x', Path: 'lab', AssumeRolePolicyDocument: TRUST }, 'ValidationError', 'path is invalid'],
    ['not JSON', 'CreateRole', { RoleName: 'x', AssumeRolePolicyDocument: '{' }, 'MalformedPolicyDocument', 'invalid Json'],
    ['trust with resource', 'CreateRole', { RoleName: 'x', AssumeRolePolicyDocument: INLINE }, 'MalformedPolicyDocument', 'prohibited field Resource'],
    ['boundary that is none', 'CreateRole', { RoleName: 'x', AssumeRolePolicyDocument: TRUST, PermissionsBoundary: `${CORE}2` }, 'NoSuchEntity', 'does not exist or is not attachable'],
    ['duration', 'CreateRole', { RoleName: 'x', AssumeRolePolicyDocument: TRUST, MaxSessionDuration: '60' }, 'ValidationError', 'greater than or equal to 3600'],
    ['policy with principal', 'PutRolePolicy', { RoleName: 'there', PolicyName: 'p', PolicyDocument: TRUST }, 'MalformedPolicyDocument', 'should not specify a principal'],
    ['policy without vendor', 'PutRolePolicy', { RoleName: 'there', PolicyName: 'p', PolicyDocument: INLINE.replace('s3:', '') }, 'MalformedPolicyDocument', 'prefaced by a vendor'],
    ['policy too large', 'PutRolePolicy', { RoleName: 'there', PolicyName: 'p', PolicyDocument: INLINE.replace('Get*', 'G'.repeat(11_000)) }, 'LimitExceeded', '10240'],
    ['unknown policy', 'AttachRolePolicy', { RoleName: 'there', PolicyArn: 'arn:aws:iam::aws:policy/Nope' }, 'NoSuchEntity', 'Policy arn:aws:iam::aws:policy/Nope does not exist or is not attachable.'],
    ['not attached', 'DetachRolePolicy', { RoleName: 'there', PolicyArn: CORE }, 'NoSuchEntity', 'was not found'],
    ['no inline policy', 'GetRolePolicy', { RoleName: 'there', PolicyName: 'p' }, 'NoSuchEntity', 'The role policy with name p cannot be found.'],
    ['no such user', 'GetUser', { UserName: 'u' }, 'NoSuchEntity', 'The user with name u cannot be found.'],
  ])('refuses %s', async (_what, operation, input, code, text) => {
    await call('CreateRole', { RoleName: 'there', AssumeRolePolicyDocument: TRUST });
    await expect(call(operation, input)).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
  });

  it('keep policies and say what stands in the way of deletion', async () => {
    await call('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: TRUST });
    await call('AttachRolePolicy', { RoleName: 'r', PolicyArn: CORE });
    await call('AttachRolePolicy', { RoleName: 'r', PolicyArn: CORE });
    await call('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: INLINE });
    await call('CreateInstanceProfile', { InstanceProfileName: 'ip' });
    await call('AddRoleToInstanceProfile', { InstanceProfileName: 'ip', RoleName: 'r' });
    expect(await call('ListAttachedRolePolicies', { RoleName: 'r' })).toMatchObject({ AttachedPolicies: [{ PolicyName: 'AmazonSSMManagedInstanceCore', PolicyArn: CORE }] });
    expect(await call('ListRolePolicies', { RoleName: 'r' })).toMatchObject({ PolicyNames: ['p'] });
    expect(await call('GetRolePolicy', { RoleName: 'r', PolicyName: 'p' })).toMatchObject({ PolicyDocument: expect.stringContaining('%22Version%22') });
    expect(await call('GetPolicy', { PolicyArn: CORE })).toMatchObject({ Policy: { AttachmentCount: 1, DefaultVersionId: 'v2' } });
    for (const [text, mend] of [
      ['must remove roles from instance profile first', () => call('RemoveRoleFromInstanceProfile', { InstanceProfileName: 'ip', RoleName: 'r' })],
      ['must detach all policies first', () => call('DetachRolePolicy', { RoleName: 'r', PolicyArn: CORE })],
      ['must delete policies first', () => call('DeleteRolePolicy', { RoleName: 'r', PolicyName: 'p' })],
    ] as const) {
      await expect(call('DeleteRole', { RoleName: 'r' })).rejects.toMatchObject({ code: 'DeleteConflict', status: 409, message: expect.stringContaining(text) });
      await mend();
    }
    await call('DeleteRole', { RoleName: 'r' });
  });

  it('have tags', async () => {
    await call('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: TRUST });
    await call('TagRole', { RoleName: 'r', Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }] });
    await call('TagRole', { RoleName: 'r', Tags: [{ Key: 'a', Value: '3' }] });
    await call('UntagRole', { RoleName: 'r', TagKeys: ['b', 'none'] });
    expect(await call('ListRoleTags', { RoleName: 'r' })).toMatchObject({ Tags: [{ Key: 'a', Value: '3' }] });
    await expect(call('TagRole', { RoleName: 'r', Tags: [{ Key: 'x', Value: '1' }, { Key: 'X', Value: '2' }] })).rejects.toMatchObject({ code: 'InvalidInput' });
  });

  it('come in pages', async () => {
    for (let index = 0; index < 5; index++) await call('CreateRole', { RoleName: `r${index}`, AssumeRolePolicyDocument: TRUST });
    const first = await call('ListRoles', { MaxItems: 3 });
    expect(first).toMatchObject({ IsTruncated: true, Roles: [{ RoleName: 'r0' }, { RoleName: 'r1' }, { RoleName: 'r2' }] });
    await call('DeleteRole', { RoleName: 'r0' });
    expect(await call('ListRoles', { MaxItems: 3, Marker: first['Marker'] })).toMatchObject({ IsTruncated: false, Marker: undefined, Roles: [{ RoleName: 'r3' }, { RoleName: 'r4' }] });
  });
});

describe('instance profiles', () => {
  it('hold one role and give it to who asks by name or ARN', async () => {
    await call('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: TRUST });
    await call('CreateRole', { RoleName: 's', AssumeRolePolicyDocument: TRUST });
    await call('AttachRolePolicy', { RoleName: 'r', PolicyArn: CORE });
    const { InstanceProfile } = (await call('CreateInstanceProfile', { InstanceProfileName: 'ip', Path: '/x/' })) as { InstanceProfile: Output };
    expect(InstanceProfile).toMatchObject({ InstanceProfileId: expect.stringMatching(/^AIPA[A-Z2-7]{17}$/), Arn: 'arn:aws:iam::123456789012:instance-profile/x/ip', Roles: [] });
    expect(roleForInstanceProfile(lab.globalState, 'ip')).toBeUndefined();
    await call('AddRoleToInstanceProfile', { InstanceProfileName: 'ip', RoleName: 'r' });
    expect(roleForInstanceProfile(lab.globalState, 'ip')?.roleName).toBe('r');
    expect(roleForInstanceProfile(lab.globalState, String(InstanceProfile['Arn']))?.roleName).toBe('r');
    expect(findInstanceProfile(lab.globalState, 'arn:aws:iam::123456789012:instance-profile/ip')).toBeUndefined();
    expect(policiesOfRole(lab.globalState, 'r').map((policy) => policy.name)).toEqual([CORE]);
    expect(await call('GetInstanceProfile', { InstanceProfileName: 'ip' })).toMatchObject({ InstanceProfile: { Roles: [{ RoleName: 'r' }] } });
    expect(await call('ListInstanceProfilesForRole', { RoleName: 'r' })).toMatchObject({ InstanceProfiles: [{ InstanceProfileName: 'ip' }] });
    expect(await call('ListInstanceProfilesForRole', { RoleName: 's' })).toMatchObject({ InstanceProfiles: [] });
    await expect(call('AddRoleToInstanceProfile', { InstanceProfileName: 'ip', RoleName: 's' })).rejects.toMatchObject({ code: 'LimitExceeded' });
    await expect(call('DeleteInstanceProfile', { InstanceProfileName: 'ip' })).rejects.toMatchObject({ code: 'DeleteConflict' });
    await expect(call('RemoveRoleFromInstanceProfile', { InstanceProfileName: 'ip', RoleName: 's' })).rejects.toMatchObject({ code: 'NoSuchEntity' });
    await expect(call('CreateInstanceProfile', { InstanceProfileName: 'IP' })).rejects.toMatchObject({ code: 'EntityAlreadyExists' });
    await call('TagInstanceProfile', { InstanceProfileName: 'ip', Tags: [{ Key: 'k', Value: 'v' }] });
    expect(await call('ListInstanceProfiles')).toMatchObject({ InstanceProfiles: [{ Tags: [{ Key: 'k', Value: 'v' }] }] });
    await call('RemoveRoleFromInstanceProfile', { InstanceProfileName: 'ip', RoleName: 'r' });
    await call('DeleteInstanceProfile', { InstanceProfileName: 'ip' });
    await expect(call('GetInstanceProfile', { InstanceProfileName: 'ip' })).rejects.toMatchObject({ code: 'NoSuchEntity', message: 'Instance Profile ip cannot be found.' });
  });

  it('AmazonSSMManagedInstanceCore lets an agent work and no more', async () => {
    await call('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: TRUST });
    await call('AttachRolePolicy', { RoleName: 'r', PolicyArn: CORE });
    const policies = policiesOfRole(lab.globalState, 'r');
    const decide = (action: string) => evaluate(policies, { action, resource: '*', context: {} }).decision;
    for (const action of ['ssm:UpdateInstanceInformation', 'ssmmessages:OpenControlChannel', 'ssmmessages:CreateDataChannel', 'ec2messages:GetMessages', 'ssm:GetParameters']) expect(decide(action), action).toBe('allow');
    for (const action of ['ssm:StartSession', 'ssm:SendCommand', 'ec2:TerminateInstances', 'iam:PassRole', 's3:GetObject', 'ssm:GetParametersByPath']) expect(decide(action), action).toBe('implicit-deny');
  });
});

describe('botocore', () => {
  const PROGRAM = `
import json, sys, botocore.session
spec = json.load(sys.stdin)
client = botocore.session.Session().create_client('iam', region_name='us-east-1', endpoint_url=spec['url'], aws_access_key_id=spec['id'], aws_secret_access_key=spec['secret'])
trust = json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'Service': ['ec2.amazonaws.com']}, 'Action': ['sts:AssumeRole']}]})
out = {}
out['role'] = client.create_role(RoleName='r', AssumeRolePolicyDocument=trust, Tags=[{'Key': 'a b', 'Value': 'c+d'}])['Role']['AssumeRolePolicyDocument']
client.attach_role_policy(RoleName='r', PolicyArn='arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore')
client.create_instance_profile(InstanceProfileName='ip')
client.add_role_to_instance_profile(InstanceProfileName='ip', RoleName='r')
out['profile'] = client.get_instance_profile(InstanceProfileName='ip')['InstanceProfile']['Roles'][0]['RoleName']
out['tags'] = client.list_role_tags(RoleName='r')['Tags']
out['created'] = client.get_role(RoleName='r')['Role']['CreateDate'].isoformat()
out['statements'] = len(client.get_policy_version(PolicyArn='arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore', VersionId='v2')['PolicyVersion']['Document']['Statement'])
out['attached'] = [p['AttachmentCount'] for page in client.get_paginator('list_policies').paginate(OnlyAttached=True) for p in page['Policies']]
try: client.delete_role(RoleName='r')
except client.exceptions.DeleteConflictException as e: out['error'] = e.response['Error']['Message']
try: client.get_role(RoleName='nope')
except client.exceptions.NoSuchEntityException as e: out['none'] = e.response['ResponseMetadata']['HTTPStatusCode']
print(json.dumps(out))
`;
  const importable = spawnSync('python3', ['-c', 'import botocore.session']).status === 0;

  it.skipIf(!importable)('works with IAM (needs python3 with botocore)', async () => {
    const child = spawn('python3', ['-c', PROGRAM], { env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' } });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString(); });
    child.stdin.end(JSON.stringify({ url: lab.url, id: lab.keys.lab.accessKeyId, secret: lab.keys.lab.secretAccessKey }));
    await new Promise((resolve) => { child.on('close', resolve); });
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({
      role: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: ['ec2.amazonaws.com'] }, Action: ['sts:AssumeRole'] }] },
      profile: 'r', tags: [{ Key: 'a b', Value: 'c+d' }], created: expect.stringMatching(/^\d{4}-.*\+00:00$/), statements: 3, attached: [1],
      error: 'Cannot delete entity, must remove roles from instance profile first.', none: 404,
    });
  });
});
