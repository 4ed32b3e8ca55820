/** What a permission is here: an IAM action, on what, for which use of the tool, and why. */

/** What somebody is let do: deploy and destroy, open shells and forwards, judge, look for forgotten labs. */
export const USES = ['deploy', 'connect', 'verify', 'sweep'] as const;
export type Use = (typeof USES)[number];

export interface Permission {
  /** IAM's name of it, `ec2:DescribeInstances`; that of an operation is the operation's own (service authorization reference). */
  readonly action: string;
  readonly uses: readonly Use[];
  readonly on: Scope;
  /** One line, no period. */
  readonly why: string;
  /** What needs it when it is no call of the tool's own: the action that takes it too, or what is in the template (`AWS::EC2::VPC`, `Fn::GetAZs`). */
  readonly because?: string | undefined;
}

/** Where a policy is to hold. */
export interface Place {
  /** `*` for all. */
  readonly region: string;
  /** A name, or the beginning of one with `*`. */
  readonly stack: string;
  /** Name of CloudFormation's service role, when it makes the lab and not the caller. */
  readonly serviceRole?: string | undefined;
}

type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export interface Grant {
  readonly resources: readonly string[];
  readonly condition?: Condition | undefined;
}

/** `aws`, `aws-cn`, `aws-us-gov`, by the region's name. */
const partitionOf = ({ region }: Place): string => (region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws');

/** Every account's: a policy of an identity reaches its own account alone, but where another's resource lets it in. */
const arn = (place: Place, service: string, rest: string, { region = place.region, account = '*' } = {}): string => `arn:${partitionOf(place)}:${service}:${region}:${account}:${rest}`;


/**
 * What CloudFormation names after the stack. A role's name has 64 characters: of a long stack's name CloudFormation keeps the
 * first 24, then come the logical id and letters of its own.
 */
const named = ({ stack }: Place): string => (stack.replace(/\*$/u, '').length > 24 ? `${stack.slice(0, 24)}*` : stack.endsWith('*') ? stack : `${stack}-*`);

/** Schedule and role of a lab's end; cut where `lib/expiry` cuts, or before. */
const ending = ({ region, stack }: Place): string => cut(`ssmlab-ttl-${region}-${stack}`);

/** So that a policy for a stack with a very long name is no longer than IAM lets it be. */
const cut = (name: string): string => (name.length > 48 ? `${name.slice(0, 48)}*` : name);

const inRegion = ({ region }: Place): Condition => (region === '*' ? {} : { StringEquals: { 'aws:RequestedRegion': region } });

/**
 * By CloudFormation in the caller's name, and not by the caller: `aws:CalledVia` (IAM user guide, "AWS global condition context
 * keys"). A service role's calls are the role's own.
 */
const viaCloudFormation = ({ serviceRole }: Place): Condition => (serviceRole === undefined ? { 'ForAnyValue:StringEquals': { 'aws:CalledVia': 'cloudformation.amazonaws.com' } } : {});

const TAGGED = { 'aws:ResourceTag/ssmlab': 'true' } as const;

function both(...conditions: readonly Condition[]): Condition | undefined {
  const merged: Record<string, Record<string, string | readonly string[]>> = {};
  for (const [operator, keys] of conditions.flatMap((one) => Object.entries(one))) merged[operator] = { ...merged[operator], ...keys };
  return Object.keys(merged).length === 0 ? undefined : merged;
}

const roles = (place: Place): string => arn(place, 'iam', `role/${named(place)}`, { region: '' });
const profiles = (place: Place): string => arn(place, 'iam', `instance-profile/${named(place)}`, { region: '' });
const documents = (place: Place, ...names: readonly string[]): string[] => names.map((name) => arn(place, 'ssm', `document/${name}`));

/**
 * The narrowest that AWS allows for what is done there (service authorization reference: resource types and condition keys of
 * each action); each scope is one statement, its name the Sid.
 */
export const SCOPES = {
  /** Actions without resource types; and one that has (tags of log groups), since a managed policy has no room for a statement more. */
  Read: (place) => ({ resources: ['*'], condition: both(inRegion(place)) }),
  Stack: (place) => ({ resources: [arn(place, 'cloudformation', `stack/${place.stack}/*`)] }),
  /** Likewise, of services that are asked in one region for all. */
  Everywhere: () => ({ resources: ['*'] }),
  ServiceRole: (place) => ({ resources: [arn(place, 'iam', `role/${place.serviceRole ?? ''}`, { region: '' })], condition: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } } }),
  /** Nobody can be simulated but in the own account. */
  Simulate: (place) => ({ resources: ['user', 'role'].map((type) => arn(place, 'iam', `${type}/*`, { region: '' })) }),
  Schedule: (place) => ({ resources: [arn(place, 'scheduler', `schedule/default/${ending(place)}`)] }),
  EndingRole: (place) => ({ resources: [arn(place, 'iam', `role/${ending(place)}`, { region: '' })] }),
  PassEndingRole: (place) => ({ resources: [arn(place, 'iam', `role/${ending(place)}`, { region: '' })], condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } } }),
  /** With the digest of its key, or, of labs of before, without. */
  KeyPair: (place) => ({ resources: [arn(place, 'ec2', `key-pair/${cut(`${place.stack}-key*`)}`)] }),
  Image: (place) => ({ resources: [arn(place, 'ssm', 'parameter/aws/service/ami-amazon-linux-latest/*')] }),
  /** New things have no tag yet, and those that they are made in are of several types. */
  Make: (place) => ({ resources: ['*'], condition: both(inRegion(place), viaCloudFormation(place)) }),
  /** AWS's own AWSApplicationMigrationFullAccess holds the same actions by the same two conditions: CloudFormation tags as it makes. */
  Change: (place) => ({ resources: ['*'], condition: both({ StringEquals: TAGGED }, inRegion(place), viaCloudFormation(place)) }),
  Role: (place) => ({ resources: [roles(place), profiles(place)], condition: both(viaCloudFormation(place)) }),
  /** Nothing but what an agent needs gets into the role. */
  RolePolicy: (place) => ({
    resources: [roles(place)],
    condition: both({ ArnEquals: { 'iam:PolicyARN': `arn:${partitionOf(place)}:iam::aws:policy/AmazonSSMManagedInstanceCore` } }, viaCloudFormation(place)),
  }),
  PassRole: (place) => ({ resources: [roles(place)], condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } } }),
  /** The lab's roles, the role of Default Host Management where AWS's name was kept, and policies. */
  ReadRoles: (place) => ({
    resources: [roles(place), profiles(place), arn(place, 'iam', 'role/service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole', { region: '' }), `arn:${partitionOf(place)}:iam::*:policy/*`],
  }),
  HostManagement: (place) => ({ resources: [arn(place, 'ssm', 'servicesetting/ssm/managed-instance/default-ec2-instance-management-role')] }),
  /** With the check the document of a session that names none needs permission too (Session Manager, "Enforce a session document permission check"). */
  Instances: (place) => ({ resources: [arn(place, 'ec2', 'instance/*')], condition: { StringEquals: { 'ssm:resourceTag/ssmlab': 'true' }, BoolIfExists: { 'ssm:SessionDocumentAccessCheck': 'true' } } }),
  CommandDocument: (place) => ({ resources: documents(place, 'AWS-StartNonInteractiveCommand') }),
  /** Of a session that names none. */
  ShellDocument: (place) => ({ resources: documents(place, 'SSM-SessionManagerRunShell') }),
  SessionDocuments: (place) => ({
    resources: documents(place, 'SSM-SessionManagerRunShell', 'AWS-StartInteractiveCommand', 'AWS-StartPortForwardingSession', 'AWS-StartPortForwardingSessionToRemoteHost', 'AWS-StartSSHSession'),
  }),
  /** `aws-facts.md` §0.2 and §6. */
  OwnSessions: (place) => ({ resources: [arn(place, 'ssm', 'session/${aws:userid}-*')] }),
  /** Data keys of sessions alone: their encryption context names the session (`protocol.md` §5.1). */
  SessionKey: (place) => ({ resources: [arn(place, 'kms', 'key/*')], condition: { StringLike: { 'kms:EncryptionContext:aws:ssm:SessionId': '*' } } }),
  PushKey: (place) => ({ resources: [arn(place, 'ec2', 'instance/*')], condition: { StringEquals: TAGGED } }),
  /** Needs no permission, and no policy has it (STS API reference). */
  Free: () => undefined,
} satisfies Record<string, (place: Place) => Grant | undefined>;

export type Scope = keyof typeof SCOPES;

