/** What a user does to a stack beside creating and updating it: protection, policies, ways back, force. */
import { beforeEach, describe, expect, it } from 'vitest';
import { TestRegion } from './region.js';

const V = `
Parameters:
  Name: {Type: String, Default: a}
  Cidr: {Type: String, Default: 10.0.0.0/16}
  Prefix: {Type: String, Default: 10.0.1.0/24}
Resources:
  VPC: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref Cidr, Tags: [{Key: Name, Value: !Ref Name}]}}
  Subnet: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref VPC, CidrBlock: !Ref Prefix}}
Outputs: {Id: {Value: !Ref VPC}, Subnet: {Value: !Ref Subnet}}
`;

let region: TestRegion;
beforeEach(() => {
  region = new TestRegion();
});

const vpcs = () => region.ids('DescribeVpcs', 'vpcSet', 'vpcId');
const parameters = (values: { [key: string]: string }) => Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
const status = async (name = 's') => (await region.stack(name)).StackStatus;

async function settled(operation: string, input: object): Promise<void> {
  await region.cfn(operation, { StackName: 's', ...input });
  region.settle();
}

describe('termination protection', () => {
  it('is set and lifted, and holds', async () => {
    const id = await region.create(V);
    expect(await region.cfn('UpdateTerminationProtection', { StackName: 's', EnableTerminationProtection: true })).toEqual({ StackId: id });
    expect(await region.stack()).toMatchObject({ EnableTerminationProtection: true });
    expect((await region.refused('DeleteStack', { StackName: 's' })).message).toBe('Stack [s] cannot be deleted while TerminationProtection is enabled');
    await region.cfn('UpdateTerminationProtection', { StackName: 's', EnableTerminationProtection: false });
    await settled('DeleteStack', {});
    expect(await status(id)).toBe('DELETE_COMPLETE');
    expect((await region.refused('UpdateTerminationProtection', { StackName: 's', EnableTerminationProtection: true })).message).toBe('Stack [s] does not exist');
  });

  it('of a root holds for what is nested in it', async () => {
    region.objects.set('b/v', V);
    await region.create(`Resources: {Inner: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://b.s3.amazonaws.com/v'}}}\nOutputs: {Inner: {Value: !Ref Inner}}`, { EnableTerminationProtection: true });
    const inner = await region.output('Inner') ?? '';
    expect((await region.refused('DeleteStack', { StackName: inner })).message).toContain('on its root stack [s]');
    expect((await region.refused('UpdateTerminationProtection', { StackName: inner, EnableTerminationProtection: false })).message).toContain('is set on its root stack');
  });
});

describe('deletion policies', () => {
  const retaining = (policy: string) => V.replace(`VPC: {Type: 'AWS::EC2::VPC',`, `VPC: {Type: 'AWS::EC2::VPC', DeletionPolicy: ${policy},`);

  it.each([
    ['Retain', {}, 1],
    ['Retain', { RetainExceptOnCreate: true }, 0],
    ['RetainExceptOnCreate', {}, 0],
    ['Delete', {}, 0],
  ])('%s with %j leaves %i of a creation that is rolled back', async (policy, options, left) => {
    const before = vpcs().length;
    await region.create(retaining(policy), { Parameters: parameters({ Prefix: '10.9.0.0/24' }), ...options });
    expect(await status()).toBe('ROLLBACK_COMPLETE');
    expect(vpcs().length - before).toBe(left);
  });

  it.each([['RetainExceptOnCreate', 1], ['Retain', 1], ['Delete', 0]])('%s leaves %i of a stack that is deleted', async (policy, left) => {
    const before = vpcs().length;
    await region.create(retaining(policy));
    await settled('DeleteStack', {});
    expect(vpcs().length - before).toBe(left);
  });

  it('Snapshot is refused for what has none', async () => {
    for (const name of ['DeletionPolicy', 'UpdateReplacePolicy']) {
      const template = V.replace(`VPC: {Type: 'AWS::EC2::VPC',`, `VPC: {Type: 'AWS::EC2::VPC', ${name}: Snapshot,`);
      expect((await region.refused('CreateStack', { StackName: 's', TemplateBody: template })).message).toMatch(/^Template error: resource type AWS::EC2::VPC does not support (?:deletion|update replace) policy Snapshot \(line 7\)$/);
    }
  });

  it('UpdateReplacePolicy Retain leaves what an update replaced', async () => {
    const before = vpcs().length;
    await region.create(V.replace(`VPC: {Type: 'AWS::EC2::VPC',`, `VPC: {Type: 'AWS::EC2::VPC', UpdateReplacePolicy: Retain,`));
    const was = await region.output('Id') ?? '';
    await settled('UpdateStack', { UsePreviousTemplate: true, Parameters: parameters({ Cidr: '10.1.0.0/16', Prefix: '10.1.1.0/24' }) });
    expect(await status()).toBe('UPDATE_COMPLETE');
    expect(vpcs()).toContain(was);
    expect(vpcs().length - before).toBe(2);
    expect((await region.events()).map(({ line }) => line)).toContain('VPC DELETE_SKIPPED');
  });
});

describe('ways back', () => {
  it('CancelUpdateStack takes a running update back', async () => {
    await region.create(V);
    const was = await region.output('Id');
    expect((await region.refused('CancelUpdateStack', { StackName: 's' })).message).toBe('CancelUpdateStack cannot be called from current stack status');
    await region.cfn('UpdateStack', { StackName: 's', UsePreviousTemplate: true, Parameters: parameters({ Cidr: '10.1.0.0/16', Prefix: '10.1.1.0/24' }) });
    region.tick();
    await settled('CancelUpdateStack', {});
    expect(await status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await region.output('Id')).toBe(was);
    expect((await region.events()).find(({ line }) => line === 's UPDATE_ROLLBACK_IN_PROGRESS')?.reason).toBe('User Initiated');
  });

  it('RollbackStack takes back what was left as it was', async () => {
    const before = vpcs();
    const id = await region.create(V, { DisableRollback: true, Parameters: parameters({ Prefix: '10.9.0.0/24' }) });
    expect(await status()).toBe('CREATE_FAILED');
    expect(await region.cfn('RollbackStack', { StackName: 's' })).toMatchObject({ StackId: id });
    region.settle();
    expect(await status()).toBe('ROLLBACK_COMPLETE');
    expect(vpcs()).toEqual(before);
    expect((await region.refused('RollbackStack', { StackName: 's' })).message).toContain('is in ROLLBACK_COMPLETE state');
  });

  it('RollbackStack of an update goes back to what was whole', async () => {
    await region.create(V);
    const was = await region.output('Id');
    await settled('UpdateStack', { UsePreviousTemplate: true, DisableRollback: true, Parameters: parameters({ Cidr: '10.1.0.0/16' }) });
    expect(await status()).toBe('UPDATE_FAILED');
    await settled('RollbackStack', {});
    expect(await status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await region.output('Id')).toBe(was);
  });

  it('ContinueUpdateRollback goes on when what stood in the way is gone, or skips it', async () => {
    const failed = async () => {
      region = new TestRegion();
      await region.create(V);
      const subnet = await region.output('Subnet') ?? '';
      const vpc = await region.output('Id') ?? '';
      await region.cfn('UpdateStack', { StackName: 's', TemplateBody: V.replace('Outputs:', `  Bad: {Type: 'AWS::EC2::Subnet', DependsOn: Subnet, Properties: {VpcId: !Ref VPC, CidrBlock: 10.9.0.0/24}}\nOutputs:`).replace('CidrBlock: !Ref Prefix', 'CidrBlock: !Ref Prefix, Tags: [{Key: k, Value: v}]') });
      // Until the subnet has its tag; then it is gone behind the stack's back.
      while (!(await region.events()).some(({ line }) => line === 'Subnet UPDATE_COMPLETE')) region.tick();
      region.call('ec2', 'DeleteSubnet', { SubnetId: subnet });
      region.settle();
      expect(await status()).toBe('UPDATE_ROLLBACK_FAILED');
      return { vpc };
    };
    await failed();
    expect((await region.refused('UpdateStack', { StackName: 's', UsePreviousTemplate: true })).message).toContain('is in UPDATE_ROLLBACK_FAILED state and can not be updated.');
    await settled('ContinueUpdateRollback', {});
    expect(await status()).toBe('UPDATE_ROLLBACK_FAILED');
    expect((await region.refused('ContinueUpdateRollback', { StackName: 's', ResourcesToSkip: ['VPC'] })).message).toContain('only resources in the UPDATE_FAILED state');
    await settled('ContinueUpdateRollback', { ResourcesToSkip: ['Subnet'] });
    expect(await status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    await settled('DeleteStack', {});
    expect(region.log).toEqual([]);
  });

  it('FORCE_DELETE_STACK leaves what cannot be deleted, after a deletion that failed', async () => {
    const id = await region.create(V);
    const vpc = await region.output('Id') ?? '';
    region.call('ec2', 'CreateSubnet', { VpcId: vpc, CidrBlock: '10.0.9.0/24' });
    expect((await region.refused('DeleteStack', { StackName: 's', DeletionMode: 'FORCE_DELETE_STACK' })).message).toContain('only for a stack in the DELETE_FAILED state');
    await settled('DeleteStack', {});
    expect(await status()).toBe('DELETE_FAILED');
    await settled('DeleteStack', { DeletionMode: 'FORCE_DELETE_STACK' });
    expect(await region.stack(id)).toMatchObject({ StackStatus: 'DELETE_COMPLETE', DeletionMode: 'FORCE_DELETE_STACK' });
    expect(vpcs()).toContain(vpc);
  });
});

describe('requests that come twice', () => {
  it('an update with the token of the last one is that one; a token of another operation is refused', async () => {
    const id = await region.create(V, { ClientRequestToken: 't0' });
    expect(await region.refused('UpdateStack', { StackName: 's', UsePreviousTemplate: true, ClientRequestToken: 't0', Parameters: parameters({ Name: 'b' }) })).toMatchObject({ code: 'TokenAlreadyExistsException' });
    const input = { StackName: 's', UsePreviousTemplate: true, ClientRequestToken: 't1', Parameters: parameters({ Name: 'b' }) };
    await settled('UpdateStack', input);
    expect(await region.cfn('UpdateStack', input)).toMatchObject({ StackId: id });
    expect((await region.events()).filter(({ line }) => line === 's UPDATE_IN_PROGRESS')).toHaveLength(1);
    expect((await region.refused('UpdateStack', { ...input, ClientRequestToken: 't2' })).message).toBe('No updates are to be performed.');
  });
});

it.each(['SetStackPolicy', 'EstimateTemplateCost', 'SignalResource', 'CreateStackSet'])('%s is refused by name', async (operation) => {
  expect(await region.refused(operation, { StackName: 's' })).toMatchObject({ code: 'InvalidAction', message: expect.stringContaining(operation) as string });
});
