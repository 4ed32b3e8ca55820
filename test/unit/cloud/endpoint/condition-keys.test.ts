/** Condition keys of requests and resources, by policies as AWS documents them (Session Manager, "Additional sample IAM policies"; EC2, "Example policies"). */
import { beforeEach, describe, expect, it } from 'vitest';
import { CHANGE_SETS, type ChangeSetRecord } from '../../../../src/cloud/cloudformation/records.js';
import type { Input, Operation, OperationContext, Output, Service } from '../../../../src/cloud/endpoint/operation.js';
import { readWhole } from '../../../../src/cloud/endpoint/reads.js';
import { INSTANCE, SUBNET, VOLUME, type InstanceRecord, type SubnetRecord, type VolumeRecord } from '../../../../src/cloud/services/ec2/model.js';
import { iam } from '../../../../src/cloud/services/iam/iam.js';
import { KEYS, type KeyRecord } from '../../../../src/cloud/services/kms/records.js';
import { PARAMETERS, SESSIONS, type ParameterRecord, type SessionRecord } from '../../../../src/cloud/services/ssm/records.js';
import { sts } from '../../../../src/cloud/services/sts/sts.js';
import type { SigningKeys } from '../../../../src/lib/protocol/sigv4.js';
import { startHarness, type Harness } from './harness.js';

const REGION = 'ap-northeast-1';
const ACCOUNT = '123456789012';
const WEB = 'i-00000000000000001';
const OTHER = 'i-00000000000000002';
const arn = (id: string): string => `arn:aws:ec2:${REGION}:${ACCOUNT}:instance/${id}`;
const allow = (Action: string | string[], Resource: string | string[], Condition?: object): object => ({ Effect: 'Allow', Action, Resource, ...(Condition === undefined ? {} : { Condition }) });
const stacks = (name: string): string => `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${name}`;
const changeSet = (name: string): string => `arn:aws:cloudformation:${REGION}:${ACCOUNT}:changeSet/${name}/id`;
const deny = (Action: string, Resource: string, Condition: object): object => ({ Effect: 'Deny', Action, Resource, Condition });

/** Whether they are allowed is all that is asked of these. */
const answers: Operation = (input) => {
  readWhole(input);
  return {};
};
const named = (names: string): Service['operations'] => Object.fromEntries(names.split(' ').map((name) => [name, answers]));
const services: Service[] = [
  { name: 'ec2', protocol: 'ec2', version: '2016-11-15', xmlNamespace: 'x', operations: named('RunInstances TerminateInstances StopInstances CreateTags ModifyInstanceAttribute AttachVolume CreateSubnet') },
  { name: 'ssm', protocol: 'json', version: '2014-11-06', targetPrefix: 'AmazonSSM', operations: named('StartSession TerminateSession ResumeSession SendCommand PutParameter GetParameter GetParametersByPath') },
  { name: 'kms', protocol: 'json', version: '2014-11-01', targetPrefix: 'TrentService', operations: named('GenerateDataKey') },
  { name: 'cloudformation', protocol: 'query', version: '2010-05-15', xmlNamespace: 'x', operations: named('CreateChangeSet DescribeChangeSet ExecuteChangeSet DeleteChangeSet') },
  iam, sts,
];

let lab: Harness;
let context: OperationContext;
let keys: SigningKeys;
let userId: string;

beforeEach(async () => {
  lab = await startHarness({ services });
  context = lab.endpoint.internalContext(REGION);
  userId = String((await context.call('iam', 'CreateUser', { UserName: 'ann' }) as { User: Output }).User['UserId']);
  const { AccessKey } = await context.call('iam', 'CreateAccessKey', { UserName: 'ann' }) as { AccessKey: Output };
  keys = { accessKeyId: String(AccessKey['AccessKeyId']), secretAccessKey: String(AccessKey['SecretAccessKey']) };
  context.state.transact((tx) => {
    const metadataOptions = { httpTokens: 'required', httpEndpoint: 'enabled', httpPutResponseHopLimit: 2, httpProtocolIpv6: 'disabled', instanceMetadataTags: 'disabled' };
    for (const [id, tags] of [[WEB, [{ key: 'Finance', value: 'WebServers' }, { key: 'Owner', value: 'ann' }]], [OTHER, [{ key: 'Owner', value: 'bob' }]]] as const) {
      tx.put(INSTANCE, id, { instanceId: id, tags, instanceType: 't4g.nano', availabilityZone: `${REGION}a`, vpcId: 'vpc-1', subnetId: 'subnet-1', ebsOptimized: true, metadataOptions } as unknown as InstanceRecord);
    }
    for (const [id, vpcId] of [['subnet-1', 'vpc-1'], ['subnet-2', 'vpc-2']] as const) tx.put(SUBNET, id, { subnetId: id, vpcId, availabilityZone: `${REGION}a`, tags: [] } as unknown as SubnetRecord);
    tx.put(VOLUME, 'vol-1', { volumeId: 'vol-1', size: 8, volumeType: 'gp3', encrypted: false, availabilityZone: `${REGION}a`, tags: [] } as unknown as VolumeRecord);
    tx.put(SESSIONS, 'ann-1', { sessionId: 'ann-1', target: WEB, documentName: 'd', owner: 'o', ownerId: userId, started: 0 } satisfies SessionRecord);
    tx.put(SESSIONS, 'bob-1', { sessionId: 'bob-1', target: OTHER, documentName: 'd', owner: 'o', ownerId: 'AIDABOB', started: 0 } satisfies SessionRecord);
    tx.put(PARAMETERS, '/app/open', { name: '/app/open', tags: [{ Key: 'open', Value: 'yes' }] } as unknown as ParameterRecord);
    tx.put(PARAMETERS, '/app/shut', { name: '/app/shut' } as unknown as ParameterRecord);
    tx.put(CHANGE_SETS, changeSet('one'), { changeSetId: changeSet('one'), stackId: `${stacks('web')}/id` } as unknown as ChangeSetRecord);
    tx.put(KEYS, 'k-1', { keyId: 'k-1', tags: [{ TagKey: 'for', TagValue: 'sessions' }] } as unknown as KeyRecord);
  });
  return () => lab.close();
});

/** Calls `SERVICE.OPERATION` as the user; of the query protocols by parameters as they are on the wire. */
async function call(operation: string, input: Input): Promise<{ readonly status: number; readonly text: string }> {
  const [service = '', name = ''] = operation.split('.');
  if (service === 'ssm' || service === 'kms') {
    return await lab.call({ service, keys, body: JSON.stringify(input), headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${service === 'ssm' ? 'AmazonSSM' : 'TrentService'}.${name}` } });
  }
  const body = new URLSearchParams({ Action: name, Version: service === 'ec2' ? '2016-11-15' : service === 'iam' ? '2010-05-08' : '2011-06-15', ...(input as Record<string, string>) });
  return await lab.call({ service, keys, body: body.toString() });
}

/** Whether each of the calls is allowed by these statements; what is not says that it is not authorized. */
async function allowed(statements: readonly object[], calls: readonly (readonly [operation: string, input: Input])[]): Promise<boolean[]> {
  await context.call('iam', 'PutUserPolicy', { UserName: 'ann', PolicyName: 'p', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }) });
  const found: boolean[] = [];
  for (const [operation, input] of calls) {
    const { text } = await call(operation, input);
    found.push(!/is not authorized to perform/.test(text));
  }
  return found;
}

const start = (Target: string, DocumentName?: string): readonly [string, Input] => ['ssm.StartSession', { Target, ...(DocumentName === undefined ? {} : { DocumentName }) }];
const SHELL = `arn:aws:ssm:${REGION}:${ACCOUNT}:document/SSM-SessionManagerRunShell`;
const FORWARD = `arn:aws:ssm:${REGION}::document/AWS-StartPortForwardingSession`;
const CHECKED = { BoolIfExists: { 'ssm:SessionDocumentAccessCheck': 'true' } };

describe('Session Manager', () => {
  it.each<[string, object[], (readonly [string, Input])[], boolean[]]>([
    ['some nodes only', [allow('ssm:StartSession', [arn(WEB), SHELL])], [start(WEB), start(OTHER), start(WEB, 'SSM-SessionManagerRunShell')], [true, false, true]],
    ['no document named, none checked', [allow('ssm:StartSession', arn(WEB))], [start(WEB), start(WEB, 'AWS-StartPortForwardingSession')], [true, false]],
    ['a document named', [allow('ssm:StartSession', [arn(WEB), FORWARD])], [start(WEB, 'AWS-StartPortForwardingSession'), start(WEB, 'AWS-StartSSHSession')], [true, false]],
    ['the document checked, and not allowed', [allow('ssm:StartSession', arn(WEB), CHECKED)], [start(WEB), start(WEB, 'SSM-SessionManagerRunShell')], [false, false]],
    ['the document checked, and allowed', [allow('ssm:StartSession', [arn(WEB), SHELL], CHECKED)], [start(WEB), start(OTHER), start(WEB, 'AWS-StartPortForwardingSession')], [true, false, false]],
    ['the document checked, and allowed by another statement', [allow('ssm:StartSession', arn(WEB), CHECKED), allow('ssm:StartSession', FORWARD)], [start(WEB), start(WEB, 'AWS-StartPortForwardingSession')], [false, true]],
    ['nodes by a tag', [allow('ssm:StartSession', `arn:aws:ec2:${REGION}:${ACCOUNT}:instance/*`, { StringLike: { 'ssm:resourceTag/Finance': ['WebServers'] } })], [start(WEB), start(OTHER)], [true, false]],
    ['nodes by a tag, the global key', [allow('ssm:StartSession', '*', { StringEquals: { 'aws:ResourceTag/Owner': '${aws:username}' } })], [start(WEB), start(OTHER)], [true, false]],
    ['nodes by two tags', [allow('ssm:StartSession', '*', { StringEquals: { 'ssm:resourceTag/Finance': 'WebServers', 'ssm:resourceTag/Owner': 'bob' } })], [start(WEB), start(OTHER)], [false, false]],
    ['own sessions by their name', [allow(['ssm:TerminateSession', 'ssm:ResumeSession'], 'arn:aws:ssm:*:*:session/${aws:username}-*')],
      [['ssm.TerminateSession', { SessionId: 'ann-1' }], ['ssm.ResumeSession', { SessionId: 'ann-1' }], ['ssm.TerminateSession', { SessionId: 'bob-1' }], ['ssm.ResumeSession', { SessionId: 'bob-1' }]], [true, true, false, false]],
    ['own sessions by the tag of their starter', [allow('ssm:TerminateSession', '*', { StringLike: { 'ssm:resourceTag/aws:ssmmessages:session-id': ['${aws:userid}'] } })],
      [['ssm.TerminateSession', { SessionId: 'ann-1' }], ['ssm.TerminateSession', { SessionId: 'bob-1' }], ['ssm.TerminateSession', { SessionId: 'nobody' }]], [true, false, false]],
    ['sessions on one node', [allow('ssm:TerminateSession', '*', { StringEquals: { 'ssm:resourceTag/aws:ssmmessages:target-id': OTHER } })], [['ssm.TerminateSession', { SessionId: 'ann-1' }], ['ssm.TerminateSession', { SessionId: 'bob-1' }]], [false, true]],
    ['commands by a tag', [allow('ssm:SendCommand', `arn:aws:ssm:*::document/AWS-RunShellScript`), allow('ssm:SendCommand', 'arn:aws:ec2:*:*:instance/*', { StringEquals: { 'ssm:resourceTag/Finance': 'WebServers' } })],
      [['ssm.SendCommand', { DocumentName: 'AWS-RunShellScript', InstanceIds: [WEB] }], ['ssm.SendCommand', { DocumentName: 'AWS-RunShellScript', InstanceIds: [WEB, OTHER] }]], [true, false]],
    ['parameters by a tag, and not over one that is there', [allow('ssm:GetParameter', '*', { StringEquals: { 'aws:ResourceTag/open': 'yes' } }), allow('ssm:PutParameter', '*', { StringEquals: { 'ssm:Overwrite': 'false' } })],
      [['ssm.GetParameter', { Name: '/app/open' }], ['ssm.GetParameter', { Name: '/app/shut' }], ['ssm.PutParameter', { Name: '/app/new', Value: 'x' }], ['ssm.PutParameter', { Name: '/app/open', Value: 'x', Overwrite: true }]], [true, false, true, false]],
    ['the tree of parameters, but not what is below', [allow('ssm:GetParametersByPath', '*'), deny('ssm:GetParametersByPath', '*', { StringEquals: { 'ssm:Recursive': 'true' } })], [['ssm.GetParametersByPath', { Path: '/app' }], ['ssm.GetParametersByPath', { Path: '/app', Recursive: true }]], [true, false]],
    ['a key by its tag, and for one session', [allow('kms:GenerateDataKey', '*', { StringEquals: { 'aws:ResourceTag/for': 'sessions', 'kms:EncryptionContext:aws:ssm:TargetId': WEB } })],
      [['kms.GenerateDataKey', { KeyId: 'k-1', EncryptionContext: { 'aws:ssm:TargetId': WEB } }], ['kms.GenerateDataKey', { KeyId: 'k-1', EncryptionContext: { 'aws:ssm:TargetId': OTHER } }], ['kms.GenerateDataKey', { KeyId: 'k-1' }]], [true, false, false]],
    ['a key, but not by way of a service', [allow('kms:GenerateDataKey', '*', { Null: { 'kms:ViaService': 'true' } })], [['kms.GenerateDataKey', { KeyId: 'k-1' }]], [true]],
  ])('%s', async (_what, statements, calls, expected) => {
    expect(await allowed(statements, calls)).toEqual(expected);
  });
});

describe('EC2', () => {
  const run = (more: Record<string, string> = {}): readonly [string, Input] => ['ec2.RunInstances', { ImageId: 'ami-1', MinCount: '1', MaxCount: '1', InstanceType: 't4g.nano', SubnetId: 'subnet-1', ...more }];
  const instances = 'arn:aws:ec2:*:*:instance/*';
  const beside = allow('ec2:RunInstances', ['arn:aws:ec2:*::image/*', 'arn:aws:ec2:*:*:subnet/*', 'arn:aws:ec2:*:*:network-interface/*', 'arn:aws:ec2:*:*:volume/*', 'arn:aws:ec2:*:*:security-group/*']);

  it.each<[string, object[], (readonly [string, Input])[], boolean[]]>([
    ['an instance type', [beside, allow('ec2:RunInstances', instances, { StringEquals: { 'ec2:InstanceType': ['t4g.nano', 't4g.micro'] } })], [run(), run({ InstanceType: 't4g.large' }), ['ec2.RunInstances', { ImageId: 'ami-1', SubnetId: 'subnet-1' }]], [true, false, false]],
    ['IMDSv2 only', [beside, allow('ec2:RunInstances', instances), deny('ec2:RunInstances', instances, { StringNotEquals: { 'ec2:MetadataHttpTokens': 'required' } })], [run({ 'MetadataOptions.HttpTokens': 'required' }), run({ 'MetadataOptions.HttpTokens': 'optional' }), run()], [true, false, false]],
    ['one VPC', [allow('ec2:RunInstances', '*'), deny('ec2:RunInstances', 'arn:aws:ec2:*:*:subnet/*', { ArnNotEquals: { 'ec2:Vpc': `arn:aws:ec2:${REGION}:${ACCOUNT}:vpc/vpc-1` } })], [run(), run({ SubnetId: 'subnet-2' })], [true, false]],
    ['no public address', [allow('ec2:RunInstances', '*'), deny('ec2:RunInstances', 'arn:aws:ec2:*:*:network-interface/*', { Bool: { 'ec2:AssociatePublicIpAddress': 'true' } })],
      [['ec2.RunInstances', { ImageId: 'ami-1', 'NetworkInterface.1.SubnetId': 'subnet-1', 'NetworkInterface.1.AssociatePublicIpAddress': 'true' }], ['ec2.RunInstances', { ImageId: 'ami-1', 'NetworkInterface.1.SubnetId': 'subnet-1', 'NetworkInterface.1.AssociatePublicIpAddress': 'false' }]], [false, true]],
    ['small volumes', [allow('ec2:RunInstances', '*'), deny('ec2:RunInstances', 'arn:aws:ec2:*:*:volume/*', { NumericGreaterThan: { 'ec2:VolumeSize': '10' } })], [run({ 'BlockDeviceMapping.1.DeviceName': '/dev/xvda', 'BlockDeviceMapping.1.Ebs.VolumeSize': '8' }), run({ 'BlockDeviceMapping.1.DeviceName': '/dev/xvda', 'BlockDeviceMapping.1.Ebs.VolumeSize': '80' })], [true, false]],
    ['tags at creation', [beside, allow('ec2:RunInstances', instances, { StringEquals: { 'aws:RequestTag/Owner': '${aws:username}' }, 'ForAllValues:StringEquals': { 'aws:TagKeys': ['Owner'] } }), allow('ec2:CreateTags', '*', { StringEquals: { 'ec2:CreateAction': 'RunInstances' } })],
      [run({ 'TagSpecification.1.ResourceType': 'instance', 'TagSpecification.1.Tag.1.Key': 'Owner', 'TagSpecification.1.Tag.1.Value': 'ann' }), run({ 'TagSpecification.1.ResourceType': 'instance', 'TagSpecification.1.Tag.1.Key': 'Owner', 'TagSpecification.1.Tag.1.Value': 'bob' }), run(), ['ec2.CreateTags', { 'ResourceId.1': WEB, 'Tag.1.Key': 'Owner', 'Tag.1.Value': 'ann' }]], [true, false, false, false]],
    ['own instances', [allow('ec2:StopInstances', instances, { StringEquals: { 'ec2:ResourceTag/Owner': '${aws:username}' } })], [['ec2.StopInstances', { 'InstanceId.1': WEB }], ['ec2.StopInstances', { 'InstanceId.1': OTHER }], ['ec2.StopInstances', { 'InstanceId.1': WEB, 'InstanceId.2': OTHER }]], [true, false, false]],
    ['instances of a type', [allow('ec2:TerminateInstances', '*', { StringLike: { 'ec2:InstanceType': 't4g.*' }, StringEquals: { 'ec2:MetadataHttpTokens': 'required', 'ec2:AvailabilityZone': `${REGION}a` } })], [['ec2.TerminateInstances', { 'InstanceId.1': WEB }], ['ec2.TerminateInstances', { 'InstanceId.1': 'i-gone' }]], [true, false]],
    ['one attribute', [allow('ec2:ModifyInstanceAttribute', '*', { StringEquals: { 'ec2:Attribute': 'SourceDestCheck' } })], [['ec2.ModifyInstanceAttribute', { InstanceId: WEB, 'SourceDestCheck.Value': 'false' }], ['ec2.ModifyInstanceAttribute', { InstanceId: WEB, 'DisableApiTermination.Value': 'false' }]], [true, false]],
    ['volumes that are encrypted', [allow('ec2:AttachVolume', '*'), deny('ec2:AttachVolume', 'arn:aws:ec2:*:*:volume/*', { Bool: { 'ec2:Encrypted': 'false' } })], [['ec2.AttachVolume', { InstanceId: WEB, VolumeId: 'vol-1', Device: '/dev/sdf' }]], [false]],
    ['subnets of one VPC', [allow('ec2:CreateSubnet', '*', { ArnEquals: { 'ec2:Vpc': 'arn:aws:ec2:*:*:vpc/vpc-1' } }), allow('ec2:CreateSubnet', 'arn:aws:ec2:*:*:vpc/*')], [['ec2.CreateSubnet', { VpcId: 'vpc-1', CidrBlock: '10.0.0.0/24' }], ['ec2.CreateSubnet', { VpcId: 'vpc-2', CidrBlock: '10.0.0.0/24' }]], [true, false]],
    ['a key of EC2\'s that is not known here never allows', [allow('ec2:StopInstances', '*', { StringNotEquals: { 'ec2:CpuOptionsAmdSevSnp': 'enabled' } })], [['ec2.StopInstances', { 'InstanceId.1': WEB }]], [false]],
  ])('%s', async (_what, statements, calls, expected) => {
    expect(await allowed(statements, calls)).toEqual(expected);
  });
});

describe('CloudFormation', () => {
  it.each<[string, object[], (readonly [string, Input])[], boolean[]]>([
    ['a change set is its stack\'s, also by its ARN alone', [allow('cloudformation:*', `${stacks('web')}/*`)],
      [['cloudformation.DeleteChangeSet', { ChangeSetName: changeSet('one') }], ['cloudformation.ExecuteChangeSet', { ChangeSetName: changeSet('one') }], ['cloudformation.DescribeChangeSet', { ChangeSetName: 'one', StackName: 'web' }], ['cloudformation.DeleteChangeSet', { ChangeSetName: changeSet('gone') }]], [true, true, true, false]],
    ['nor of another stack', [allow('cloudformation:*', `${stacks('other')}/*`)], [['cloudformation.DeleteChangeSet', { ChangeSetName: changeSet('one') }], ['cloudformation.DeleteChangeSet', { ChangeSetName: changeSet('one'), StackName: 'other' }]], [false, false]],
    ['change sets of a name, with a role', [allow('cloudformation:CreateChangeSet', '*', { StringLike: { 'cloudformation:ChangeSetName': 'ssmlab-*' }, ArnLike: { 'cloudformation:RoleArn': 'arn:aws:iam::*:role/maker' } }), allow('iam:PassRole', 'arn:aws:iam::*:role/maker', { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } })],
      [['cloudformation.CreateChangeSet', { ChangeSetName: 'ssmlab-1', StackName: 'web', RoleARN: `arn:aws:iam::${ACCOUNT}:role/maker` }], ['cloudformation.CreateChangeSet', { ChangeSetName: 'x', StackName: 'web', RoleARN: `arn:aws:iam::${ACCOUNT}:role/maker` }], ['cloudformation.CreateChangeSet', { ChangeSetName: 'ssmlab-1', StackName: 'web' }]], [true, false, false]],
    ['a role, only by who may pass it', [allow('cloudformation:*', '*')], [['cloudformation.CreateChangeSet', { ChangeSetName: 'ssmlab-1', StackName: 'web', RoleARN: `arn:aws:iam::${ACCOUNT}:role/maker` }]], [false]],
  ])('%s', async (_what, statements, calls, expected) => {
    expect(await allowed(statements, calls)).toEqual(expected);
  });
});

describe('IAM, STS and who asks', () => {
  it.each<[string, object[], (readonly [string, Input])[], boolean[]]>([
    ['which policy is attached', [allow('iam:AttachUserPolicy', '*', { ArnEquals: { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/ReadOnlyAccess' } })],
      [['iam.AttachUserPolicy', { UserName: 'ann', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }], ['iam.AttachUserPolicy', { UserName: 'ann', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }]], [true, false]],
    ['only users with a boundary', [allow('iam:CreateUser', '*', { StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/ReadOnlyAccess' } })], [['iam.CreateUser', { UserName: 'a' }], ['iam.CreateUser', { UserName: 'b', PermissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }]], [false, true]],
    ['a name for the role\'s session', [allow('sts:AssumeRole', '*', { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } })], [['sts.AssumeRole', { RoleArn: `arn:aws:iam::${ACCOUNT}:role/r`, RoleSessionName: 'someone' }]], [false]],
    ['a principal by its ARN', [allow('ec2:StopInstances', '*', { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:user/ann` } }), allow('ec2:TerminateInstances', '*', { ArnNotEquals: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:user/ann` } })],
      [['ec2.StopInstances', { 'InstanceId.1': WEB }], ['ec2.TerminateInstances', { 'InstanceId.1': WEB }]], [true, false]],
  ])('%s', async (_what, statements, calls, expected) => {
    expect(await allowed(statements, calls)).toEqual(expected);
  });

  it('the endpoint that a request came by', async () => {
    const stop: readonly [string, Input] = ['ec2.StopInstances', { 'InstanceId.1': WEB }];
    const statements = [allow('ec2:*', '*', { StringEquals: { 'aws:SourceVpce': 'vpce-1' } })];
    expect(await allowed(statements, [stop])).toEqual([false]);
    lab.origin = { kind: 'fabric', sourceAddress: '10.0.0.9', vpcEndpointId: 'vpce-1' };
    expect(await allowed(statements, [stop])).toEqual([true]);
  });
});
