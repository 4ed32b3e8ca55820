/** In whose name CloudFormation acts: the caller's, or that of a service role. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Caller, Input, Output } from '../../../../src/cloud/endpoint/operation.js';
import { permissionsOf } from '../../../../src/cloud/endpoint/resources.js';
import { templateBody } from '../../../../src/lib/lab/lab.js';
import { deletionOf } from '../../../../src/lib/permissions/expiry.js';
import { policyDocuments, SERVICE_ROLE_TRUST, statementsOf, type Holder } from '../../../../src/lib/permissions/policies.js';
import { REGION, TestRegion } from './region.js';

const ACCOUNT = '123456789012';
const ANN: Caller = { accountId: ACCOUNT, accessKeyId: 'AKIAANN', arn: `arn:aws:iam::${ACCOUNT}:user/ann`, userId: 'AIDAANN', kind: 'user', userName: 'ann' };
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deployer`;
const TEMPLATE = JSON.stringify({ Resources: { Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.9.0.0/16' } } } });
const STACK = { StackName: 'lab', TemplateBody: TEMPLATE };
const document = (...statements: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string | string[], more: object = {}): string => document({ Effect: 'Allow', Action, Resource: '*', ...more });
const trust = (Service: string): string => document({ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' });

let region: TestRegion;

beforeEach(async () => {
  region = new TestRegion();
  await iam('CreateUser', { UserName: 'ann' });
  await iam('CreateRole', { RoleName: 'deployer', AssumeRolePolicyDocument: trust('cloudformation.amazonaws.com') });
});

const iam = async (operation: string, input: Input): Promise<Output> => region.context.call('iam', operation, input);
const annMay = (policy: string): Promise<Output> => iam('PutUserPolicy', { UserName: 'ann', PolicyName: 'p', PolicyDocument: policy });
const roleMay = (policy: string): Promise<Output> => iam('PutRolePolicy', { RoleName: 'deployer', PolicyName: 'p', PolicyDocument: policy });

/** Does it to the end; status of the stack, and the first reason for which a resource failed. */
async function done(operation: string, input: Input, caller?: Caller): Promise<{ readonly status: string; readonly reason: string }> {
  const present = ((await region.cfn('ListStacks', {}))['StackSummaries'] as { StackId: string; StackName: string; StackStatus: string }[]).find(({ StackName, StackStatus }) => StackName === input['StackName'] && StackStatus !== 'DELETE_COMPLETE');
  const output = await region.cfn(operation, input, caller);
  region.settle();
  const id = (output['StackId'] as string | undefined) ?? present?.StackId ?? '';
  const [stack] = (await region.cfn('DescribeStacks', { StackName: id }))['Stacks'] as { StackStatus: string }[];
  const events = (await region.cfn('DescribeStackEvents', { StackName: id }))['StackEvents'] as { ResourceStatus: string; ResourceStatusReason?: string; LogicalResourceId: string }[];
  return { status: stack?.StackStatus ?? '', reason: events.find((event) => event.LogicalResourceId === 'Vpc' && event.ResourceStatus.endsWith('_FAILED'))?.ResourceStatusReason ?? '' };
}

describe('without a service role', () => {
  it('a resource needs the caller\'s own permission, and says whose was missing', async () => {
    const { status, reason } = await done('CreateStack', STACK, ANN);
    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(reason).toMatch(/^Resource handler returned message: "You are not authorized to perform this operation\. User: arn:aws:iam::123456789012:user\/ann is not authorized to perform: ec2:CreateVpc on resource: arn:aws:ec2:ap-northeast-1:123456789012:vpc\/\* because no identity-based policy allows the ec2:CreateVpc action \(Service: Ec2, Status Code: 403, .*HandlerErrorCode: AccessDenied\)$/);
  });

  it('who may make it makes it; who may not delete it does not', async () => {
    await annMay(allow('ec2:*'));
    expect(await done('CreateStack', STACK, ANN)).toEqual({ status: 'CREATE_COMPLETE', reason: '' });
    await annMay(allow('ec2:Describe*'));
    expect(await done('DeleteStack', { StackName: 'lab' }, ANN)).toMatchObject({ status: 'DELETE_FAILED', reason: expect.stringContaining('ec2:DeleteVpc') as string });
    expect((await done('DeleteStack', { StackName: 'lab' })).status).toBe('DELETE_COMPLETE');
  });

  it('is told from the caller\'s own requests (aws:CalledVia)', async () => {
    await annMay(allow('ec2:*', { Condition: { 'ForAnyValue:StringEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] }, 'Bool': { 'aws:ViaAWSService': 'true' } } }));
    expect((await done('CreateStack', STACK, ANN)).status).toBe('CREATE_COMPLETE');
  });

  it('goes on in the same name after a restart', async () => {
    await annMay(allow('ec2:Describe*'));
    const { StackId } = await region.cfn('CreateStack', STACK, ANN);
    region.restart();
    region.settle();
    const [stack] = (await region.cfn('DescribeStacks', { StackName: StackId }))['Stacks'] as { StackStatus: string }[];
    expect(stack?.StackStatus).toBe('ROLLBACK_COMPLETE');
  });

  it('a change set is executed in the name of who executes it', async () => {
    const SET = { StackName: 'lab', ChangeSetName: 'first' };
    await region.cfn('CreateChangeSet', { ...STACK, ...SET, ChangeSetType: 'CREATE', OnStackFailure: 'DO_NOTHING' });
    const { status, reason } = await done('ExecuteChangeSet', SET, ANN);
    expect(status).toBe('CREATE_FAILED');
    expect(reason).toContain('user/ann');
  });
});

describe('a service role', () => {
  it('acts in place of the caller, with its own rights', async () => {
    expect(await done('CreateStack', { ...STACK, RoleARN: ROLE }, ANN)).toMatchObject({ status: 'ROLLBACK_COMPLETE', reason: expect.stringContaining('assumed-role/deployer/AWSCloudFormation is not authorized to perform: ec2:CreateVpc') as string });
    await region.cfn('DeleteStack', { StackName: 'lab' });
    region.settle();
    await roleMay(allow('ec2:*'));
    expect((await done('CreateStack', { ...STACK, RoleARN: ROLE }, ANN)).status).toBe('CREATE_COMPLETE');
    // It stays the stack's: who deletes it needs no right to what is in it.
    expect((await done('DeleteStack', { StackName: 'lab' }, ANN)).status).toBe('DELETE_COMPLETE');
  });

  it('has to be there, and to trust CloudFormation', async () => {
    expect(await region.refused('CreateStack', { ...STACK, RoleARN: `${ROLE}s` })).toMatchObject({ code: 'ValidationError', message: `Role ${ROLE}s is invalid or cannot be assumed` });
    await iam('UpdateAssumeRolePolicy', { RoleName: 'deployer', PolicyDocument: trust('ec2.amazonaws.com') });
    expect(await region.refused('CreateStack', { ...STACK, RoleARN: ROLE })).toMatchObject({ code: 'ValidationError' });
  });

  it('is passed by who names it, who needs iam:PassRole for that', () => {
    expect(permissionsOf({ StackName: 'lab', RoleARN: ROLE }, { service: 'cloudformation', operation: 'CreateStack', region: 'ap-northeast-1', accountId: ACCOUNT, globalState: region.context.globalState, state: region.context.state }))
      .toContainEqual({ action: 'iam:PassRole', resources: [ROLE], keys: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } });
  });
});

describe('the lab, with what `ssmlab policy` prints', () => {
  const LAB = { StackName: 'lab', TemplateBody: templateBody(), Capabilities: ['CAPABILITY_IAM'], Parameters: [{ ParameterKey: 'KeyName', ParameterValue: 'MyKeyPair' }] };
  beforeEach(() => region.importKey('MyKeyPair'));

  const attach = async (holder: Holder, to: { readonly UserName?: string; readonly RoleName?: string }): Promise<void> => {
    for (const [index, policy] of policyDocuments(statementsOf(holder, { region: REGION, stack: 'lab', ...(holder === 'service-role' ? { serviceRole: 'deployer' } : {}) })).entries()) {
      const { Policy } = await iam('CreatePolicy', { PolicyName: `p${index}`, PolicyDocument: JSON.stringify(policy) }) as { Policy: { Arn: string } };
      await iam(to.UserName === undefined ? 'AttachRolePolicy' : 'AttachUserPolicy', { ...to, PolicyArn: Policy.Arn });
    }
  };
  const failures = async () => (await region.events('lab')).flatMap(({ id, status, reason }) => (status.endsWith('_FAILED') ? [`${id}: ${reason ?? ''}`] : []));

  it('is made, put back and deleted by a user with the policy for it', async () => {
    await attach({ uses: ['deploy'] }, { UserName: 'ann' });
    const made = await done('CreateStack', LAB, ANN);
    expect(await failures()).toEqual([]);
    expect(made.status).toBe('CREATE_COMPLETE');
    const SET = { StackName: 'lab', ChangeSetName: 'heal' };
    const [group] = (region.call('ec2', 'DescribeSecurityGroups', { Filter: [{ Name: 'tag:aws:cloudformation:logical-id', Value: ['EndpointSecurityGroup'] }] }) as { securityGroupInfo: { groupId: string }[] }).securityGroupInfo;
    const rules = (region.call('ec2', 'DescribeSecurityGroupRules', { Filter: [{ Name: 'group-id', Value: [group?.groupId] }] }) as { securityGroupRuleSet: { securityGroupRuleId: string; isEgress: boolean }[] }).securityGroupRuleSet;
    region.call('ec2', 'RevokeSecurityGroupIngress', { GroupId: group?.groupId, SecurityGroupRuleId: rules.filter(({ isEgress }) => !isEgress).map(({ securityGroupRuleId }) => securityGroupRuleId) });
    await region.cfn('CreateChangeSet', { ...SET, UsePreviousTemplate: true, Capabilities: LAB.Capabilities, Parameters: [{ ParameterKey: 'KeyName', UsePreviousValue: true }], DeploymentMode: 'REVERT_DRIFT' }, ANN);
    expect(await region.cfn('DescribeChangeSet', SET)).toMatchObject({ Status: 'CREATE_COMPLETE', Changes: [{ ResourceChange: { LogicalResourceId: 'EndpointSecurityGroup', ResourceDriftStatus: 'MODIFIED' } }] });
    const healed = await done('ExecuteChangeSet', SET, ANN);
    expect(await failures()).toEqual([]);
    expect(healed.status).toBe('UPDATE_COMPLETE');
    expect((await done('DeleteStack', { StackName: 'lab' }, ANN)).status).toBe('DELETE_COMPLETE');
  });

  it('is made and deleted by the service role', async () => {
    await iam('UpdateAssumeRolePolicy', { RoleName: 'deployer', PolicyDocument: JSON.stringify(SERVICE_ROLE_TRUST) });
    await attach('service-role', { RoleName: 'deployer' });
    const made = await done('CreateStack', { ...LAB, RoleARN: ROLE }, ANN);
    expect(await failures()).toEqual([]);
    expect(made.status).toBe('CREATE_COMPLETE');
    expect((await done('DeleteStack', { StackName: 'lab' }, ANN)).status).toBe('DELETE_COMPLETE');
  });

  it('is deleted by the role of --ttl, and no other stack is', async () => {
    const ender: Caller = { accountId: ACCOUNT, accessKeyId: '', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deployer/end`, userId: 'AROA:end', kind: 'role', roleName: 'deployer', temporary: true };
    expect((await done('CreateStack', LAB)).status).toBe('CREATE_COMPLETE');
    const { StackId } = await region.stack('lab');
    await roleMay(JSON.stringify(deletionOf({ region: REGION, account: ACCOUNT, stack: 'lab', stackId: StackId })));
    await region.cfn('CreateStack', { ...STACK, StackName: 'other' });
    region.settle();
    expect(await done('DeleteStack', { StackName: 'other' }, ender)).toMatchObject({ status: 'DELETE_FAILED', reason: expect.stringContaining('not authorized to perform: ec2:DeleteVpc') as string });
    expect((await done('DeleteStack', { StackName: 'lab' }, ender)).status).toBe('DELETE_COMPLETE');
  });
});
