/**
 * What a change set would do is what it does: the lab's template is edited, the change set laid over what is, then executed,
 * and what has become of it read back. Every way that was judged has to be as foretold, and by the same difference.
 */
import { CloudFormationClient, CreateChangeSetCommand, DescribeStacksCommand, ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { AssociateDhcpOptionsCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeChangeSet } from '../../../src/lib/aws/change-sets.js';
import { diffOf, type SnapshotDiff } from '../../../src/lib/diff/diff.js';
import { certain } from '../../../src/lib/inventory/overlay/outlook.js';
import { layOver } from '../../../src/lib/inventory/overlay/overlay.js';
import { readSnapshot } from '../../../src/lib/inventory/snapshot/read.js';
import { templateBody } from '../../../src/lib/lab/lab.js';
import { pendingChanges } from '../../../src/lib/stack/change-set.js';
import { type LabRegion, startLabRegion } from '../../unit/lib/inventory/snapshot/lab-region.js';

const STACK = 'ssmlab';
let region: LabRegion;
let client: CloudFormationClient;
let number = 0;
/** The template that the stack has. */
let standing = templateBody();

beforeAll(async () => {
  region = await startLabRegion();
  await region.deploy(STACK);
  client = new CloudFormationClient({ region: region.target.region, endpoint: region.url, credentials: region.secrets.lab });
}, 180_000);
afterAll(() => region.close());

const status = async (): Promise<string> => (await client.send(new DescribeStacksCommand({ StackName: STACK }))).Stacks?.[0]?.StackStatus ?? '';

/** Foretells, executes, and says what has become of it. */
async function change(template: string): Promise<{ readonly planned: SnapshotDiff; readonly actual: SnapshotDiff }> {
  const name = `change-${++number}`;
  const parameters = (await client.send(new DescribeStacksCommand({ StackName: STACK }))).Stacks?.[0]?.Parameters ?? [];
  await client.send(new CreateChangeSetCommand({
    StackName: STACK, ChangeSetName: name, TemplateBody: template, Capabilities: ['CAPABILITY_IAM'], IncludeNestedStacks: template.includes('AWS::CloudFormation::Stack'), Parameters: parameters.map(({ ParameterKey }) => ({ ParameterKey, UsePreviousValue: true })),
  }));
  const before = await readSnapshot(region.target, STACK);
  const { changes } = await pendingChanges(async (id) => describeChangeSet(region.target, STACK, id), STACK, name);
  expect(changes, 'the edit changes something').not.toEqual([]);
  const planned = diffOf(before, layOver(before, changes), ['now', name]);
  await client.send(new ExecuteChangeSetCommand({ StackName: STACK, ChangeSetName: name }));
  const deadline = Date.now() + 60_000;
  while (!(await status()).endsWith('_COMPLETE')) {
    if (Date.now() > deadline) throw new Error(`the stack is ${await status()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await status()).toBe('UPDATE_COMPLETE');
  standing = template;
  return { planned, actual: diffOf(before, certain(await readSnapshot(region.target, STACK)), ['before', 'after']) };
}

/** By which things, in whatever words: a NAT gateway that is deleted is seen for an hour. */
const ID = /^(?:the policy of |role |instance profile )?\S+/u;
const told = (diff: SnapshotDiff): Map<string, string> => new Map(diff.changes.map(({ instance, way, kind, deciding }) => [`${instance.name}: ${way}`, `${kind} by ${deciding.map((text) => ID.exec(text)?.[0]).join(' and ')}`]));
const instancesOf = (diff: SnapshotDiff, judged: boolean): number[] => [...new Set(diff.changes.filter(({ kind }) => (kind !== 'doubtful') === judged).map(({ instance }) => instance.number))];

/** Every way that the plan judged is as foretold; the others are in doubt, and named. */
function agree({ planned, actual }: { readonly planned: SnapshotDiff; readonly actual: SnapshotDiff }): void {
  const doubtful = new Set(planned.changes.filter(({ kind }) => kind === 'doubtful').map(({ instance, way }) => `${instance.name}: ${way}`));
  const judged = (diff: SnapshotDiff): Map<string, string> => new Map([...told(diff)].filter(([key]) => !doubtful.has(key)));
  expect(judged(planned)).toEqual(judged(actual));
}

const LAB = templateBody();
function edited(...edits: readonly (readonly [string | RegExp, string])[]): string {
  return edits.reduce((text, [from, to]) => {
    const after = text.replace(from, to);
    if (after === text) throw new Error(`nothing to edit: ${String(from)}`);
    return after;
  }, LAB);
}
/** A resource by its name, to the next. */
const resource = (name: string): RegExp => new RegExp(`^  ${name}:\\n(?:    .*\\n|\\n)+?(?=^  \\S|^\\S|^  #)`, 'mu');
const inResource = (name: string, from: string): RegExp => new RegExp(`(?<=^  ${name}:\\n(?:    .*\\n)*?)    ${from}\\n`, 'mu');
const added = (text: string): readonly [string, string] => ['\nOutputs:\n', `\n${text}\n\nOutputs:\n`];

describe('what a change set would do', () => {
  const EVERYWHERE = (...cidrs: readonly string[]): string => edited(
    added(`  Everywhere:\n    Type: AWS::EC2::PrefixList\n    Properties: {PrefixListName: everywhere, AddressFamily: IPv4, MaxEntries: 2, Entries: [${cidrs.map((cidr) => `{Cidr: ${cidr}}`).join(', ')}]}`),
    [inResource('InstanceSecurityGroup2', '  VpcId: !Ref VPC1'), '      VpcId: !Ref VPC1\n      SecurityGroupEgress: [{IpProtocol: \'-1\', DestinationPrefixListId: !Ref Everywhere}]\n'],
  );
  const BARE = '  Bare:\n    Type: AWS::IAM::Role\n    Properties: {AssumeRolePolicyDocument: {Version: \'2012-10-17\', Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: \'sts:AssumeRole\'}]}}';
  const managed = (effect: string): string => edited(added(`  Managed:\n    Type: AWS::IAM::ManagedPolicy\n    Properties: {Roles: [!Ref InstanceRole], PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: ${effect}, Action: 'ssmmessages:*', Resource: '*'}]}}`));
  const ENI_OF = (group: string): string => `  ENI:\n    Type: AWS::EC2::NetworkInterface\n    Properties: {SubnetId: !Ref PrivateSubnet1, GroupSet: [!Ref ${group}]}`;
  const ENI = (group: string): string => edited(added(ENI_OF(group)));
  const ACCESS = (mode: string): string => `  Access:\n    Type: AWS::EC2::VPCBlockPublicAccessOptions\n    Properties: {InternetGatewayBlockMode: ${mode}}`;
  const BLOCK = (cidr: string): string => edited(added(`  Block:\n    Type: AWS::EC2::VPCCidrBlock\n    Properties: {VpcId: !Ref VPC1, CidrBlock: ${cidr}}`));
  const GATEWAYS = ['IGW2', 'IGW3'].map((name) => `  ${name}:\n    Type: AWS::EC2::InternetGateway`).join('\n');
  const GATEWAY = (name: string): string => edited(added(`${GATEWAYS}\n  Attachment2:\n    Type: AWS::EC2::VPCGatewayAttachment\n    Properties: {VpcId: !Ref VPC2, InternetGatewayId: !Ref ${name}}`));

  // What no instance has yet (a role, an address) is not in the snapshot: its change is in doubt.
  it.each<readonly [string, string, string, readonly number[], readonly number[]]>([
    ['takes what a prefix list admits away', EVERYWHERE('0.0.0.0/1', '128.0.0.0/1'), EVERYWHERE('10.0.0.0/8'), [2, 3], []],
    ['gives the instance profile a role without rights', edited(added(BARE)), edited(added(BARE), ['Roles: [!Ref InstanceRole]', 'Roles: [!Ref Bare]']), [], [2, 3, 4]],
    ['forbids in a managed policy what sessions need', managed('Allow'), managed('Deny'), [2, 3, 4], []],
    ['gives an interface that nobody uses another group', ENI('InstanceSecurityGroup1'), ENI('InstanceSecurityGroup2'), [], []],
    ['gives instance 3 a further interface', ENI('InstanceSecurityGroup2'), edited(added(`${ENI_OF('InstanceSecurityGroup2')}\n  Further:\n    Type: AWS::EC2::NetworkInterfaceAttachment\n    Properties: {InstanceId: !Ref Instance3, NetworkInterfaceId: !Ref ENI, DeviceIndex: '1'}`)), [], []],
    ['gives a block of the internet\'s addresses back for another', BLOCK('8.8.8.0/24'), BLOCK('192.88.99.0/24'), [1, 2, 3], []],
    ['shuts the account\'s gateways but for what begins in a subnet', edited(added(ACCESS('block-ingress'))), edited(added(`${ACCESS('block-bidirectional')}\n  But:\n    Type: AWS::EC2::VPCBlockPublicAccessExclusion\n    Properties: {SubnetId: !Ref PublicSubnet, InternetGatewayExclusionMode: allow-egress}`)), [1, 2], []],
    ['moves the other VPC to another internet gateway', GATEWAY('IGW2'), GATEWAY('IGW3'), [], []],
  ])('%s', async (_, first, second, judged, doubtful) => {
    if (standing !== LAB) await change(LAB);
    await change(first);
    const there = await change(second);
    agree(there);
    expect([instancesOf(there.planned, true), instancesOf(there.planned, false)]).toEqual([judged, doubtful]);
    agree(await change(LAB));
  }, 180_000);

  it('gives a VPC other name servers, and others yet', async () => {
    const ec2 = new EC2Client({ region: region.target.region, endpoint: region.url, credentials: region.secrets.lab });
    const servers = (...list: readonly string[]): string => edited(added(`  Options:\n    Type: AWS::EC2::DHCPOptions\n    Properties: {DomainNameServers: [${list.join(', ')}]}\n  Given:\n    Type: AWS::EC2::VPCDHCPOptionsAssociation\n    Properties: {VpcId: !Ref VPC2, DhcpOptionsId: !Ref Options}`));
    if (standing !== LAB) await change(LAB);
    const { VpcId, DhcpOptionsId } = (await ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: 'tag:Name', Values: ['VPC2'] }] }))).Vpcs?.[0] ?? {};
    try {
      // Nobody in VPC 2 reaches a server of the internet; then the VPC's own is asked after it.
      for (const [template, judged] of [[servers('8.8.8.8'), [4]], [servers('8.8.8.8', 'AmazonProvidedDNS'), [4]], [LAB, [4]]] as const) {
        const there = await change(template);
        agree(there);
        expect([instancesOf(there.planned, true), instancesOf(there.planned, false)]).toEqual([judged, []]);
      }
    } finally {
      // Without its association the VPC has no set.
      await ec2.send(new AssociateDhcpOptionsCommand({ VpcId, DhcpOptionsId }));
      ec2.destroy();
    }
  }, 180_000);

  it('changes what a nested stack holds', async () => {
    const put = (path: string, body = ''): Promise<unknown> => region.send('s3', region.target.region, { method: 'PUT', path, headers: {}, body });
    await put('/templates', `<CreateBucketConfiguration><LocationConstraint>${region.target.region}</LocationConstraint></CreateBucketConfiguration>`);
    for (const cidr of ['203.0.113.0/24', '192.0.2.0/24']) {
      await put(`/templates/${cidr.slice(0, 3)}.yaml`, `Parameters: {Group: {Type: String}}\nResources:\n  Open:\n    Type: AWS::EC2::SecurityGroupIngress\n    Properties: {GroupId: !Ref Group, IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: ${cidr}}\n`);
    }
    const inner = (key: string): string => edited(added(`  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: 'https://templates.s3.ap-northeast-1.amazonaws.com/${key}.yaml', Parameters: {Group: !Ref InstanceSecurityGroup2}}`));
    if (standing !== LAB) await change(LAB);
    for (const template of [inner('203'), inner('192')]) {
      const there = await change(template);
      agree(there);
      expect([instancesOf(there.planned, true), there.planned.doubts]).toEqual([[2], []]);
    }
    // Of a stack that goes the change set does not tell what was in it.
    const { planned } = await change(LAB);
    expect([planned.verdict, planned.doubts]).toEqual(['unknown', ['Inner: its nested stack goes, and what of it is in the way of whom is not judged']]);
  }, 180_000);

  it.each<readonly [string, string, readonly number[], readonly number[]]>([
    ['takes the endpoints\' rule away', edited([/ {6}SecurityGroupIngress:\n {8}- Description: HTTPS from instance 4\n(?: {10}.*\n)+/u, '']), [4], []],
    ['narrows who may open SSH', edited([/CidrIp: !Ref SSHSourceCidr/u, 'CidrIp: 203.0.113.0/24']), [1], []],
    ['lets nothing but UDP out of 2 and 3', edited([inResource('InstanceSecurityGroup2', '  VpcId: !Ref VPC1'), '      VpcId: !Ref VPC1\n      SecurityGroupEgress: [{IpProtocol: udp, FromPort: 0, ToPort: 65535, CidrIp: 0.0.0.0/0}]\n']), [2, 3], []],
    ['opens SSH on 2 and 3 by a rule of its own', edited(added('  Open:\n    Type: AWS::EC2::SecurityGroupIngress\n    Properties: {GroupId: !Ref InstanceSecurityGroup2, IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}')), [2, 3], []],
    ['takes the route to the NAT gateway away', edited([resource('RouteToNATGateway'), ''], [/ {6}- RouteToNATGateway\n/u, '']), [3], []],
    ['takes the subnet\'s own route table away', edited([resource('PrivateSubnet1RouteTableAssociation'), ''], [/ {6}- PrivateSubnet1RouteTableAssociation\n/u, '']), [3], []],
    ['leads the private subnet to the internet gateway', edited(['NatGatewayId: !Ref NATGateway\n', 'GatewayId: !Ref IGW\n']), [3], []],
    ['switches private DNS of an endpoint off', edited([inResource('SSMMessagesEndpoint', '  PrivateDnsEnabled: true'), '      PrivateDnsEnabled: false\n']), [4], []],
    ['takes an endpoint away', edited([resource('SSMMessagesEndpoint'), ''], [/^ {2}SSMMessagesEndpointId:\n(?: {4}.*\n)+/mu, ''], ['[SSMEndpoint, SSMMessagesEndpoint, EC2MessagesEndpoint]', '[SSMEndpoint, EC2MessagesEndpoint]']), [4], []],
    ['takes the role\'s policy away', edited([/ {6}ManagedPolicyArns:\n(?: {8}.*\n)+/u, '']), [2, 3, 4], []],
    ['forbids in the role what sessions need', edited(added('  Forbid:\n    Type: AWS::IAM::RolePolicy\n    Properties: {RoleName: !Ref InstanceRole, PolicyName: forbid, PolicyDocument: {Version: \'2012-10-17\', Statement: [{Effect: Deny, Action: \'ssmmessages:*\', Resource: \'*\'}]}}')), [2, 3, 4], []],
    ['takes the profile of 3 away', edited([inResource('Instance3', '  IamInstanceProfile: !Ref InstanceProfile'), '']), [3], []],
    ['refuses 443 in an ACL that is not made yet', edited(added('  Acl:\n    Type: AWS::EC2::NetworkAcl\n    Properties: {VpcId: !Ref VPC1}\n  AclAssociation:\n    Type: AWS::EC2::SubnetNetworkAclAssociation\n    Properties: {SubnetId: !Ref PrivateSubnet1, NetworkAclId: !Ref Acl}')), [], [3]],
    ['leads to a NAT gateway that is not made yet', edited(added('  EIP2:\n    Type: AWS::EC2::EIP\n    Properties: {Domain: vpc}\n  NATGateway2:\n    Type: AWS::EC2::NatGateway\n    Properties: {SubnetId: !Ref PublicSubnet, AllocationId: !GetAtt EIP2.AllocationId}'), ['NatGatewayId: !Ref NATGateway\n', 'NatGatewayId: !Ref NATGateway2\n']), [], [3]],
    ['replaces the endpoints\' group', edited(['GroupDescription: VPC endpoints, HTTPS from instance 4', 'GroupDescription: another']), [], [4]],
    // A service of AWS's may have an address in the block.
    ['takes a block of the internet\'s addresses into the VPC', BLOCK('8.8.8.0/24'), [1, 2, 3], [2, 3]],
    ['shuts the account\'s internet gateways', edited(added(ACCESS('block-bidirectional'))), [1, 2, 3], []],
    ['gives the other VPC an internet gateway that no route leads to', GATEWAY('IGW2'), [], []],
    ['tags anew', edited(['- {Key: Name, Value: VPC2}', '- {Key: Name, Value: Second}']), [], []],
    // The last: its policy stays there.
    ['gives an endpoint a policy', edited([inResource('SSMEndpoint', '  PrivateDnsEnabled: true'), '      PrivateDnsEnabled: true\n      PolicyDocument: {Version: \'2012-10-17\', Statement: [{Effect: Allow, Principal: \'*\', Action: \'ssm:GetParameter\', Resource: \'*\'}]}\n']), [4], []],
  ])('%s', async (_, template, judged, doubtful) => {
    if (standing !== LAB) await change(LAB);
    const there = await change(template);
    agree(there);
    expect(instancesOf(there.planned, true)).toEqual(judged);
    expect(instancesOf(there.planned, false)).toEqual(doubtful);
    agree(await change(LAB));
  }, 180_000);

  it('gives instance 1 another public address', async () => {
    const address = '  EIP2:\n    Type: AWS::EC2::EIP\n    Properties: {Domain: vpc}';
    if (standing !== LAB) await change(LAB);
    await change(edited(added(address)));
    const there = await change(edited(added(`${address}\n  Association:\n    Type: AWS::EC2::EIPAssociation\n    Properties: {AllocationId: !GetAtt EIP2.AllocationId, InstanceId: !Ref Instance1}`)));
    agree(there);
    // An address that nobody has yet is not in the snapshot. It is the last: the address that 1 had before does not come back.
    expect([instancesOf(there.planned, true), instancesOf(there.planned, false)]).toEqual([[], [1, 2, 3]]);
  }, 180_000);
});
