/** Rules and dynamic references on the real services. */
import { beforeEach, describe, expect, it } from 'vitest';
import { TestRegion } from './region.js';

let region: TestRegion;
beforeEach(() => {
  region = new TestRegion();
});

const RULED = (rules: string) => `
Parameters:
  Environment: {Type: String, Default: test}
  Type: {Type: String, Default: t4g.nano}
  Types: {Type: CommaDelimitedList, Default: 'a, b'}
Rules: ${rules}
Resources: {VPC: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}}
`;
const validate = (rules: string, parameters: { [key: string]: string } = {}) =>
  region.cfn('CreateStack', { StackName: 's', TemplateBody: RULED(rules), Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })) }).then(() => 'made', (error: Error) => error.message);

describe('rules', () => {
  const PROD = `{Prod: {RuleCondition: !Equals [!Ref Environment, prod], Assertions: [{Assert: !Contains [[t4g.large], !Ref Type], AssertDescription: production is large}]}}`;

  it('assert, with their description, when their condition holds', async () => {
    expect(await validate(PROD, { Environment: 'prod' })).toBe('Template error: Rule Prod failed: production is large');
    expect(await region.cfn('ListStacks', {})).toMatchObject({ StackSummaries: [] });
    expect(await validate(PROD)).toBe('made');
    region.settle();
    expect((await region.stack()).StackStatus).toBe('CREATE_COMPLETE');
    expect((await region.refused('UpdateStack', { StackName: 's', UsePreviousTemplate: true, Parameters: [{ ParameterKey: 'Environment', ParameterValue: 'prod' }] })).message).toContain('Rule Prod failed');
  });

  it.each([
    ['!Equals [!Ref Type, t4g.nano]', true],
    ['!Equals [!Ref Type, x]', false],
    ['!Not [!Equals [!Ref Type, x]]', true],
    ['!And [!Equals [a, a], !Equals [b, c]]', false],
    ['!Or [!Equals [a, a], !Equals [b, c]]', true],
    ['!Contains [!Ref Types, b]', true],
    ['!Contains [!Ref Types, c]', false],
    ['!EachMemberEquals [[x, x], x]', true],
    ['!EachMemberEquals [!Ref Types, a]', false],
    ['!EachMemberIn [!Ref Types, [a, b, c]]', true],
    ['!EachMemberIn [!Ref Types, [a]]', false],
    ["!Equals [!Ref 'AWS::Region', ap-northeast-1]", true],
    ["!EachMemberIn [!ValueOfAll ['AWS::EC2::Subnet::Id', VpcId], !RefAll 'AWS::EC2::VPC::Id']", true],
    ["!Contains [!RefAll 'AWS::EC2::VPC::Id', vpc-nope]", false],
  ])('%s is %s', async (assertion, holds) => {
    expect(await validate(`{R: {Assertions: [{Assert: ${assertion}}]}}`)).toBe(holds ? 'made' : 'Template error: Rule R failed: an assertion of it does not hold');
  });

  it('see the attributes of what a parameter names', async () => {
    const vpcId = (region.call('ec2', 'CreateVpc', { CidrBlock: '10.5.0.0/16', TagSpecification: [{ ResourceType: 'vpc', Tag: [{ Key: 'stage', Value: 'prod' }] }] }) as { vpc: { vpcId: string } }).vpc.vpcId;
    const { subnet } = region.call('ec2', 'CreateSubnet', { VpcId: vpcId, CidrBlock: '10.5.1.0/24' }) as { subnet: { subnetId: string } };
    const template = (attribute: string, wanted: string) => `
Parameters: {Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}, Vpc: {Type: 'AWS::EC2::VPC::Id'}}
Rules: {R: {Assertions: [{Assert: !EachMemberEquals [!ValueOf ${attribute}, ${wanted}]}]}}
Resources: {VPC: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}}`;
    const create = (StackName: string, attribute: string, wanted: string) => region.cfn('CreateStack', { StackName, TemplateBody: template(attribute, wanted), Parameters: [{ ParameterKey: 'Subnets', ParameterValue: subnet.subnetId }, { ParameterKey: 'Vpc', ParameterValue: vpcId }] });
    await create('a', '[Subnets, VpcId]', '!Ref Vpc');
    await create('b', '[Vpc, Tags.stage]', 'prod');
    await expect(create('c', '[Vpc, Tags.stage]', 'test')).rejects.toThrow('Rule R failed');
    await expect(create('c', '[Vpc, Nope]', 'test')).rejects.toThrow('Fn::ValueOf knows no attribute Nope here; there are DefaultNetworkAcl, DefaultSecurityGroup, Tags.KEY');
  });

  it.each([
    ['{R: {Assertions: []}}', 'Rule R is malformed: it has to have Assertions'],
    ['{R: {Assertions: [{AssertDescription: x}]}}', 'every assertion has to have an Assert'],
    ['{R: {Assertions: [{Assert: !Ref Type}]}}', 'Ref is no rule function that says yes or no'],
    ['{R: {Assertions: [{Assert: !Equals [!GetAtt VPC.CidrBlock, a]}]}}', 'Fn::GetAtt cannot be used here'],
    ['{R: {Assertions: [{Assert: !Equals [!Ref VPC, a]}]}}', 'a rule can refer to parameters only, and VPC is none'],
    ['{R: {Foo: 1}}', `Invalid template rule property 'Foo'`],
  ])('%s is refused', async (rules, message) => {
    expect(await validate(rules)).toContain(message);
  });
});

describe('dynamic references', () => {
  const TEMPLATE = `
Resources:
  P: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Name: /out, Value: !Sub 'is {{resolve:ssm:/in}} of \${AWS::Region}', Description: '{{resolve:ssm:/in:1}}'}}
`;
  const out = () => region.call('ssm', 'GetParameter', { Name: '/out' });

  it('are looked up when the resource is made, and again when the stack is updated', async () => {
    region.call('ssm', 'PutParameter', { Name: '/in', Type: 'String', Value: 'one' });
    await region.create(TEMPLATE);
    expect(out()).toMatchObject({ Parameter: { Value: 'is one of ap-northeast-1' } });
    expect((await region.refused('UpdateStack', { StackName: 's', UsePreviousTemplate: true })).message).toBe('No updates are to be performed.');
    region.call('ssm', 'PutParameter', { Name: '/in', Type: 'String', Value: 'two', Overwrite: true });
    await region.cfn('UpdateStack', { StackName: 's', UsePreviousTemplate: true });
    region.settle();
    expect(out()).toMatchObject({ Parameter: { Value: 'is two of ap-northeast-1' } });
    expect(region.call('ssm', 'DescribeParameters', {})).toMatchObject({ Parameters: expect.arrayContaining([expect.objectContaining({ Name: '/out', Description: 'one' })]) as unknown });
  });

  it('to nothing fail the resource, and to a SecureString too', async () => {
    await region.create(TEMPLATE);
    expect((await region.events()).find(({ line }) => line === 'P CREATE_FAILED')?.reason).toBe('Parameters: [ssm:/in] cannot be found.');
    region.call('ssm', 'PutParameter', { Name: '/in', Type: 'SecureString', Value: 'hush' });
    await region.create(TEMPLATE, { StackName: 't' });
    expect((await region.events('t')).find(({ line }) => line === 'P CREATE_FAILED')?.reason).toContain('types not supported by CloudFormation');
  });
});
