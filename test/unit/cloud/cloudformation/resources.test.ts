/** Every resource type on the real services: made, its attributes read, changed in place, and gone without a trace. */
import { beforeEach, describe, expect, it } from 'vitest';
import { RESOURCE_TYPES } from '../../../../src/cloud/cloudformation/resources/index.js';
import type { Input } from '../../../../src/cloud/endpoint/operation.js';
import { TestRegion } from './region.js';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDummyDummyDummyDummyDummyDummyDummyDummyDumm k';

const EVERYTHING = `
Parameters:
  Value: {Type: String, Default: one}
  Port: {Type: Number, Default: 80}
  Image: {Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsSupport: true, EnableDnsHostnames: 'true', Tags: [{Key: v, Value: !Ref Value}]}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: !Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 4, 8]], MapPublicIpOnLaunch: false, AvailabilityZone: !Select [0, !GetAZs ''], Tags: [{Key: v, Value: !Ref Value}]}}
  Igw: {Type: AWS::EC2::InternetGateway, Properties: {Tags: [{Key: v, Value: !Ref Value}]}}
  Attachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Igw}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc, Tags: [{Key: v, Value: !Ref Value}]}}
  Association: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}}
  Route: {Type: AWS::EC2::Route, DependsOn: Attachment, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: everything
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: !Ref Port, ToPort: !Ref Port, CidrIp: 192.0.2.0/24}]
      SecurityGroupEgress: [{IpProtocol: '-1', CidrIp: 192.0.2.0/24}]
  Ingress: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !GetAtt Group.GroupId, IpProtocol: icmp, FromPort: -1, ToPort: -1, SourceSecurityGroupId: !Ref Group, Description: !Ref Value}}
  Egress: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !Ref Group, IpProtocol: tcp, FromPort: 1, ToPort: 2, CidrIp: 198.51.100.0/24, Description: !Ref Value}}
  Eip: {Type: AWS::EC2::EIP, DependsOn: Attachment, Properties: {Domain: vpc, Tags: [{Key: v, Value: !Ref Value}]}}
  Nat: {Type: AWS::EC2::NatGateway, DependsOn: Attachment, Properties: {SubnetId: !Ref Subnet, AllocationId: !GetAtt Eip.AllocationId, Tags: [{Key: v, Value: !Ref Value}]}}
  Eip2: {Type: AWS::EC2::EIP, DependsOn: Attachment}
  Eip3: {Type: AWS::EC2::EIP, DependsOn: Attachment, Properties: {InstanceId: !Ref Instance2}}
  EipAssociation: {Type: AWS::EC2::EIPAssociation, Properties: {AllocationId: !GetAtt Eip2.AllocationId, InstanceId: !Ref Instance}}
  Endpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties: {VpcEndpointType: Interface, ServiceName: !Sub 'com.amazonaws.\${AWS::Region}.ssm', VpcId: !Ref Vpc, SubnetIds: [!Ref Subnet], SecurityGroupIds: [!Ref Group], PrivateDnsEnabled: true, Tags: [{Key: v, Value: !Ref Value}]}
  Key: {Type: AWS::EC2::KeyPair, Properties: {KeyName: imported, PublicKeyMaterial: '${KEY}'}}
  Instance:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: !Ref Image
      InstanceType: t4g.nano
      KeyName: !Ref Key
      SubnetId: !Ref Subnet
      SecurityGroupIds: [!Ref Group]
      IamInstanceProfile: !Ref Profile
      SourceDestCheck: false
      MetadataOptions: {HttpTokens: required}
      UserData: !Base64 hello
      Tags: [{Key: v, Value: !Ref Value}]
  Instance2:
    Type: AWS::EC2::Instance
    Properties: {ImageId: !Ref Image, InstanceType: t4g.nano, NetworkInterfaces: [{DeviceIndex: '0', SubnetId: !Ref Subnet, GroupSet: [!Ref Group], PrivateIpAddress: 10.0.1.200}]}
  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc, Tags: [{Key: v, Value: !Ref Value}]}}
  AclEntry: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 100, Protocol: 6, RuleAction: allow, Egress: false, CidrBlock: 0.0.0.0/0, PortRange: {From: !Ref Port, To: !Ref Port}}}
  AclAssociation: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: !Ref Subnet, NetworkAclId: !Ref Acl}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: 'sts:AssumeRole'}]}
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore']
      PermissionsBoundary: !Ref Bounds
      Policies: [{PolicyName: inline, PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 's3:Get*', Resource: !Sub 'arn:aws:s3:::\${Value}/*'}]}}]
      Tags: [{Key: v, Value: !Ref Value}]
  Policy: {Type: AWS::IAM::Policy, Properties: {PolicyName: own, Roles: [!Ref Role], Users: [!Ref User], Groups: [!Ref Group2], PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: !Sub 'ec2:\${Value}*', Resource: '*'}]}}}
  Managed: {Type: AWS::IAM::ManagedPolicy, Properties: {Description: of everything, Roles: [!Ref Role], Users: [!Ref User], PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: !Sub 'ec2:\${Value}*', Resource: '*'}]}}}
  Bounds: {Type: AWS::IAM::ManagedPolicy, Properties: {Path: /bounds/, PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: !Sub 'ec2:\${Value}*', Resource: '*'}]}}}
  Group2: {Type: AWS::IAM::Group, Properties: {Path: /g/, ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'], Policies: [{PolicyName: inline, PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: !Sub 'ec2:\${Value}*', Resource: '*'}]}}]}}
  User: {Type: AWS::IAM::User, Properties: {Groups: [!Ref Group2], PermissionsBoundary: !Ref Bounds, ManagedPolicyArns: [!Ref Bounds], Policies: [{PolicyName: inline, PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: !Sub 'ec2:\${Value}*', Resource: '*'}]}}], Tags: [{Key: v, Value: !Ref Value}]}}
  Issuer: {Type: AWS::IAM::OIDCProvider, Properties: {Url: 'https://token.example/ci', ClientIdList: [!Ref Value, sts.amazonaws.com], ThumbprintList: [0123456789abcdef0123456789abcdef01234567], Tags: [{Key: v, Value: !Ref Value}]}}
  Profile: {Type: AWS::IAM::InstanceProfile, Properties: {Roles: [!Ref Role]}}
  Parameter: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref Value, Name: /x/y}}
  Eni: {Type: AWS::EC2::NetworkInterface, Properties: {SubnetId: !Ref Subnet, Description: !Ref Value, GroupSet: [!Ref Group], SecondaryPrivateIpAddressCount: 1, SourceDestCheck: false, Tags: [{Key: v, Value: !Ref Value}]}}
  Instance3: {Type: AWS::EC2::Instance, Properties: {ImageId: !Ref Image, InstanceType: t4g.nano, SubnetId: !Ref Subnet}}
  EniAttachment: {Type: AWS::EC2::NetworkInterfaceAttachment, Properties: {DeviceIndex: '1', InstanceId: !Ref Instance3, NetworkInterfaceId: !Ref Eni, DeleteOnTermination: false}}
  Volume: {Type: AWS::EC2::Volume, Properties: {AvailabilityZone: !GetAtt Subnet.AvailabilityZone, Size: !Ref Port, VolumeType: gp3, Iops: 3100, Encrypted: 'true', KmsKeyId: alias/aws/ebs, Tags: [{Key: v, Value: !Ref Value}]}}
  VolumeAttachment: {Type: AWS::EC2::VolumeAttachment, Properties: {Device: /dev/sdf, InstanceId: !Ref Instance3, VolumeId: !Ref Volume}}
  Options: {Type: AWS::EC2::DHCPOptions, Properties: {DomainName: example.internal, DomainNameServers: [AmazonProvidedDNS], NtpServers: [169.254.169.123], NetbiosNodeType: 2, Tags: [{Key: v, Value: !Ref Value}]}}
  OptionsAssociation: {Type: AWS::EC2::VPCDHCPOptionsAssociation, Properties: {VpcId: !Ref Vpc, DhcpOptionsId: !Ref Options}}
  Prefixes: {Type: AWS::EC2::PrefixList, Properties: {PrefixListName: !Ref Value, AddressFamily: IPv4, MaxEntries: 5, Entries: [{Cidr: 192.0.2.0/24, Description: doc}, {Cidr: !Sub '198.51.100.\${Port}/32'}], Tags: [{Key: v, Value: !Ref Value}]}}
  Access: {Type: AWS::EC2::VPCBlockPublicAccessOptions, Properties: {InternetGatewayBlockMode: block-ingress}}
  Exclusion: {Type: AWS::EC2::VPCBlockPublicAccessExclusion, Properties: {VpcId: !Ref Vpc, InternetGatewayExclusionMode: allow-bidirectional, Tags: [{Key: v, Value: !Ref Value}]}}
  SecondBlock: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/16}}
  RolePolicy: {Type: AWS::IAM::RolePolicy, Properties: {PolicyName: alone, RoleName: !Ref Role, PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: !Sub 'sqs:\${Value}*', Resource: '*'}]}}}
  Bucket: {Type: AWS::S3::Bucket, Properties: {Tags: [{Key: v, Value: !Ref Value}], PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: false, IgnorePublicAcls: true, RestrictPublicBuckets: 'true'}}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 30, Tags: [{Key: v, Value: !Ref Value}]}}
  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://s3.amazonaws.com/b/nested', Parameters: {Value: !Ref Value}}}
Outputs:
`;

/** Everything that Fn::GetAtt knows, as outputs: `Resource0` … */
function withAttributes(template: string): string {
  const types = new Map([...template.matchAll(/^ {2}(\w+):(?: \{Type: (AWS::\w+::\w+)|\n {4}Type: (AWS::\w+::\w+))/gm)].map(([, name = '', inline, block]) => [name, inline ?? block ?? '']));
  const lines: string[] = [];
  for (const [name, type] of types) {
    lines.push(`  ${name}: {Value: !Ref ${name}}`);
    RESOURCE_TYPES.get(type)?.attributes.forEach((attribute, index) => {
      const list = ['CidrBlockAssociations', 'Ipv6CidrBlocks', 'DnsEntries', 'NetworkInterfaceIds', 'SecondaryPrivateIpAddresses'].includes(attribute);
      lines.push(`  ${name}x${index}: {Value: ${list ? `!Join [',', !GetAtt ${name}.${attribute}]` : `!GetAtt ${name}.${attribute}`}}`);
    });
  }
  return `${template}${lines.join('\n')}\n`;
}

let region: TestRegion;
beforeEach(() => {
  region = new TestRegion();
  region.objects.set('b/nested', 'Parameters: {Value: {Type: String}}\nResources: {Inner: {Type: "AWS::SSM::Parameter", Properties: {Type: String, Value: !Ref Value}}}');
});

function census(): string {
  const lists: readonly [string, string][] = [
    ['DescribeVpcs', 'vpcSet'], ['DescribeSubnets', 'subnetSet'], ['DescribeInternetGateways', 'internetGatewaySet'], ['DescribeRouteTables', 'routeTableSet'], ['DescribeNetworkAcls', 'networkAclSet'],
    ['DescribeSecurityGroups', 'securityGroupInfo'], ['DescribeSecurityGroupRules', 'securityGroupRuleSet'], ['DescribeAddresses', 'addressesSet'], ['DescribeVpcEndpoints', 'vpcEndpointSet'],
    ['DescribeNetworkInterfaces', 'networkInterfaceSet'], ['DescribeDhcpOptions', 'dhcpOptionsSet'], ['DescribeManagedPrefixLists', 'prefixListSet'], ['DescribeKeyPairs', 'keySet'], ['DescribeVolumes', 'volumeSet'],
  ];
  const counts = lists.map(([operation, set]) => [set, (region.call('ec2', operation)[set] as unknown[]).length]);
  const iam = ['Roles', 'InstanceProfiles', 'Users', 'Groups', 'Policies'].map((set) => [set, (region.call('iam', `List${set}`, set === 'Policies' ? { Scope: 'Local' } : {})[set] as unknown[]).length]);
  return JSON.stringify([...counts, ...iam, ['parameters', (region.call('ssm', 'DescribeParameters')['Parameters'] as unknown[]).length], ['log groups', (region.call('logs', 'DescribeLogGroups')['logGroups'] as unknown[]).length]]);
}

const failures = async () => (await region.events()).filter(({ status }) => status.endsWith('_FAILED')).map(({ line, reason }) => `${line}: ${reason ?? ''}`);

describe('every resource type', () => {
  it('is imported from what a stack has left, by the properties that identify it', async () => {
    const mine = EVERYTHING.replace(/^ {2}(?:Policy|AclEntry|Nested): .*\n/gm, '').replace('Outputs:\n', '').replaceAll('{Type: AWS', '{DeletionPolicy: Retain, Type: AWS').replaceAll('\n    Type: AWS', '\n    DeletionPolicy: Retain\n    Type: AWS');
    const deployment = { TemplateBody: mine, Capabilities: ['CAPABILITY_IAM'] };
    const id = await region.create(mine, { Capabilities: ['CAPABILITY_IAM'] });
    const { StackResources } = await region.cfn('DescribeStackResources', { StackName: id }) as { StackResources: { LogicalResourceId: string; PhysicalResourceId: string; ResourceType: string }[] };
    const all = StackResources.map(({ LogicalResourceId, PhysicalResourceId, ResourceType }) => {
      const { identifiers = [], physicalIdentifier } = RESOURCE_TYPES.get(ResourceType) ?? {};
      const parts = physicalIdentifier === undefined ? PhysicalResourceId.split('|') : [];
      const other: { readonly [name: string]: () => unknown } = {
        AllocationId: () => (region.call('ec2', 'DescribeAddresses', { PublicIp: [PhysicalResourceId] })['addressesSet'] as Input[])[0]?.['allocationId'],
        VpcId: () => StackResources.find((resource) => resource.LogicalResourceId === 'Vpc')?.PhysicalResourceId,
      };
      const entry = identifiers.map((key, index) => ({ key, value: parts[index] ?? (key === physicalIdentifier ? PhysicalResourceId : other[key]?.()) }));
      return { LogicalResourceId, ResourceType, ResourceIdentifier: { entry } };
    });
    const change = { StackName: 't', ChangeSetName: 'c', ChangeSetType: 'IMPORT', ResourcesToImport: all, Tags: [{ Key: 'team', Value: 'blue' }], ...deployment };
    expect(new Set(all.map(({ ResourceType }) => ResourceType))).toEqual(new Set([...RESOURCE_TYPES.values()].filter(({ identifiers }) => identifiers !== undefined).map(({ type }) => type)));
    await region.cfn('CreateChangeSet', change);
    expect(await region.cfn('DescribeChangeSet', { StackName: 't', ChangeSetName: 'c' })).toMatchObject({ Status: 'FAILED', StatusReason: expect.stringContaining(`already exists in stack ${id}`) as string });
    await region.cfn('DeleteChangeSet', { StackName: 't', ChangeSetName: 'c' });

    await region.cfn('DeleteStack', { StackName: id });
    region.settle();
    const before = census();
    await region.cfn('CreateChangeSet', change);
    expect(await region.cfn('DescribeChangeSet', { StackName: 't', ChangeSetName: 'c' })).toMatchObject({ StatusReason: undefined, Status: 'CREATE_COMPLETE' });
    await region.cfn('ExecuteChangeSet', { StackName: 't', ChangeSetName: 'c' });
    region.settle();
    expect((await region.events('t')).filter(({ status }) => status.endsWith('_FAILED'))).toEqual([]);
    expect((await region.stack('t')).StackStatus).toBe('IMPORT_COMPLETE');
    expect(census()).toBe(before);
    await region.cfn('DetectStackDrift', { StackName: 't' });
    const { StackResourceDrifts } = await region.cfn('DescribeStackResourceDrifts', { StackName: 't' }) as { StackResourceDrifts: { StackResourceDriftStatus: string; PropertyDifferences: unknown[] }[] };
    expect(StackResourceDrifts).toHaveLength(all.length);
    expect(StackResourceDrifts.filter(({ StackResourceDriftStatus }) => StackResourceDriftStatus !== 'IN_SYNC')).toEqual([]);
    const tagged = region.call('ec2', 'DescribeTags', { Filter: [{ Name: 'tag:team', Value: ['blue'] }] })['tagSet'] as unknown[];
    expect(tagged).toHaveLength(all.filter(({ ResourceType }) => ResourceType.startsWith('AWS::EC2') && 'Tags' in (RESOURCE_TYPES.get(ResourceType)?.properties ?? {})).length);
    expect(region.log).toEqual([]);
  });

  it('is in the template of this test', () => {
    for (const type of RESOURCE_TYPES.keys()) expect(EVERYTHING).toContain(type);
  });

  it('is made with all its attributes, changed in place, and removed', async () => {
    const before = census();
    const id = await region.create(withAttributes(EVERYTHING), { Capabilities: ['CAPABILITY_IAM'] });
    expect(await failures()).toEqual([]);
    expect((await region.stack()).StackStatus).toBe('CREATE_COMPLETE');
    const { Outputs } = await region.stack();
    const output = (key: string) => Outputs.find(({ OutputKey }) => OutputKey === key)?.OutputValue ?? '';
    const empty = Outputs.filter(({ OutputKey, OutputValue }) => OutputValue === '' && !/^(?:Vpcx4|Subnetx3|Instance[23]?x[45])$/.test(OutputKey));
    expect(empty).toEqual([]);
    expect(output('Attachment')).toBe(`IGW|${output('Vpc')}`);
    expect(output('Route')).toBe(`${output('Table')}|0.0.0.0/0`);
    const [address] = (region.call('ec2', 'DescribeAddresses', { PublicIp: [output('Eip3')] })['addressesSet']) as Input[];
    expect(address).toMatchObject({ instanceId: output('Instance2'), privateIpAddress: '10.0.1.200' });

    // Everything that can be read back reads as it was set.
    const drift = await region.cfn('DetectStackDrift', { StackName: 's' });
    const { StackResourceDrifts } = await region.cfn('DescribeStackResourceDrifts', { StackName: 's' }) as { StackResourceDrifts: { LogicalResourceId: string; StackResourceDriftStatus: string; PropertyDifferences: unknown[] }[] };
    expect(StackResourceDrifts.filter(({ StackResourceDriftStatus }) => StackResourceDriftStatus !== 'IN_SYNC')).toEqual([]);
    const { StackResourceSummaries } = await region.cfn('ListStackResources', { StackName: 's' }) as { StackResourceSummaries: { LogicalResourceId: string }[] };
    expect(StackResourceDrifts.map(({ LogicalResourceId }) => LogicalResourceId)).toEqual(StackResourceSummaries.map(({ LogicalResourceId }) => LogicalResourceId));
    expect(await region.cfn('DescribeStackDriftDetectionStatus', drift)).toMatchObject({ StackDriftStatus: 'IN_SYNC', DetectionStatus: 'DETECTION_COMPLETE', DriftedStackResourceCount: 0 });

    const physical = async () => Object.fromEntries((((await region.cfn('ListStackResources', { StackName: 's' }))['StackResourceSummaries']) as { LogicalResourceId: string; PhysicalResourceId: string }[]).map((row) => [row.LogicalResourceId, row.PhysicalResourceId]));
    const was = await physical();
    await region.cfn('UpdateStack', { StackName: 's', UsePreviousTemplate: true, Capabilities: ['CAPABILITY_IAM'], Parameters: [{ ParameterKey: 'Value', ParameterValue: 'two' }, { ParameterKey: 'Port', ParameterValue: '81' }] });
    region.settle();
    expect(await failures()).toEqual([]);
    expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
    expect(await physical()).toEqual(was);
    const { tagSet } = region.call('ec2', 'DescribeTags', { Filter: [{ Name: 'key', Value: ['v'] }] }) as { tagSet: { value: string }[] };
    expect(tagSet.length).toBeGreaterThan(7);
    expect(new Set(tagSet.map(({ value }) => value))).toEqual(new Set(['two']));
    expect(region.call('ssm', 'GetParameter', { Name: '/x/y' })).toMatchObject({ Parameter: { Value: 'two' } });
    expect(JSON.stringify(region.call('ec2', 'DescribeSecurityGroups', { GroupId: [output('Group')] }))).toMatch(/"fromPort":81.*"description":"two"/);

    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect((await region.events(id)).filter(({ status }) => status === 'DELETE_FAILED')).toEqual([]);
    expect((await region.stack(id)).StackStatus).toBe('DELETE_COMPLETE');
    expect(region.log).toEqual([]);
    expect(census()).toBe(before);
  });

  it('changes of a volume what EC2 can change, and fails an update of the rest', async () => {
    const template = (properties: string) => `Resources: {V: {Type: 'AWS::EC2::Volume', Properties: {AvailabilityZone: ap-northeast-1a, ${properties}}}}`;
    const id = await region.create(template('Size: 10, VolumeType: gp3'));
    const { volumeSet: [was] } = region.call('ec2', 'DescribeVolumes') as { volumeSet: Input[] };
    await region.cfn('UpdateStack', { StackName: 's', TemplateBody: template('Size: 20, VolumeType: gp3, Throughput: 200') });
    region.settle();
    expect(region.call('ec2', 'DescribeVolumes')).toMatchObject({ volumeSet: [{ volumeId: was?.['volumeId'], size: 20, throughput: 200 }] });
    await region.cfn('UpdateStack', { StackName: 's', TemplateBody: template('Size: 20, VolumeType: gp3, Throughput: 200, Encrypted: true') });
    region.settle();
    expect(await failures()).toEqual([expect.stringContaining('Updates to Encrypted of a volume are not supported.')]);
    expect((await region.stack(id)).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await region.refused('ValidateTemplate', { TemplateBody: template('Size: 1').replace('Properties', 'DeletionPolicy: Snapshot, Properties') })).message).toContain('The local cloud has no snapshots');
  });

  it('keeps the private half of a made key pair in a SecureString parameter, and takes both away again', async () => {
    const before = census();
    await region.create('Resources: {Made: {Type: "AWS::EC2::KeyPair", Properties: {KeyName: made, KeyType: ed25519, Tags: [{Key: k, Value: v}]}}}');
    const { keySet } = region.call('ec2', 'DescribeKeyPairs', { KeyName: ['made'] }) as { keySet: { keyPairId: string }[] };
    const Name = `/ec2/keypair/${keySet[0]?.keyPairId ?? ''}`;
    expect(region.call('ssm', 'GetParameter', { Name, WithDecryption: true })).toMatchObject({ Parameter: { Type: 'SecureString', Value: expect.stringContaining('BEGIN OPENSSH PRIVATE KEY') as string } });
    expect(JSON.stringify([...region.memory.entries()])).not.toContain('PRIVATE KEY');
    expect(region.call('ssm', 'ListTagsForResource', { ResourceType: 'Parameter', ResourceId: Name })).toMatchObject({ TagList: expect.arrayContaining([{ Key: 'k', Value: 'v' }]) as unknown });
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect(census()).toBe(before);
  });

  it('keeps nothing of a resource whose second call is refused', async () => {
    const before = census();
    const tags = Array.from({ length: 52 }, (_, index) => `{Key: k${index}, Value: v}`).join(', ');
    await region.create(`Resources: {Made: {Type: "AWS::EC2::KeyPair", Properties: {KeyName: made, KeyType: ed25519, Tags: [${tags}]}}}`);
    expect((await region.events()).find(({ line }) => line === 'Made CREATE_FAILED')?.reason).toContain('tags');
    expect(census()).toBe(before);
  });

  it('fails a NAT gateway without an internet gateway with EC2\'s own words', async () => {
    await region.create(`
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Eip: {Type: AWS::EC2::EIP}
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref Subnet, AllocationId: !GetAtt Eip.AllocationId}}
`);
    expect((await region.stack()).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await region.events()).find(({ line }) => line === 'Nat CREATE_FAILED')?.reason).toMatch(/Gateway\.NotAttached: Network vpc-\w+ has no Internet gateway attached.*NotStabilized/);
  });
});

describe('AWS::IAM::ManagedPolicy', () => {
  const template = (action: string, more = '') => `
Resources:
  Group: {Type: AWS::IAM::Group}
  Policy: {Type: AWS::IAM::ManagedPolicy, Properties: {${more}PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: '${action}', Resource: '*'}]}}}
Outputs: {Arn: {Value: !Ref Policy}, Version: {Value: !GetAtt Policy.DefaultVersionId}, Count: {Value: !GetAtt Policy.AttachmentCount}}
`;
  const update = async (body: string) => {
    await region.cfn('UpdateStack', { StackName: 's', TemplateBody: body, Capabilities: ['CAPABILITY_IAM'] });
    region.settle();
    expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
  };

  it('is rewritten in a new version and never has more than five', async () => {
    expect((await region.refused('CreateStack', { StackName: 's', TemplateBody: template('ec2:A*') })).message).toBe('Requires capabilities : [CAPABILITY_IAM]');
    await region.create(template('ec2:A*', 'Groups: [!Ref Group], '), { Capabilities: ['CAPABILITY_IAM'] });
    const PolicyArn = await region.output('Arn');
    expect(await region.output('Count')).toBe('1');
    for (const action of ['B', 'C', 'D', 'E', 'F', 'G']) await update(template(`ec2:${action}*`, 'Groups: [!Ref Group], '));
    expect(await region.output('Arn')).toBe(PolicyArn);
    expect(await region.output('Version')).toBe('v7');
    const { Versions } = region.call('iam', 'ListPolicyVersions', { PolicyArn }) as { Versions: { VersionId: string }[] };
    expect(Versions.map(({ VersionId }) => VersionId).toSorted()).toEqual(['v3', 'v4', 'v5', 'v6', 'v7']);
    expect(decodeURIComponent(String((region.call('iam', 'GetPolicyVersion', { PolicyArn, VersionId: 'v7' })['PolicyVersion'] as Input)['Document']))).toContain('ec2:G*');
    await update(template('ec2:G*'));
    expect(region.call('iam', 'ListEntitiesForPolicy', { PolicyArn })).toMatchObject({ PolicyGroups: [] });
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect(region.call('iam', 'ListPolicies', { Scope: 'Local' })).toMatchObject({ Policies: [] });
    expect(region.log).toEqual([]);
  });
});

describe('AWS::IAM::OIDCProvider', () => {
  const template = (clients: string, thumbprint: string, url = 'https://token.example/ci', tag = 'a') => `
Resources:
  Issuer: {Type: AWS::IAM::OIDCProvider, Properties: {Url: ${url}, ClientIdList: [${clients}], ThumbprintList: [${thumbprint.repeat(40)}], Tags: [{Key: ${tag}, Value: b}]}}
Outputs: {Arn: {Value: !GetAtt Issuer.Arn}, Id: {Value: !Ref Issuer}}
`;
  const update = async (body: string): Promise<void> => {
    await region.cfn('UpdateStack', { StackName: 's', TemplateBody: body });
    region.settle();
    expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
  };

  it('changes in place but for its address, and goes', async () => {
    await region.create(template('sts.amazonaws.com, other', '0'));
    const arn = 'arn:aws:iam::123456789012:oidc-provider/token.example/ci';
    expect([await region.output('Arn'), await region.output('Id')]).toEqual([arn, arn]);
    await update(template('sts.amazonaws.com, third', '1', undefined, 'c'));
    expect(region.call('iam', 'GetOpenIDConnectProvider', { OpenIDConnectProviderArn: arn })).toMatchObject({ Url: 'token.example/ci', ClientIDList: ['sts.amazonaws.com', 'third'], ThumbprintList: ['1'.repeat(40)], Tags: expect.not.arrayContaining([{ Key: 'a', Value: 'b' }]) as unknown });
    await update(template('sts.amazonaws.com', '1', 'https://token.example/other'));
    expect(region.call('iam', 'ListOpenIDConnectProviders', {})).toEqual({ OpenIDConnectProviderList: [{ Arn: 'arn:aws:iam::123456789012:oidc-provider/token.example/other' }] });
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect(region.call('iam', 'ListOpenIDConnectProviders', {})).toEqual({ OpenIDConnectProviderList: [] });
    expect(region.log).toEqual([]);
  });
});

describe('AWS::IAM::User', () => {
  it('is not removed with access keys that the stack did not make', async () => {
    const id = await region.create('Resources: {User: {Type: AWS::IAM::User}}', { Capabilities: ['CAPABILITY_IAM'] });
    const { StackResources } = await region.cfn('DescribeStackResources', { StackName: id }) as { StackResources: { PhysicalResourceId: string }[] };
    const UserName = StackResources[0]?.PhysicalResourceId;
    const { AccessKey } = region.call('iam', 'CreateAccessKey', { UserName }) as { AccessKey: { AccessKeyId: string } };
    await region.cfn('DeleteStack', { StackName: id });
    region.settle();
    expect((await region.events(id)).find(({ line }) => line === 'User DELETE_FAILED')?.reason).toMatch(/^Resource handler returned message: "Cannot delete entity, must delete access keys first\. .*HandlerErrorCode: InvalidRequest\)$/);
    region.call('iam', 'DeleteAccessKey', { UserName, AccessKeyId: AccessKey.AccessKeyId });
    await region.cfn('DeleteStack', { StackName: id });
    region.settle();
    expect((await region.stack(id)).StackStatus).toBe('DELETE_COMPLETE');
  });
});

describe('AWS::EC2::Instance', () => {
  it('changes monitoring, shutdown behavior and credits in place', async () => {
    const template = (monitoring: string, behavior: string, credits: string) => `
Parameters: {Image: {Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Instance: {Type: AWS::EC2::Instance, Properties: {ImageId: !Ref Image, InstanceType: t4g.nano, SubnetId: !Ref Subnet, Monitoring: ${monitoring}, InstanceInitiatedShutdownBehavior: ${behavior}, CreditSpecification: {CPUCredits: ${credits}}}}
Outputs: {Id: {Value: !Ref Instance}}
`;
    await region.create(template('false', 'stop', 'unlimited'));
    const id = await region.output('Id') ?? '';
    await region.cfn('UpdateStack', { StackName: 's', TemplateBody: template('true', 'terminate', 'standard') });
    region.settle();
    expect(await failures()).toEqual([]);
    expect(await region.output('Id')).toBe(id);
    expect(region.call('ec2', 'DescribeInstances', { InstanceId: [id] })).toMatchObject({ reservationSet: [{ instancesSet: [{ monitoring: { state: expect.stringMatching(/^(?:enabled|pending)$/) as string } }] }] });
    expect(region.call('ec2', 'DescribeInstanceAttribute', { InstanceId: id, Attribute: 'instanceInitiatedShutdownBehavior' })).toMatchObject({ instanceInitiatedShutdownBehavior: { value: 'terminate' } });
    expect(JSON.stringify(region.call('ec2', 'DescribeInstanceCreditSpecifications', { InstanceId: [id] }))).toContain('"cpuCredits":"standard"');
  });

  describe('for a change that needs it stopped', () => {
    const template = (type: string, userData: string, more = '') => `
Parameters: {Image: {Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, MapPublicIpOnLaunch: true}}
  Instance: {Type: AWS::EC2::Instance, Properties: {ImageId: !Ref Image, InstanceType: ${type}, SubnetId: !Ref Subnet, UserData: !Base64 ${userData}${more}}}
Outputs: {Id: {Value: !Ref Instance}, Address: {Value: !GetAtt Instance.PublicIp}}
`;
    let [id, address] = ['', ''];
    const now = () => {
      const { reservationSet } = region.call('ec2', 'DescribeInstances', { InstanceId: [id] }) as { reservationSet: { instancesSet: Input[] }[] };
      const { instanceType, instanceState, ipAddress, ebsOptimized } = reservationSet[0]?.instancesSet[0] ?? {};
      const { userData } = region.call('ec2', 'DescribeInstanceAttribute', { InstanceId: id, Attribute: 'userData' }) as { userData: { value: string } };
      return { instanceType, state: (instanceState as Input)['name'], ipAddress, ebsOptimized, userData: Buffer.from(userData.value, 'base64').toString() };
    };
    beforeEach(async () => {
      await region.create(template('t4g.nano', 'one'));
      [id, address] = [await region.output('Id') ?? '', await region.output('Address') ?? ''];
    });

    it('it stops, changes, starts, and has another public address; change sets leave it open', async () => {
      expect(address).toMatch(/^\d/);
      const TemplateBody = template('t4g.small', 'two', ', EbsOptimized: true');
      await region.cfn('CreateChangeSet', { StackName: 's', ChangeSetName: 'c', TemplateBody });
      const { Changes } = await region.cfn('DescribeChangeSet', { StackName: 's', ChangeSetName: 'c' }) as { Changes: { ResourceChange: { Details: { Target: Input }[] } }[] };
      expect(Changes).toMatchObject([{ ResourceChange: { LogicalResourceId: 'Instance', Replacement: 'Conditional', PolicyAction: 'ReplaceAndDelete' } }]);
      expect(Changes[0]?.ResourceChange.Details.map(({ Target }) => [Target['Name'], Target['RequiresRecreation']])).toEqual([['InstanceType', 'Conditionally'], ['UserData', 'Conditionally'], ['EbsOptimized', 'Conditionally']]);
      const count = (await region.events()).length;
      await region.cfn('ExecuteChangeSet', { StackName: 's', ChangeSetName: 'c' });
      const states = new Set<unknown>();
      while (region.tick()) states.add(now().state);
      expect([...states]).toEqual(['stopping', 'stopped', 'pending', 'running']);
      expect(now()).toEqual({ instanceType: 't4g.small', state: 'running', userData: 'two', ebsOptimized: true, ipAddress: expect.not.stringMatching(new RegExp(`^${address}$`)) as string });
      expect(await region.output('Id')).toBe(id);
      expect(await region.output('Address')).toBe(now().ipAddress);
      expect((await region.events()).slice(count).map(({ line }) => line)).toEqual(['s UPDATE_IN_PROGRESS', 'Instance UPDATE_IN_PROGRESS', 'Instance UPDATE_COMPLETE', 's UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 's UPDATE_COMPLETE']);
      expect(region.log).toEqual([]);
    });

    it('it goes on as it was when EC2 refuses the change', async () => {
      await region.cfn('UpdateStack', { StackName: 's', TemplateBody: template('t3.nano', 'two') });
      region.settle();
      expect((await region.stack()).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(await failures()).toEqual([expect.stringContaining(`The instance type 't3.nano' has not the architecture`)]);
      expect(now()).toMatchObject({ instanceType: 't4g.nano', state: 'running', userData: 'one' });
      expect(await region.output('Id')).toBe(id);
    });

    it('it goes on as it was when the update is cancelled while it stops', async () => {
      await region.cfn('UpdateStack', { StackName: 's', TemplateBody: template('t4g.small', 'two') });
      while (now().state === 'running') region.tick();
      await region.cfn('CancelUpdateStack', { StackName: 's' });
      region.settle();
      expect((await region.stack()).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(now()).toMatchObject({ instanceType: 't4g.nano', state: 'running', userData: 'one' });
    });

    it('one that was stopped stays so', async () => {
      region.call('ec2', 'StopInstances', { InstanceId: [id] });
      while (now().state !== 'stopped') {
        region.clock.now += 1000;
        region.tick();
      }
      await region.cfn('UpdateStack', { StackName: 's', TemplateBody: template('t4g.small', 'one') });
      region.settle();
      expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
      expect(now()).toMatchObject({ instanceType: 't4g.small', state: 'stopped' });
    });

    it('is gone on with after a kill at any commit', async () => {
      const act = async (killAt: number) => {
        region = new TestRegion();
        await region.create(template('t4g.nano', 'one'));
        id = await region.output('Id') ?? '';
        await region.cfn('UpdateStack', { StackName: 's', TemplateBody: template('t4g.small', 'two') });
        let [commits, dead] = [0, false];
        region.onWrite = () => {
          dead = commits++ === killAt;
          if (dead) throw new Error('killed');
        };
        for (let step = 0; step < 5000; step++) {
          let ran = false;
          try {
            ran = region.tick();
          } catch (error) {
            if (!dead) throw error;
          }
          if (dead) region.restart();
          else if (!ran) break;
          dead = false;
        }
        expect((await region.stack()).StackStatus, `killed at ${killAt}`).toBe('UPDATE_COMPLETE');
        expect(now(), `killed at ${killAt}`).toMatchObject({ instanceType: 't4g.small', state: 'running', userData: 'two' });
        return commits;
      };
      const commits = await act(-1);
      expect(commits).toBeGreaterThan(6);
      for (let at = 0; at < commits; at++) await act(at);
    });
  });
});
