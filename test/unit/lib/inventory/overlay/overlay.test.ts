/** Pending changes laid over the lab: what is known becomes the configuration, what is not is a doubt by name. */
import { describe, expect, it } from 'vitest';
import { diffOf, type SnapshotDiff } from '../../../../../src/lib/diff/diff.js';
import { layOver } from '../../../../../src/lib/inventory/overlay/overlay.js';
import type { ResourceChange, Values } from '../../../../../src/lib/inventory/overlay/resource-change.js';
import type { Snapshot } from '../../../../../src/lib/inventory/snapshot/snapshot.js';
import { addGatewayEndpoint, type Change as ModelChange, LAB } from '../../../../conformance/fabric/lab-network.js';
import { CORE_ARN, labSnapshot, PROFILE, ROLE } from '../../lab-snapshot.js';

const LATER = '{{changeSet:KNOWN_AFTER_APPLY}}';

const make = (action: ResourceChange['action'], logicalId: string, type: string, over: Partial<ResourceChange> = {}): ResourceChange => ({
  logicalId, physicalId: undefined, type: `AWS::${type}`, action, replacement: action === 'Modify' ? 'False' : undefined, retained: false, properties: action === 'Modify', before: undefined, after: undefined, ...over,
});
const remove = (logicalId: string, type: string, physicalId: string, before: Values = {}): ResourceChange => make('Remove', logicalId, type, { physicalId, before });
const add = (logicalId: string, type: string, after: Values): ResourceChange => make('Add', logicalId, type, { after });
const modify = (logicalId: string, type: string, physicalId: string, before: Values, after: Values, replacement: ResourceChange['replacement'] = 'False'): ResourceChange => make('Modify', logicalId, type, { physicalId, before, after, replacement });

const planned = (changes: readonly ResourceChange[], snapshot: Snapshot = labSnapshot()): SnapshotDiff => diffOf(snapshot, layOver(snapshot, changes), ['now', 'planned']);
const brief = (diff: SnapshotDiff): string[] => diff.changes.map(({ instance, way, kind }) => `${instance.number} ${way} ${kind}`);
const sessions = (diff: SnapshotDiff): string[] => brief(diff).filter((text) => text.includes('Session'));

const HTTPS = { IpProtocol: 'tcp', FromPort: 443, ToPort: '443', SourceSecurityGroupId: LAB.sg3, Description: 'HTTPS from instance 4' };
const group = (rules: readonly Values[]): Values => ({ GroupDescription: 'x', VpcId: LAB.vpc2, SecurityGroupIngress: rules });

describe('what is known', () => {
  it('a rule that is taken out of a group cuts the session, and is named', () => {
    const diff = planned([modify('EndpointSecurityGroup', 'EC2::SecurityGroup', LAB.sgEndpoint, group([HTTPS]), { GroupDescription: 'x', VpcId: LAB.vpc2 })]);
    expect(diff).toMatchObject({ verdict: 'changed', doubts: [], unknown: [] });
    expect(diff.changes).toHaveLength(1);
    expect(diff.changes[0]).toMatchObject({ kind: 'lost', way: 'Session Manager', instance: { number: 4 }, deciding: ['sg-endpoint (EndpointSecurityGroup) lost the rule ingress tcp/443 from sg-3 (InstanceSecurityGroup3)'] });
  });

  const OUTWARD_LOST = [1, 2, 3].flatMap((number) => [`${number} ping to 8.8.8.8 lost`, `${number} tcp/443 to 8.8.8.8 lost`]);
  const ROUTE = { RouteTableId: LAB.privateTable, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: LAB.nat };
  const PUBLIC_ROUTE = { RouteTableId: LAB.publicTable, DestinationCidrBlock: '0.0.0.0/0', GatewayId: LAB.igw };
  const ENDPOINT = { VpcEndpointType: 'Interface', ServiceName: 'com.amazonaws.ap-northeast-1.ssm', VpcId: LAB.vpc2, SubnetIds: [LAB.privateSubnet2], SecurityGroupIds: [LAB.sgEndpoint], PrivateDnsEnabled: true };
  const ROLE_BEFORE = { AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }] }, ManagedPolicyArns: [CORE_ARN] };

  it.each<readonly [string, readonly ResourceChange[], readonly string[]]>([
    ['tags change nothing', [make('Modify', 'VPC2', 'EC2::VPC', { physicalId: LAB.vpc2, properties: false })], []],
    ['the description of a rule changes nothing', [modify('EndpointSecurityGroup', 'EC2::SecurityGroup', LAB.sgEndpoint, group([HTTPS]), group([{ ...HTTPS, Description: 'another' }]))], []],
    ['what is retained stays', [{ ...remove('RouteToNATGateway', 'EC2::Route', 'rtb-private|0.0.0.0/0', ROUTE), retained: true }], []],
    ['a route is removed', [remove('RouteToNATGateway', 'EC2::Route', 'rtb-private|0.0.0.0/0', ROUTE)], ['3 Session Manager lost', '3 ping to 8.8.8.8 lost', '3 tcp/443 to 8.8.8.8 lost']],
    ['a route leads to somebody without a public address', [modify('RouteToNATGateway', 'EC2::Route', 'rtb-private|0.0.0.0/0', ROUTE, { RouteTableId: LAB.privateTable, DestinationCidrBlock: '0.0.0.0/0', GatewayId: LAB.igw })], ['3 Session Manager lost', '3 ping to 8.8.8.8 lost', '3 tcp/443 to 8.8.8.8 lost']],
    ['a route is narrowed', [modify('RouteToNATGateway', 'EC2::Route', 'rtb-private|0.0.0.0/0', ROUTE, { ...ROUTE, DestinationCidrBlock: '172.16.0.0/12' }, 'True')], ['3 Session Manager lost', '3 ping to 8.8.8.8 lost', '3 tcp/443 to 8.8.8.8 lost']],
    ['VPC 2 gets a way out that nobody can use', [add('Out', 'EC2::Route', { ...PUBLIC_ROUTE, RouteTableId: LAB.main2 })], []],
    ['a subnet loses its table', [remove('Association', 'EC2::SubnetRouteTableAssociation', 'rtbassoc-1', { SubnetId: LAB.privateSubnet1, RouteTableId: LAB.privateTable })], ['3 Session Manager lost', '3 ping to 8.8.8.8 lost', '3 tcp/443 to 8.8.8.8 lost']],
    ['a subnet gets another table', [modify('Association', 'EC2::SubnetRouteTableAssociation', 'rtbassoc-1', { SubnetId: LAB.publicSubnet, RouteTableId: LAB.publicTable }, { SubnetId: LAB.publicSubnet, RouteTableId: LAB.main1 }, 'True')],
      ['1 SSH from 8.8.8.8 lost', '1 ping to 8.8.8.8 lost', '1 tcp/443 to 8.8.8.8 lost', '1 tcp/22 from 8.8.8.8 lost', '2 Session Manager lost', '2 ping to 8.8.8.8 lost', '2 tcp/443 to 8.8.8.8 lost', '3 Session Manager lost', '3 ping to 8.8.8.8 lost', '3 tcp/443 to 8.8.8.8 lost']],
    ['the NAT gateway is removed with its route', [remove('NATGateway', 'EC2::NatGateway', LAB.nat, { SubnetId: LAB.publicSubnet }), remove('RouteToNATGateway', 'EC2::Route', 'x', ROUTE)], ['3 Session Manager lost', '3 ping to 8.8.8.8 lost', '3 tcp/443 to 8.8.8.8 lost']],
    ['an attribute of the VPC', [modify('VPC2', 'EC2::VPC', LAB.vpc2, { CidrBlock: '10.0.0.0/16', EnableDnsSupport: true, EnableDnsHostnames: 'true' }, { CidrBlock: '10.0.0.0/16', EnableDnsSupport: true })], ['4 Session Manager lost']],
    ['private DNS of an endpoint', [modify('SSMEndpoint', 'EC2::VPCEndpoint', 'vpce-ssm', ENDPOINT, { ...ENDPOINT, PrivateDnsEnabled: 'false' })], ['4 Session Manager lost']],
    ['groups of an endpoint', [modify('SSMEndpoint', 'EC2::VPCEndpoint', 'vpce-ssm', ENDPOINT, { ...ENDPOINT, SecurityGroupIds: [LAB.sgDefault2] })], ['4 Session Manager lost']],
    ['the policy of an endpoint', [modify('SSMEndpoint', 'EC2::VPCEndpoint', 'vpce-ssm', ENDPOINT, { ...ENDPOINT, PolicyDocument: { Statement: [{ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }] } })], ['4 Session Manager lost']],
    ['an endpoint is removed', [remove('SSMEndpoint', 'EC2::VPCEndpoint', 'vpce-ssm', ENDPOINT)], ['4 Session Manager lost']],
    ['an endpoint that no session needs is removed', [remove('EC2MessagesEndpoint', 'EC2::VPCEndpoint', 'vpce-ec2messages', { ...ENDPOINT, ServiceName: 'com.amazonaws.ap-northeast-1.ec2messages' })], []],
    ['a rule by itself opens', [add('Open', 'EC2::SecurityGroupIngress', { GroupId: LAB.sg2, IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '203.0.113.0/24' })], ['2 tcp/22 from 203.0.113.1 opened']],
    ['an entry of a network ACL', [add('Entry', 'EC2::NetworkAclEntry', { NetworkAclId: LAB.acl.private1, RuleNumber: 50, Protocol: 6, RuleAction: 'deny', Egress: 'true', CidrBlock: '0.0.0.0/0', PortRange: { From: 443, To: 443 } })], ['3 Session Manager lost', '3 tcp/443 to 8.8.8.8 lost']],
    ['the profile of an instance', [modify('Instance3', 'EC2::Instance', 'i-3', { IamInstanceProfile: PROFILE }, {})], ['3 Session Manager lost']],
    ['a profile loses its role', [modify('InstanceProfile', 'IAM::InstanceProfile', PROFILE, { Roles: [ROLE] }, { Roles: [] })], ['2 Session Manager lost', '3 Session Manager lost', '4 Session Manager lost']],
    ['a role loses its policy', [modify('InstanceRole', 'IAM::Role', ROLE, ROLE_BEFORE, { ...ROLE_BEFORE, ManagedPolicyArns: [] })], ['2 Session Manager lost', '3 Session Manager lost', '4 Session Manager lost']],
    ['a role gets a statement against it', [add('Deny', 'IAM::RolePolicy', { RoleName: ROLE, PolicyName: 'deny', PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'ssmmessages:*', Resource: '*' }] } })], ['2 Session Manager lost', '3 Session Manager lost', '4 Session Manager lost']],
    ['another service is trusted', [modify('InstanceRole', 'IAM::Role', ROLE, ROLE_BEFORE, { ...ROLE_BEFORE, AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] } })], ['2 Session Manager lost', '3 Session Manager lost', '4 Session Manager lost']],
    // A service whose address is in the block is out of reach, too.
    ['a block of addresses that a VPC takes from the internet', [add('Block', 'EC2::VPCCidrBlock', { VpcId: LAB.vpc1, CidrBlock: '8.8.8.128/23' })],
      ['1 SSH from 8.8.8.8 lost', ...OUTWARD_LOST.slice(0, 2), '1 tcp/22 from 8.8.8.8 lost', '2 Session Manager doubtful', ...OUTWARD_LOST.slice(2, 4), '3 Session Manager doubtful', ...OUTWARD_LOST.slice(4)]],
    ['a block of another VPC', [add('Block', 'EC2::VPCCidrBlock', { VpcId: LAB.vpc2, CidrBlock: '8.8.8.0/24' })], []],
    ['a block of IPv6', [add('Block', 'EC2::VPCCidrBlock', { VpcId: LAB.vpc1, AmazonProvidedIpv6CidrBlock: true })], []],
    ['Block Public Access', [add('Access', 'EC2::VPCBlockPublicAccessOptions', { InternetGatewayBlockMode: 'block-bidirectional' })], ['1 SSH from 8.8.8.8 lost', ...OUTWARD_LOST.slice(0, 2), '1 tcp/22 from 8.8.8.8 lost', '2 Session Manager lost', ...OUTWARD_LOST.slice(2, 4), '3 Session Manager lost', ...OUTWARD_LOST.slice(4)]],
    ['Block Public Access for what comes in, but for a subnet', [add('Access', 'EC2::VPCBlockPublicAccessOptions', { InternetGatewayBlockMode: 'block-ingress' }), add('But', 'EC2::VPCBlockPublicAccessExclusion', { InternetGatewayExclusionMode: 'allow-bidirectional', SubnetId: LAB.publicSubnet })], []],
    ['an internet gateway for the other VPC', [add('IGW2', 'EC2::InternetGateway', {}), add('Attachment', 'EC2::VPCGatewayAttachment', { VpcId: LAB.vpc2, InternetGatewayId: LATER })], []],
    ['the internet gateway is detached', [remove('Attachment', 'EC2::VPCGatewayAttachment', `IGW|${LAB.vpc1}`, { VpcId: LAB.vpc1, InternetGatewayId: LAB.igw })],
      ['1 SSH from 8.8.8.8 lost', ...OUTWARD_LOST.slice(0, 2), '1 tcp/22 from 8.8.8.8 lost', '2 Session Manager lost', ...OUTWARD_LOST.slice(2, 4), '3 Session Manager lost', ...OUTWARD_LOST.slice(4)]],
    ['an interface that nobody asks of is attached', [add('Attach', 'EC2::NetworkInterfaceAttachment', { InstanceId: 'i-3', NetworkInterfaceId: 'eni-else', DeviceIndex: '1' })], []],
    ['a bucket is none of its business', [add('Bucket', 'S3::Bucket', {}), add('Parameter', 'SSM::Parameter', { Value: LATER })], []],
  ])('%s', (_, changes, expected) => {
    const diff = planned(changes);
    expect(brief(diff)).toEqual(expected);
    expect(diff.doubts).toEqual([]);
    expect(diff.verdict).toBe(expected.length + diff.claims.length === 0 ? 'same' : 'changed');
  });

  it('a gateway endpoint that leaves a table takes its route along', () => {
    const lab = labSnapshot(addGatewayEndpoint);
    const laid = layOver(lab, [remove('S3', 'EC2::VPCEndpoint', 'vpce-s3')]).least;
    expect(laid.network.routeTables.find((table) => table.routeTableId === LAB.main2)?.routes.map((route) => route.targetId)).toEqual(['local']);
  });

  it('an instance that is removed loses every way', () => {
    const diff = planned([remove('Instance4', 'EC2::Instance', 'i-4')]);
    expect(brief(diff)[0]).toBe('4 Session Manager lost');
    expect(diff.changes[0]?.deciding).toEqual(['i-4 (Instance4) is gone']);
  });
});

describe('the name servers of a VPC', () => {
  const amazon: ModelChange = (model) => ({ ...model, vpcs: model.vpcs.map((vpc) => ({ ...vpc, domainNameServers: ['AmazonProvidedDNS'] })) });
  const lab = (): Snapshot => ({ ...labSnapshot(amazon), dhcpOptions: { 'dopt-amazon': ['AmazonProvidedDNS'], 'dopt-google': ['8.8.8.8'] } });
  const options = (logicalId: string, ...servers: readonly string[]): ResourceChange => add(logicalId, 'EC2::DHCPOptions', { DomainNameServers: servers });
  const given = (DhcpOptionsId: string, logicalId = 'Association'): ResourceChange => add(logicalId, 'EC2::VPCDHCPOptionsAssociation', { VpcId: LAB.vpc2, DhcpOptionsId });
  const taken = (DhcpOptionsId: string): ResourceChange => remove('Old', 'EC2::VPCDHCPOptionsAssociation', `${DhcpOptionsId}|${LAB.vpc2}`, { VpcId: LAB.vpc2, DhcpOptionsId });
  const replaced = (server: string): ResourceChange => modify('Options', 'EC2::DHCPOptions', 'dopt-1', { DomainNameServers: ['AmazonProvidedDNS'] }, { DomainNameServers: [server] }, 'True');

  it.each<readonly [string, readonly ResourceChange[], readonly string[]]>([
    ['are those of a set that is there', [given('dopt-google')], ['4 Session Manager lost']],
    ['stay where the set says the same', [given('dopt-amazon')], []],
    ['are those of the one set that is made, whichever comes first', [given(LATER), options('Options', '8.8.8.8')], ['4 Session Manager lost']],
    ['are those of a set that takes another one\'s place', [{ ...given(LATER), action: 'Modify', replacement: 'True', properties: true, before: { VpcId: LAB.vpc2, DhcpOptionsId: 'dopt-1' } }, replaced('8.8.8.8')], ['4 Session Manager lost']],
    ['are none without a set', [taken('dopt-amazon')], ['4 Session Manager lost']],
    ['are the new set\'s where one association takes another\'s place', [taken('dopt-google'), given('dopt-amazon')], []],
    ['are not touched by a set that nobody has', [options('Options', '8.8.8.8')], []],
  ])('%s', (_, changes, expected) => {
    const diff = planned(changes, lab());
    expect(brief(diff)).toEqual(expected);
    expect(diff).toMatchObject({ doubts: [], verdict: expected.length === 0 ? 'same' : 'changed' });
  });

  it('are told in words', () => {
    expect(planned([given('dopt-google')], lab()).changes[0]?.deciding).toEqual([`${LAB.vpc2} has the name servers 8.8.8.8 instead of AmazonProvidedDNS`]);
  });

  it.each<readonly [string, readonly ResourceChange[], string]>([
    ['one of two new sets', [given(LATER), options('A', '8.8.8.8'), options('B', 'AmazonProvidedDNS')], 'Association: DhcpOptionsId is known only after the change'],
    ['what a nested stack may give', [given(LATER), options('A', '8.8.8.8'), add('Inner', 'CloudFormation::Stack', {})], 'Association: DhcpOptionsId is known only after the change'],
    ['servers that are known later', [given(LATER), options('A', LATER)], 'Association: the name servers of A (known only after the change) are not in the snapshot'],
    ['a set that was not read', [given('dopt-other')], 'Association: the name servers of dopt-other are not in the snapshot'],
  ])('leave those unknown that ask for a name, and no others: %s', (_, changes, doubt) => {
    const diff = planned(changes, lab());
    expect(brief(diff)).toEqual(['4 Session Manager doubtful']);
    expect(diff.doubts).toContain(doubt);
    expect(diff.verdict).toBe('unknown');
  });
});

describe('what is not known', () => {
  it('a rule for a group that is not made yet: what it might admit is unknown, by the name of the value, and what is admitted anyway stays', () => {
    const diff = planned([modify('EndpointSecurityGroup', 'EC2::SecurityGroup', LAB.sgEndpoint, group([HTTPS]), group([{ ...HTTPS, SourceSecurityGroupId: LATER }]))]);
    expect(brief(diff)).toEqual(['4 Session Manager doubtful']);
    expect(diff.verdict).toBe('unknown');
    expect(diff.changes[0]?.deciding).toEqual(['EndpointSecurityGroup: SourceSecurityGroupId of its ingress rule is known only after the change']);
    const beside = planned([modify('EndpointSecurityGroup', 'EC2::SecurityGroup', LAB.sgEndpoint, group([HTTPS]), group([HTTPS, { ...HTTPS, SourceSecurityGroupId: LATER }]))]);
    expect(sessions(beside)).toEqual([]);
  });

  it('a rule whose source is not known opens nobody knows what', () => {
    const diff = planned([add('Open', 'EC2::SecurityGroupIngress', { GroupId: LAB.sg2, IpProtocol: 'tcp', FromPort: 22, ToPort: 22, SourceSecurityGroupId: LATER })]);
    expect(brief(diff)).toEqual(['2 tcp/22 from 8.8.8.8 doubtful', '2 tcp/22 from Instance1 doubtful', '2 tcp/22 from Instance3 doubtful', '3 tcp/22 from Instance1 doubtful', '3 tcp/22 from Instance2 doubtful']);
  });

  it('a route to what is not made yet: its ways are unknown, and no others', () => {
    const diff = planned([modify('RouteToNATGateway', 'EC2::Route', 'rtb-private|0.0.0.0/0', { RouteTableId: LAB.privateTable, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: LAB.nat }, { RouteTableId: LAB.privateTable, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: LATER })]);
    expect(brief(diff)).toEqual(['3 Session Manager doubtful', '3 ping to 8.8.8.8 doubtful', '3 tcp/443 to 8.8.8.8 doubtful']);
    expect(diff.doubts).toEqual(['RouteToNATGateway: its target is known only after the change']);
    expect(diff.changes[0]?.deciding).toEqual(['RouteToNATGateway: its target is known only after the change']);
  });

  it.each<readonly [string, readonly ResourceChange[], readonly string[], string]>([
    ['an endpoint is replaced', [modify('SSMEndpoint', 'EC2::VPCEndpoint', 'vpce-ssm', {}, { VpcEndpointType: 'Interface', ServiceName: 'com.amazonaws.ap-northeast-1.ssm', VpcId: LAB.vpc2, PrivateDnsEnabled: true }, 'True')], ['4 Session Manager doubtful'], 'SSMEndpoint is new: the addresses that com.amazonaws.ap-northeast-1.ssm has in vpc-2 are known only after the change'],
    ['groups of an endpoint', [modify('SSMEndpoint', 'EC2::VPCEndpoint', 'vpce-ssm', { SecurityGroupIds: [LAB.sgEndpoint] }, { SecurityGroupIds: [LATER] })], ['4 Session Manager doubtful'], 'SSMEndpoint: SecurityGroupIds is known only after the change'],
    ['the group is replaced', [modify('EndpointSecurityGroup', 'EC2::SecurityGroup', LAB.sgEndpoint, group([HTTPS]), { ...group([HTTPS]), GroupDescription: 'y' }, 'True')], ['4 Session Manager doubtful'], 'EndpointSecurityGroup (sg-endpoint) is replaced, and who names it gets another'],
    ['an attribute', [modify('VPC2', 'EC2::VPC', LAB.vpc2, { EnableDnsHostnames: true }, { EnableDnsHostnames: LATER })], ['4 Session Manager doubtful'], 'VPC2: EnableDnsHostnames is known only after the change'],
    ['the policy of a role', [modify('InstanceRole', 'IAM::Role', ROLE, { ManagedPolicyArns: [CORE_ARN] }, { ManagedPolicyArns: ['arn:aws:iam::aws:policy/Other'] })], ['2 Session Manager doubtful', '3 Session Manager doubtful', '4 Session Manager doubtful'], 'InstanceRole: what arn:aws:iam::aws:policy/Other allows is not in the snapshot'],
    ['values that the service did not tell', [make('Modify', 'VPC2', 'EC2::VPC', { physicalId: LAB.vpc2 })], ['4 Session Manager doubtful'], 'VPC2: CloudFormation did not tell its property values'],
  ])('%s', (_, changes, expected, doubt) => {
    const diff = planned(changes);
    expect(sessions(diff)).toEqual(expected);
    expect(diff.doubts).toEqual([doubt]);
    expect(diff.verdict).toBe('unknown');
  });

  it('an instance that is replaced is unknown in all its ways, and nobody else is', () => {
    const diff = planned([modify('Instance2', 'EC2::Instance', 'i-2', {}, { ImageId: 'ami-2' }, 'True')]);
    expect(diff.changes.length + diff.unknown.length).toBeGreaterThan(3);
    expect(diff.changes.every(({ kind, instance, way }) => kind === 'doubtful' && (instance.number === 2 || way.endsWith('Instance2')))).toBe(true);
  });

  it.each<readonly [string, ResourceChange, string]>([
    ['a route that goes without a word', make('Remove', 'RouteToNATGateway', 'EC2::Route', { physicalId: 'rtb-private|0.0.0.0/0' }), 'RouteToNATGateway: CloudFormation did not tell its property values'],
    ['a rule that changes without a word', make('Modify', 'Rule', 'EC2::SecurityGroupIngress', { physicalId: 'sgr-1' }), 'Rule: CloudFormation did not tell its property values'],
    ['a rule that may change', make('Dynamic', 'Rule', 'EC2::SecurityGroupIngress', { physicalId: 'sgr-1' }), 'Rule: whether it changes is known only when the change set is executed'],
    ['a nested stack that was not looked into', make('Modify', 'Inner', 'CloudFormation::Stack', { physicalId: 'arn:inner' }), 'Inner: what its nested stack changes is told only by a change set that is made with --include-nested-stacks'],
    ['a nested stack that goes', remove('Inner', 'CloudFormation::Stack', 'arn:inner'), 'Inner: its nested stack goes, and what of it is in the way of whom is not judged'],
  ])('leaves the whole unknown: %s', (_, change, doubt) => {
    expect(planned([change])).toMatchObject({ verdict: 'unknown', changes: [], doubts: [doubt] });
  });

  it.each<readonly [string, ResourceChange, readonly string[]]>([
    ['a block from a pool', add('Block', 'EC2::VPCCidrBlock', { VpcId: LAB.vpc2, Ipv4IpamPoolId: 'ipam-pool-1', Ipv4NetmaskLength: 24 }), ['4 Session Manager doubtful']],
    ['the mode of Block Public Access', add('Access', 'EC2::VPCBlockPublicAccessOptions', { InternetGatewayBlockMode: LATER }), ['2 Session Manager doubtful', '3 Session Manager doubtful']],
    ['an interface that is made first', add('Attach', 'EC2::NetworkInterfaceAttachment', { InstanceId: 'i-3', NetworkInterfaceId: LATER, DeviceIndex: '1' }), ['3 Session Manager doubtful']],
  ])('leaves those unknown whom it concerns: %s', (_, change, expected) => {
    const diff = planned([change]);
    expect([sessions(diff), diff.verdict]).toEqual([expected, 'unknown']);
  });

  it('what may decide and is not laid over leaves the whole unknown, by its type', () => {
    const diff = planned([add('Firewall', 'NetworkFirewall::Firewall', {})]);
    expect(diff).toMatchObject({ verdict: 'unknown', changes: [], doubts: ['Firewall: what a change of AWS::NetworkFirewall::Firewall does is not judged'] });
  });
});
