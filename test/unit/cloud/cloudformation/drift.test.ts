/** Drift: what was changed or removed behind a stack's back is seen, property by property, and nothing else. */
import { beforeEach, describe, expect, it } from 'vitest';
import { TestRegion } from './region.js';

const TEMPLATE = `
Parameters: {Secret: {Type: String, NoEcho: true, Default: hush-hush}}
Resources:
  VPC: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: 'true', Tags: [{Key: Name, Value: a}]}}
  Subnet: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref VPC, CidrBlock: 10.0.1.0/24}}
  Table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref VPC}}
  Association: {Type: 'AWS::EC2::SubnetRouteTableAssociation', Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}}
  Igw: {Type: 'AWS::EC2::InternetGateway'}
  Attachment: {Type: 'AWS::EC2::VPCGatewayAttachment', Properties: {VpcId: !Ref VPC, InternetGatewayId: !Ref Igw}}
  Route: {Type: 'AWS::EC2::Route', DependsOn: Attachment, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: g
      VpcId: !Ref VPC
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: '22', ToPort: 22, CidrIp: 192.0.2.0/24, Description: one}
        - {IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}
  Own: {Type: 'AWS::EC2::SecurityGroupIngress', Properties: {GroupId: !Ref Group, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: 'sts:AssumeRole'}]}
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore']
  Parameter: {Type: 'AWS::SSM::Parameter', Properties: {Name: /p, Type: String, Value: !Ref Secret}}
Outputs:
  Vpc: {Value: !Ref VPC}
  Subnet: {Value: !Ref Subnet}
  Table: {Value: !Ref Table}
  Group: {Value: !Ref Group}
  Role: {Value: !Ref Role}
`;

interface Drift {
  readonly LogicalResourceId: string;
  readonly StackResourceDriftStatus: string;
  readonly PropertyDifferences: unknown[];
  readonly ExpectedProperties?: string;
  readonly ActualProperties?: string;
}

let region: TestRegion;
let ids: { [key: string]: string };
beforeEach(async () => {
  region = new TestRegion();
  await region.create(TEMPLATE, { Capabilities: ['CAPABILITY_IAM'], Tags: [{ Key: 'team', Value: 'blue' }] });
  ids = Object.fromEntries((await region.stack()).Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
});

async function drifts(input: object = {}): Promise<Drift[]> {
  await region.cfn('DetectStackDrift', { StackName: 's' });
  const { StackResourceDrifts } = await region.cfn('DescribeStackResourceDrifts', { StackName: 's', ...input });
  return StackResourceDrifts as Drift[];
}

async function drifted(): Promise<[string, string, unknown[]][]> {
  return (await drifts({ StackResourceDriftStatusFilters: ['MODIFIED', 'DELETED'] })).map((drift) => [drift.LogicalResourceId, drift.StackResourceDriftStatus, drift.PropertyDifferences]);
}

describe('drift', () => {
  it('is none after creation, and shows as not checked before it was looked for', async () => {
    expect(await region.stack()).toMatchObject({ DriftInformation: { StackDriftStatus: 'NOT_CHECKED', LastCheckTimestamp: undefined } });
    expect(await region.cfn('DescribeStackResourceDrifts', { StackName: 's' })).toMatchObject({ StackResourceDrifts: [] });
    expect(await drifted()).toEqual([]);
    expect(await region.stack()).toMatchObject({ DriftInformation: { StackDriftStatus: 'IN_SYNC', LastCheckTimestamp: expect.any(Date) as Date } });
    const { StackResources } = await region.cfn('DescribeStackResources', { StackName: 's' }) as { StackResources: { DriftInformation: { StackResourceDriftStatus: string } }[] };
    expect(new Set(StackResources.map(({ DriftInformation }) => DriftInformation.StackResourceDriftStatus))).toEqual(new Set(['IN_SYNC']));
  });

  const CHANGES: readonly [string, () => void, [string, string, unknown[]][]][] = [
    ['a tag', () => region.call('ec2', 'CreateTags', { ResourceId: [ids['Vpc']], Tag: [{ Key: 'Name', Value: 'b' }] }), [['VPC', 'MODIFIED', [{ PropertyPath: '/Tags/0/Value', ExpectedValue: 'a', ActualValue: 'b', DifferenceType: 'NOT_EQUAL' }]]]],
    ['a tag too many', () => region.call('ec2', 'CreateTags', { ResourceId: [ids['Vpc']], Tag: [{ Key: 'more', Value: 'x' }] }), [['VPC', 'MODIFIED', [{ PropertyPath: '/Tags/1', ExpectedValue: 'null', ActualValue: '{"Key":"more","Value":"x"}', DifferenceType: 'ADD' }]]]],
    ['an attribute', () => region.call('ec2', 'ModifyVpcAttribute', { VpcId: ids['Vpc'], EnableDnsHostnames: { Value: false } }), [['VPC', 'MODIFIED', [{ PropertyPath: '/EnableDnsHostnames', ExpectedValue: 'true', ActualValue: 'false', DifferenceType: 'NOT_EQUAL' }]]]],
    ['what the template does not define', () => region.call('ec2', 'ModifySubnetAttribute', { SubnetId: ids['Subnet'], MapPublicIpOnLaunch: { Value: true } }), []],
    ['a rule too many', () => region.call('ec2', 'AuthorizeSecurityGroupIngress', { GroupId: ids['Group'], IpPermissions: [{ IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080, IpRanges: [{ CidrIp: '198.51.100.0/24' }] }] }),
      [['Group', 'MODIFIED', [{ PropertyPath: '/SecurityGroupIngress/2', ExpectedValue: 'null', ActualValue: '{"IpProtocol":"tcp","CidrIp":"198.51.100.0/24","FromPort":8080,"ToPort":8080}', DifferenceType: 'ADD' }]]]],
    ['a rule too few', () => region.call('ec2', 'RevokeSecurityGroupIngress', { GroupId: ids['Group'], IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }] }),
      [['Group', 'MODIFIED', [{ PropertyPath: '/SecurityGroupIngress/1', ExpectedValue: '{"IpProtocol":"tcp","FromPort":80,"ToPort":80,"CidrIp":"0.0.0.0/0"}', ActualValue: 'null', DifferenceType: 'REMOVE' }]]]],
    ['a rule that is a resource', () => region.call('ec2', 'RevokeSecurityGroupIngress', { GroupId: ids['Group'], IpPermissions: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }] }), [['Own', 'DELETED', []]]],
    ['a route', () => region.call('ec2', 'DeleteRoute', { RouteTableId: ids['Table'], DestinationCidrBlock: '0.0.0.0/0' }), [['Route', 'DELETED', []]]],
    ['a policy', () => region.call('iam', 'DetachRolePolicy', { RoleName: ids['Role'], PolicyArn: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore' }),
      [['Role', 'MODIFIED', [{ PropertyPath: '/ManagedPolicyArns/0', ExpectedValue: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore', ActualValue: 'null', DifferenceType: 'REMOVE' }]]]],
    ['a value that is not to be shown', () => region.call('ssm', 'PutParameter', { Name: '/p', Value: 'other', Overwrite: true }), [['Parameter', 'MODIFIED', [{ PropertyPath: '/Value', ExpectedValue: '****', ActualValue: 'other', DifferenceType: 'NOT_EQUAL' }]]]],
  ];

  it.each(CHANGES)('sees %s', async (_what, change, expected) => {
    change();
    expect(await drifted()).toEqual(expected);
    expect(await region.stack()).toMatchObject({ DriftInformation: { StackDriftStatus: expected.length > 0 ? 'DRIFTED' : 'IN_SYNC' } });
    expect(region.log).toEqual([]);
  });

  it('is told by detection, by resource, and forgotten by an update', async () => {
    region.call('ec2', 'ModifyVpcAttribute', { VpcId: ids['Vpc'], EnableDnsHostnames: { Value: false } });
    const { StackDriftDetectionId } = await region.cfn('DetectStackDrift', { StackName: 's', LogicalResourceIds: ['Subnet'] });
    expect(await region.cfn('DescribeStackDriftDetectionStatus', { StackDriftDetectionId })).toMatchObject({ StackDriftStatus: 'IN_SYNC', DriftedStackResourceCount: 0 });
    expect((await region.cfn('DescribeStackResourceDrifts', { StackName: 's' }))['StackResourceDrifts']).toHaveLength(1);
    const { StackResourceDrift } = await region.cfn('DetectStackResourceDrift', { StackName: 's', LogicalResourceId: 'VPC' }) as { StackResourceDrift: Drift };
    expect(StackResourceDrift).toMatchObject({ StackResourceDriftStatus: 'MODIFIED', ExpectedProperties: JSON.stringify({ CidrBlock: '10.0.0.0/16', EnableDnsHostnames: 'true', Tags: [{ Key: 'Name', Value: 'a' }] }) });
    expect(JSON.parse(StackResourceDrift.ActualProperties ?? '')).toMatchObject({ EnableDnsHostnames: false });
    await region.cfn('UpdateStack', { StackName: 's', TemplateBody: TEMPLATE.replace('Value: a}', 'Value: z}'), Capabilities: ['CAPABILITY_IAM'] });
    region.settle();
    expect(await region.stack()).toMatchObject({ StackStatus: 'UPDATE_COMPLETE', DriftInformation: { StackDriftStatus: 'NOT_CHECKED' } });
  });

  it('refuses what is not there, and stacks in the middle of something', async () => {
    expect((await region.refused('DetectStackDrift', { StackName: 'nope' })).message).toBe('Stack [nope] does not exist');
    expect((await region.refused('DetectStackDrift', { StackName: 's', LogicalResourceIds: ['Nope'] })).message).toBe('Resource Nope does not exist for stack s');
    expect((await region.refused('DescribeStackDriftDetectionStatus', { StackDriftDetectionId: 'x' })).message).toBe('Drift detection with id x does not exist');
    expect((await region.refused('DescribeStackResourceDrifts', { StackName: 's', StackResourceDriftStatusFilters: ['X'] })).message).toContain('enum value set');
    await region.cfn('DeleteStack', { StackName: 's' });
    expect((await region.refused('DetectStackDrift', { StackName: 's' })).message).toContain('while it is in DELETE_IN_PROGRESS state');
  });
});

interface Change {
  readonly ResourceChange: {
    readonly Action: string;
    readonly LogicalResourceId: string;
    readonly ResourceDriftStatus: string;
    readonly BeforeContext?: string;
    readonly Details: { readonly ChangeSource: string; readonly Target: object }[];
  };
}

const CHANGE_SET = { StackName: 's', ChangeSetName: 'heal' };

async function plan(input: object = {}): Promise<{ readonly Status: string; readonly StatusReason?: string; readonly StackDriftStatus: string; readonly Changes: Change[] }> {
  const secret = { ParameterKey: 'Secret', UsePreviousValue: true };
  await region.cfn('CreateChangeSet', { ...CHANGE_SET, UsePreviousTemplate: true, Parameters: [secret], Capabilities: ['CAPABILITY_IAM'], DeploymentMode: 'REVERT_DRIFT', ...input });
  return await region.cfn('DescribeChangeSet', { ...CHANGE_SET, IncludePropertyValues: true }) as unknown as Awaited<ReturnType<typeof plan>>;
}

async function execute(): Promise<string> {
  await region.cfn('ExecuteChangeSet', CHANGE_SET);
  region.settle();
  expect(region.log).toEqual([]);
  return (await region.stack()).StackStatus;
}

const foreseen = ({ Changes }: { readonly Changes: readonly Change[] }) => Changes.map(({ ResourceChange }) => [ResourceChange.LogicalResourceId, ResourceChange.Action, ResourceChange.ResourceDriftStatus]);

describe('a change set that is aware of drift', () => {
  const ingress = (FromPort: number, cidr: string) => ({ GroupId: ids['Group'], IpPermissions: [{ IpProtocol: 'tcp', FromPort, ToPort: FromPort, IpRanges: [{ CidrIp: cidr }] }] });

  it('has nothing to do for a stack that has not drifted', async () => {
    expect(await plan()).toMatchObject({ Status: 'FAILED', StatusReason: expect.stringContaining('didn\'t contain changes') as string, StackDriftStatus: 'IN_SYNC', DeploymentMode: 'REVERT_DRIFT', Changes: [] });
    expect((await region.refused('ExecuteChangeSet', CHANGE_SET)).code).toBe('InvalidChangeSetStatus');
  });

  const PUT_BACK: readonly [string, () => void, string[][]][] = [
    ['a tag', () => region.call('ec2', 'CreateTags', { ResourceId: [ids['Vpc']], Tag: [{ Key: 'Name', Value: 'b' }] }), [['VPC', 'Modify', 'MODIFIED']]],
    ['an attribute', () => region.call('ec2', 'ModifyVpcAttribute', { VpcId: ids['Vpc'], EnableDnsHostnames: { Value: false } }), [['VPC', 'Modify', 'MODIFIED']]],
    ['a rule too many', () => region.call('ec2', 'AuthorizeSecurityGroupIngress', ingress(8080, '198.51.100.0/24')), [['Group', 'Modify', 'MODIFIED']]],
    ['a rule too few', () => region.call('ec2', 'RevokeSecurityGroupIngress', ingress(80, '0.0.0.0/0')), [['Group', 'Modify', 'MODIFIED']]],
    ['a rule of another description', () => region.call('ec2', 'UpdateSecurityGroupRuleDescriptionsIngress', { GroupId: ids['Group'], IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '192.0.2.0/24', Description: 'two' }] }] }), [['Group', 'Modify', 'MODIFIED']]],
    ['a rule that is a resource', () => region.call('ec2', 'RevokeSecurityGroupIngress', ingress(443, '0.0.0.0/0')), [['Own', 'Add', 'DELETED']]],
    ['a route', () => region.call('ec2', 'DeleteRoute', { RouteTableId: ids['Table'], DestinationCidrBlock: '0.0.0.0/0' }), [['Route', 'Add', 'DELETED']]],
    ['a policy', () => region.call('iam', 'DetachRolePolicy', { RoleName: ids['Role'], PolicyArn: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore' }), [['Role', 'Modify', 'MODIFIED']]],
    ['a parameter', () => region.call('ssm', 'PutParameter', { Name: '/p', Value: 'other', Overwrite: true }), [['Parameter', 'Modify', 'MODIFIED']]],
  ];

  it.each(PUT_BACK)('foretells and puts back %s', async (_what, change, expected) => {
    change();
    const seen = await plan();
    expect(seen).toMatchObject({ Status: 'CREATE_COMPLETE', StackDriftStatus: 'DRIFTED' });
    expect(foreseen(seen)).toEqual(expected);
    expect(await execute()).toBe('UPDATE_COMPLETE');
    expect(await drifted()).toEqual([]);
  });

  it('says of each property what it is, what it was deployed as, and where that comes from', async () => {
    region.call('ec2', 'ModifyVpcAttribute', { VpcId: ids['Vpc'], EnableDnsHostnames: { Value: false } });
    const [change] = (await plan()).Changes;
    expect(change?.ResourceChange.Details).toEqual([expect.objectContaining({
      ChangeSource: 'DirectModification',
      Target: {
        Attribute: 'Properties', Name: 'EnableDnsHostnames', RequiresRecreation: 'Never', Path: '/Properties/EnableDnsHostnames', BeforeValue: 'false', AfterValue: 'true',
        BeforeValueFrom: 'ACTUAL_STATE', AfterValueFrom: 'TEMPLATE', AttributeChangeType: 'Modify',
        Drift: { PreviousValue: 'true', ActualValue: 'false', DriftDetectionTimestamp: expect.any(Date) as Date },
      },
    })]);
    expect(change?.ResourceChange.BeforeContext).toContain('"EnableDnsHostnames":false');
  });

  it('makes anew what was deleted, and points to it what pointed to the old one', async () => {
    region.call('ec2', 'DeleteRoute', { RouteTableId: ids['Table'], DestinationCidrBlock: '0.0.0.0/0' });
    const [association] = (region.call('ec2', 'DescribeRouteTables', { RouteTableId: [ids['Table']] }) as { routeTableSet: { associationSet: { routeTableAssociationId: string }[] }[] }).routeTableSet[0]?.associationSet ?? [];
    region.call('ec2', 'DisassociateRouteTable', { AssociationId: association?.routeTableAssociationId });
    region.call('ec2', 'DeleteRouteTable', { RouteTableId: ids['Table'] });
    expect(foreseen(await plan())).toEqual([['Table', 'Add', 'DELETED'], ['Association', 'Add', 'DELETED'], ['Route', 'Add', 'DELETED']]);
    expect(await execute()).toBe('UPDATE_COMPLETE');
    expect(await drifted()).toEqual([]);
    expect((await region.stack()).Outputs.find(({ OutputKey }) => OutputKey === 'Table')?.OutputValue).not.toBe(ids['Table']);
  });

  it('leaves the tags that somebody else put there', async () => {
    region.call('ec2', 'CreateTags', { ResourceId: [ids['Vpc']], Tag: [{ Key: 'more', Value: 'x' }] });
    expect(await plan()).toMatchObject({ Status: 'FAILED', Changes: [] });
  });

  it('names what only a replacement would put back, and leaves it', async () => {
    const rules = region.call('ec2', 'DescribeSecurityGroupRules', { Filter: [{ Name: 'group-id', Value: [ids['Group']] }] }) as { securityGroupRuleSet: { securityGroupRuleId: string; fromPort: number }[] };
    const own = rules.securityGroupRuleSet.find(({ fromPort }) => fromPort === 443);
    region.call('ec2', 'ModifySecurityGroupRules', { GroupId: ids['Group'], SecurityGroupRule: [{ SecurityGroupRuleId: own?.securityGroupRuleId, SecurityGroupRule: { IpProtocol: 'tcp', FromPort: 444, ToPort: 444, CidrIpv4: '0.0.0.0/0' } }] });
    expect(await plan()).toMatchObject({ Status: 'FAILED', StackDriftStatus: 'DRIFTED', StatusReason: expect.stringContaining('is not reverted: Own.FromPort, Own.ToPort.') as string });
  });

  it('only takes note where the template has become what is there', async () => {
    region.call('ec2', 'ModifyVpcAttribute', { VpcId: ids['Vpc'], EnableDnsHostnames: { Value: false } });
    const seen = await plan({ UsePreviousTemplate: undefined, TemplateBody: TEMPLATE.replace("EnableDnsHostnames: 'true'", "EnableDnsHostnames: 'false'") });
    expect(seen.Changes).toMatchObject([{ ResourceChange: { Action: 'SyncWithActual', LogicalResourceId: 'VPC', ResourceDriftStatus: 'MODIFIED', Details: [{ ChangeSource: 'NoModification', Target: { AttributeChangeType: 'SyncWithActual' } }] } }]);
    expect(await execute()).toBe('UPDATE_COMPLETE');
    expect(await drifted()).toEqual([]);
  });

  it('is only for stacks that are there', async () => {
    expect((await region.refused('CreateChangeSet', { ...CHANGE_SET, ChangeSetType: 'CREATE', StackName: 'new', TemplateBody: TEMPLATE, DeploymentMode: 'REVERT_DRIFT' })).message).toContain('only for change sets of type UPDATE');
    expect((await region.refused('CreateChangeSet', { ...CHANGE_SET, UsePreviousTemplate: true, DeploymentMode: 'X' })).message).toContain('enum value set');
  });
});
