/** The contract cases of `control-plane.md` (c01 to c18) on the real services, and what surrounds them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { TestRegion } from './region.js';

const IAM = `
Parameters: {Who: {Type: String, Default: ec2.amazonaws.com, Description: who wears it}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: !Ref Who}, Action: 'sts:AssumeRole'}]}
Outputs: {Arn: {Value: !GetAtt Role.Arn}}
`;
const V = `
Description: one VPC
Resources:
  VPC:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16, Tags: [{Key: Name, Value: one}]}
Outputs: {Id: {Value: !Ref VPC}}
`;
const BROKEN = `
Resources:
  VPC: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref VPC, CidrBlock: 10.1.0.0/24}}
`;

let region: TestRegion;
beforeEach(() => {
  region = new TestRegion();
});

const vpcs = () => region.ids('DescribeVpcs', 'vpcSet', 'vpcId');

describe('templates and capabilities', () => {
  it('c01: validation lists parameters and capabilities', async () => {
    expect(await region.cfn('ValidateTemplate', { TemplateBody: IAM })).toMatchObject({
      Capabilities: ['CAPABILITY_IAM'],
      CapabilitiesReason: 'The following resource(s) require capabilities: [AWS::IAM::Role]',
      Parameters: [{ ParameterKey: 'Who', DefaultValue: 'ec2.amazonaws.com', NoEcho: false, Description: 'who wears it' }],
    });
  });

  it('c02: without the capability nothing is recorded', async () => {
    expect(await region.refused('CreateStack', { StackName: 's', TemplateBody: IAM })).toMatchObject({ code: 'InsufficientCapabilitiesException', status: 400, message: 'Requires capabilities : [CAPABILITY_IAM]' });
    expect(await region.cfn('ListStacks', {})).toMatchObject({ StackSummaries: [] });
  });

  it('a named role needs the other capability, which covers both', async () => {
    const named = IAM.replace('Properties:', 'Properties:\n      RoleName: mine');
    expect(await region.refused('CreateStack', { StackName: 's', TemplateBody: named, Capabilities: ['CAPABILITY_IAM'] })).toMatchObject({ message: 'Requires capabilities : [CAPABILITY_NAMED_IAM]' });
    await region.create(IAM, { Capabilities: ['CAPABILITY_NAMED_IAM'] });
    expect(await region.output('Arn')).toMatch(/^arn:aws:iam::123456789012:role\/s-Role-[A-Z0-9]{12}$/);
  });

  it.each([
    ['c10: a reference to nothing', 'Resources: {V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: !Ref Missing}}}', 'Unresolved resource dependencies [Missing] in the Resources block of the template'],
    ['a DependsOn on nothing', 'Resources: {V: {Type: "AWS::EC2::VPC", DependsOn: Missing}}', 'Unresolved resource dependencies [Missing]'],
    ['an output of nothing', V.replace('!Ref VPC', '!Ref Missing'), 'Unresolved resource dependencies [Missing] in the Outputs block of the template'],
    ['a GetAtt of nothing', 'Resources: {V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: !GetAtt Missing.X}}}', 'Template error: instance of Fn::GetAtt references undefined resource Missing (line 1)'],
    ['an attribute that is not there', V.replace('!Ref VPC', '!GetAtt VPC.Nope'), 'Template error: resource VPC does not support attribute type Nope in Fn::GetAtt'],
    ['c11: a type that is not there', 'Resources:\n  N:\n    Type: AWS::EC2::Nope', 'Template format error: Unrecognized resource types: [AWS::EC2::Nope] (line 3). The local cloud has '],
    ['a property that the local cloud has not', 'Resources:\n  V:\n    Type: AWS::EC2::VPC\n    Properties:\n      Ipv4IpamPoolId: x', 'does not support the property Ipv4IpamPoolId of AWS::EC2::VPC, in resource V (line 5)'],
    ['a cycle, named', 'Resources: {A: {Type: "AWS::EC2::VPC", DependsOn: B}, B: {Type: "AWS::EC2::VPC", DependsOn: C}, C: {Type: "AWS::EC2::VPC", DependsOn: A}, D: {Type: "AWS::EC2::VPC", DependsOn: A}}', 'Circular dependency between resources: [A, B, C]'],
    ['no resources', 'Resources: {}', 'At least one Resources member must be defined.'],
    ['a resource without type', 'Resources: {V: {Properties: {}}}', 'Every Resources object must contain a Type member.'],
    ['a transform', 'Transform: AWS::Serverless-2016-10-31\nResources: {V: {Type: "AWS::EC2::VPC"}}', 'does not support the template section Transform: there is no AWS::Serverless-2016-10-31'],
    ['language extensions', 'Transform: [AWS::LanguageExtensions, Mine]\nResources: {V: {Type: "AWS::EC2::VPC"}}', 'there is no AWS::LanguageExtensions, Mine'],
    ['Fn::Length', 'Resources: {V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: !Length [a]}}}', 'Fn::Length needs the transform AWS::LanguageExtensions'],
    ['Fn::ForEach', 'Resources: {"Fn::ForEach::Loop": [x, [a], {}]}', 'Fn::ForEach::Loop needs the transform AWS::LanguageExtensions'],
    ['a DefaultValue of FindInMap', 'Mappings: {M: {a: {b: c}}}\nResources: {V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: !FindInMap [M, a, x, {DefaultValue: d}]}}}', 'the DefaultValue of Fn::FindInMap needs the transform'],
    ['Fn::Transform', 'Resources: {V: {Type: "AWS::EC2::VPC", Properties: {"Fn::Transform": {Name: "AWS::Include", Parameters: {Location: "s3://b/k"}}}}}', 'has no transforms, and so no AWS::Include'],
    ['null', 'Resources:\n  V:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock:', `[/Resources/V/Properties/CidrBlock] 'null' values are not allowed in templates (line 5)`],
    ['a name in Fn::Sub that is none', 'Resources: {V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: !Sub "${a b}"}}}', 'variable names in Fn::Sub syntax'],
    ['a secret', 'Resources: {V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: "{{resolve:secretsmanager:x}}"}}}', 'does not support dynamic references to secretsmanager'],
    ['a secure parameter', 'Resources: {V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: "{{resolve:ssm-secure:x:1}}"}}}', 'does not support dynamic references to ssm-secure'],
    ['a dynamic reference that is none', 'Resources: {V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: "{{resolve:ssm:a b}}"}}}', 'incorrect dynamic reference {{resolve:ssm:a b}}'],
    ['201 parameters', `Parameters:\n${Array.from({ length: 201 }, (_, n) => `  P${n}: {Type: String}`).join('\n')}\nResources: {V: {Type: "AWS::EC2::VPC"}}`, 'Number of parameters, 201, is greater than maximum allowed, 200'],
    ['201 outputs', `${V.replace(/Outputs:.*\n/, 'Outputs:\n')}${Array.from({ length: 201 }, (_, n) => `  P${n}: {Value: a}`).join('\n')}`, 'Number of outputs, 201, is greater than maximum allowed, 200'],
    ['201 mappings', `Mappings:\n${Array.from({ length: 201 }, (_, n) => `  P${n}: {a: {b: c}}`).join('\n')}\nResources: {V: {Type: "AWS::EC2::VPC"}}`, 'Number of mappings, 201, is greater than maximum allowed, 200'],
    ['an unknown section', 'Foo: 1\nResources: {V: {Type: "AWS::EC2::VPC"}}', 'Invalid template property or properties [Foo]'],
    ['an unknown resource attribute', 'Resources: {V: {Type: "AWS::EC2::VPC", Foo: 1}}', `Invalid template resource property 'Foo'`],
    ['an unknown function', 'Resources: {V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: {"Fn::Nope": 1}}}}', 'Unsupported function Fn::Nope'],
    ['a condition that is not there', 'Resources: {V: {Type: "AWS::EC2::VPC", Condition: Missing}}', 'Unresolved condition dependency Missing'],
    ['a condition on a resource', 'Conditions: {C: !Equals [!Ref V, a]}\nResources: {V: {Type: "AWS::EC2::VPC"}}', 'Cannot reference resources in the Conditions block'],
    ['conditions in a circle', 'Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\nResources: {V: {Type: "AWS::EC2::VPC"}}', 'circular condition dependency'],
    ['a mapping that is not there', 'Resources: {V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: !FindInMap [M, a, b]}}}', `Mapping named 'M' is not present`],
    ['an unknown parameter type', 'Parameters: {P: {Type: Nope}}\nResources: {V: {Type: "AWS::EC2::VPC"}}', 'Unrecognized parameter type: Nope'],
    ['YAML that is none', 'Resources: [', 'YAML not well-formed. (line 1, column'],
    ['JSON that is none', '{"Resources": ', 'JSON not well-formed. (line 1, column'],
    ['an alias', 'a: &x {}\nResources: *x', 'YAML aliases are not allowed in CloudFormation templates (line 2)'],
    ['a foreign tag', 'Resources: !!js/function x', 'the tag tag:yaml.org,2002:js/function is not known'],
    ['__proto__', 'Resources: {__proto__: {Type: "AWS::EC2::VPC"}}', 'the name __proto__ is not allowed (line 1)'],
    ['a template that is too deep', `Resources: ${'['.repeat(30_000)}`, 'nested too deeply'],
    ['51 201 bytes', `${V}#${'x'.repeat(51_200 - V.length)}`, 'Member must have length less than or equal to 51200'],
    ['501 resources', `Resources:\n${Array.from({ length: 501 }, (_, n) => `  V${n}: {Type: "AWS::EC2::VPC"}`).join('\n')}`, 'Number of resources, 501, is greater than maximum allowed, 500'],
  ])('refuses %s', async (_what, template, message) => {
    const error = await region.refused('CreateStack', { StackName: 's', TemplateBody: template });
    expect(error).toMatchObject({ code: 'ValidationError', status: 400 });
    expect(error.message).toContain(message);
    expect(error.message.length).toBeLessThan(2000);
    expect(await region.cfn('ListStacks', {})).toMatchObject({ StackSummaries: [] });
  });

  it('takes a resource called constructor, and JSON', async () => {
    await region.create(JSON.stringify({ Resources: { constructor: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } } }, Outputs: { toString: { Value: { Ref: 'constructor' } } } }));
    expect(await region.output('toString')).toMatch(/^vpc-/);
  });

  it('says what a template takes', async () => {
    expect(await region.cfn('GetTemplateSummary', { TemplateBody: IAM })).toMatchObject({ ResourceTypes: ['AWS::IAM::Role'], Parameters: [{ ParameterKey: 'Who', ParameterType: 'String' }] });
    await region.create(V);
    expect(await region.cfn('GetTemplate', { StackName: 's' })).toMatchObject({ TemplateBody: V });
  });
});

describe('the life of a stack', () => {
  it('c03: an id, then completion and outputs', async () => {
    const made = await region.cfn('CreateStack', { StackName: 'my-stack', TemplateBody: V });
    expect(made['StackId']).toMatch(/^arn:aws:cloudformation:ap-northeast-1:123456789012:stack\/my-stack\/[0-9a-f-]{36}$/);
    expect((await region.stack('my-stack')).StackStatus).toBe('CREATE_IN_PROGRESS');
    region.settle();
    expect((await region.stack('my-stack')).StackStatus).toBe('CREATE_COMPLETE');
    expect(await region.output('Id', 'my-stack')).toBe(vpcs().at(-1));
  });

  it('c04: a name once, but the same request again is the same stack', async () => {
    const first = await region.create(V, { ClientRequestToken: 't1' });
    expect(await region.refused('CreateStack', { StackName: 's', TemplateBody: V })).toMatchObject({ code: 'AlreadyExistsException', message: 'Stack [s] already exists' });
    expect(await region.cfn('CreateStack', { StackName: 's', TemplateBody: V, ClientRequestToken: 't1' })).toMatchObject({ StackId: first });
  });

  it('c06: an unknown stack', async () => {
    expect(await region.refused('DescribeStacks', { StackName: 'nope' })).toMatchObject({ code: 'ValidationError', status: 400, message: 'Stack with id nope does not exist' });
    expect(await region.refused('DescribeStackEvents', { StackName: 'nope' })).toMatchObject({ message: 'Stack [nope] does not exist' });
  });

  it.each(['1abc', 'a_b', 'a b', `a${'b'.repeat(128)}`])('refuses the name %s', async (StackName) => {
    expect((await region.refused('CreateStack', { StackName, TemplateBody: V })).message).toContain(`at 'stackName' failed to satisfy constraint`);
  });

  it('c17: what fails is rolled back, and the event says why', async () => {
    const before = vpcs();
    await region.create(BROKEN);
    const stack = await region.stack();
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(vpcs()).toEqual(before);
    const events = await region.events();
    const failed = events.find(({ line }) => line === 'Subnet CREATE_FAILED');
    expect(failed?.reason).toMatch(/^Resource handler returned message: "The CIDR '10\.1\.0\.0\/24' is invalid\..* \(Service: Ec2, Status Code: 400, Request ID: [0-9a-f-]{36}\)" \(RequestToken: [0-9a-f-]{36}, HandlerErrorCode: InvalidRequest\)$/);
    expect(events.find(({ line }) => line === 's ROLLBACK_IN_PROGRESS')?.reason).toBe('The following resource(s) failed to create: [Subnet]. Rollback requested by user.');
    expect(events.map(({ line }) => line)).toEqual([
      's CREATE_IN_PROGRESS', 'VPC CREATE_IN_PROGRESS', 'VPC CREATE_IN_PROGRESS', 'VPC CREATE_COMPLETE', 'Subnet CREATE_IN_PROGRESS', 'Subnet CREATE_FAILED',
      's ROLLBACK_IN_PROGRESS', 'Subnet DELETE_COMPLETE', 'VPC DELETE_IN_PROGRESS', 'VPC DELETE_COMPLETE', 's ROLLBACK_COMPLETE',
    ]);
    expect(await region.refused('UpdateStack', { StackName: 's', TemplateBody: V })).toMatchObject({ message: `Stack:${stack.StackId} is in ROLLBACK_COMPLETE state and can not be updated.` });
  });

  it.each([
    ['DO_NOTHING', { OnFailure: 'DO_NOTHING' }, 'CREATE_FAILED', 1],
    ['DisableRollback', { DisableRollback: 'true' }, 'CREATE_FAILED', 1],
    ['DELETE', { OnFailure: 'DELETE' }, 'DELETE_COMPLETE', 0],
  ])('ends a failed creation as %s says', async (_name, options, status, left) => {
    const before = vpcs().length;
    const id = await region.create(BROKEN, options);
    expect((await region.stack(id)).StackStatus).toBe(status);
    expect(vpcs().length - before).toBe(left);
    await region.cfn('DeleteStack', { StackName: id });
    region.settle();
    expect(vpcs().length).toBe(before);
  });

  it.each([
    [{ StackPolicyBody: '{}' }, 'The local cloud does not support StackPolicyBody'],
    [{ TemplateBody: undefined, TemplateURL: 'https://example.com/t.yaml' }, 'TemplateURL must be a supported URL. https://example.com/t.yaml is none'],
    [{ TemplateBody: undefined }, 'Either Template URL or Template Body must be specified.'],
    [{ Tags: [{ Key: 'aws:x', Value: '1' }] }, 'aws: prefixed tag key names are not allowed'],
    [{ Capabilities: ['CAPABILITY_NOPE'] }, `at 'capabilities' failed to satisfy constraint`],
  ])('refuses %j', async (options, message) => {
    expect((await region.refused('CreateStack', { StackName: 's', TemplateBody: V, ...options })).message).toContain(message);
  });

  it('takes members that ask for nothing', async () => {
    await region.create(V, { ResourceTypes: '', Capabilities: '', Parameters: '', NotificationARNs: '' });
    expect((await region.stack()).StackStatus).toBe('CREATE_COMPLETE');
  });

  it('refuses OnFailure together with DisableRollback', async () => {
    expect((await region.refused('CreateStack', { StackName: 's', TemplateBody: V, OnFailure: 'DELETE', DisableRollback: true })).message).toContain('both');
  });

  it('c18: a deleted stack is there by id only, with its events; deleting what is not there is a success', async () => {
    const id = await region.create(V);
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect(await region.refused('DescribeStacks', { StackName: 's' })).toMatchObject({ code: 'ValidationError' });
    expect(await region.stack(id)).toMatchObject({ StackStatus: 'DELETE_COMPLETE', DeletionTime: expect.any(Date) as Date });
    expect((await region.events(id)).at(-1)?.line).toBe('s DELETE_COMPLETE');
    expect(await region.cfn('DeleteStack', { StackName: 'never' })).toEqual({});
    expect(await region.cfn('DeleteStack', { StackName: id })).toEqual({});
    expect(await region.create(V)).not.toBe(id);
  });

  it('takes back a stack whose creation is deleted half-way', async () => {
    const before = vpcs();
    await region.cfn('CreateStack', { StackName: 's', TemplateBody: BROKEN.replace('10.1.0.0', '10.0.1.0') });
    region.tick();
    expect(vpcs().length).toBe(before.length + 1);
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect(vpcs()).toEqual(before);
  });

  it('keeps termination protection', async () => {
    await region.create(V, { EnableTerminationProtection: true });
    expect((await region.refused('DeleteStack', { StackName: 's' })).message).toContain('TerminationProtection is enabled');
  });

  it('says which resource cannot be deleted, leaves it on request, and ends', async () => {
    const id = await region.create(V);
    const vpcId = await region.output('Id') ?? '';
    region.call('ec2', 'CreateSubnet', { VpcId: vpcId, CidrBlock: '10.0.9.0/24' });
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect(await region.stack()).toMatchObject({ StackStatus: 'DELETE_FAILED', StackStatusReason: 'The following resource(s) failed to delete: [VPC]. ' });
    expect((await region.events()).find(({ line }) => line === 'VPC DELETE_FAILED')?.reason).toContain('has dependencies and cannot be deleted');
    await region.cfn('DeleteStack', { StackName: 's', RetainResources: ['VPC'] });
    region.settle();
    expect((await region.stack(id)).StackStatus).toBe('DELETE_COMPLETE');
    expect(vpcs()).toContain(vpcId);
  });

  it('waits for what goes away by itself before it calls a deletion failed', async () => {
    await region.create(V);
    const vpcId = await region.output('Id') ?? '';
    const { subnet } = region.call('ec2', 'CreateSubnet', { VpcId: vpcId, CidrBlock: '10.0.9.0/24' }) as { subnet: { subnetId: string } };
    await region.cfn('DeleteStack', { StackName: 's' });
    for (let n = 0; n < 20; n++) region.tick();
    region.call('ec2', 'DeleteSubnet', { SubnetId: subnet.subnetId });
    region.settle();
    expect(vpcs()).not.toContain(vpcId);
  });

  it('keeps what DeletionPolicy retains', async () => {
    const id = await region.create(V.replace('Type: AWS::EC2::VPC', 'Type: AWS::EC2::VPC\n    DeletionPolicy: Retain'));
    const vpcId = await region.output('Id') ?? '';
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect((await region.events(id)).map(({ line }) => line)).toContain('VPC DELETE_SKIPPED');
    expect(vpcs()).toContain(vpcId);
  });

  it('gives the stack\'s tags to its resources; their own win', async () => {
    await region.create(V, { Tags: [{ Key: 'Name', Value: 'stack' }, { Key: 'team', Value: 'blue' }] });
    const vpcId = await region.output('Id') ?? '';
    const { tagSet } = region.call('ec2', 'DescribeTags', { Filter: [{ Name: 'resource-id', Value: [vpcId] }] }) as { tagSet: { key: string; value: string }[] };
    expect(Object.fromEntries(tagSet.map(({ key, value }) => [key, value]))).toEqual({
      'Name': 'one', 'team': 'blue', 'aws:cloudformation:stack-name': 's', 'aws:cloudformation:stack-id': (await region.stack()).StackId, 'aws:cloudformation:logical-id': 'VPC',
    });
    expect((await region.stack()).Tags).toEqual([{ Key: 'Name', Value: 'stack' }, { Key: 'team', Value: 'blue' }]);
  });

  it('fails a resource by property names that its type has not, and by missing ones', async () => {
    await region.create('Resources: {V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16, Foo: 1}}}');
    expect((await region.events()).find(({ line }) => line === 'V CREATE_FAILED')?.reason).toBe('Properties validation failed for resource V with message:\n#: extraneous key [Foo] is not permitted');
    await region.create('Resources: {V: {Type: "AWS::EC2::Subnet", Properties: {CidrBlock: 10.0.0.0/16}}}', { StackName: 't' });
    expect((await region.events('t')).find(({ line }) => line === 'V CREATE_FAILED')?.reason).toBe('Properties validation failed for resource V with message:\n#: required key [VpcId] not found');
  });

  it('gives up a creation that takes longer than its timeout', async () => {
    await region.cfn('CreateStack', { StackName: 's', TemplateBody: V.replace('CidrBlock: 10.0.0.0/16', 'CidrBlock: !Ref "AWS::Region"'), TimeoutInMinutes: 1 });
    region.clock.now += 61_000;
    region.settle();
    expect((await region.events()).find(({ line }) => line === 's ROLLBACK_IN_PROGRESS')?.reason).toContain('exceeded the specified timeout');
  });

  it('describes resources by stack, by logical and by physical id', async () => {
    await region.create(V);
    const vpcId = await region.output('Id');
    const row = { LogicalResourceId: 'VPC', PhysicalResourceId: vpcId, ResourceType: 'AWS::EC2::VPC', ResourceStatus: 'CREATE_COMPLETE' };
    expect(await region.cfn('DescribeStackResources', { StackName: 's' })).toMatchObject({ StackResources: [row] });
    expect(await region.cfn('DescribeStackResources', { PhysicalResourceId: vpcId })).toMatchObject({ StackResources: [{ ...row, StackName: 's' }] });
    expect(await region.cfn('DescribeStackResource', { StackName: 's', LogicalResourceId: 'VPC' })).toMatchObject({ StackResourceDetail: row });
    expect(await region.refused('DescribeStackResource', { StackName: 's', LogicalResourceId: 'X' })).toMatchObject({ message: 'Resource X does not exist for stack s' });
  });
});
