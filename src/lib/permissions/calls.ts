/**
 * The table of actions: every operation of AWS's that the tool calls, and what else those need. A test holds it to the code, both
 * ways: a call that is not here fails, and so does a row that nothing calls. Policies are printed from it and from nothing else.
 */
import type { Permission, Use } from './permission.js';

const EVERY: readonly Use[] = ['deploy', 'connect', 'verify'];
const LOOKS: readonly Use[] = [...EVERY, 'sweep'];
const SESSIONS: readonly Use[] = ['connect', 'verify'];
/** A lab is deployed when a session on each instance has been opened once. */
const OPENINGS: readonly Use[] = ['deploy', ...SESSIONS];

const read = (uses: readonly Use[], why: string, ...actions: readonly string[]): Permission[] => actions.map((action) => ({ action, uses, on: 'Read', why }));

export const CALLS: readonly Permission[] = [
  { action: 'sts:GetCallerIdentity', uses: LOOKS, on: 'Free', why: 'says whose account it is before anything is made' },

  { action: 'iam:ListAccountAliases', uses: ['deploy'], on: 'Everywhere', why: 'the account\'s name beside its number before anything is made' },

  { action: 'cloudformation:CreateStack', uses: ['deploy'], on: 'Stack', why: 'makes the lab' },
  { action: 'cloudformation:TagResource', uses: ['deploy'], on: 'Stack', why: 'the stack gets the tag ssmlab=true, by which destroy knows it', because: 'cloudformation:CreateStack' },
  { action: 'cloudformation:DeleteStack', uses: ['deploy'], on: 'Stack', why: 'removes the lab' },
  { action: 'cloudformation:DescribeStackEvents', uses: ['deploy'], on: 'Stack', why: 'what is being made, and the first cause of a failure' },
  { action: 'cloudformation:DescribeStacks', uses: EVERY, on: 'Stack', why: 'whether the stack is there, and how far it is' },
  { action: 'cloudformation:ListStackResources', uses: EVERY, on: 'Stack', why: 'what it is made of, nested stacks too' },
  { action: 'cloudformation:CreateChangeSet', uses: ['deploy'], on: 'Stack', why: 'the plan that is shown before anything is made, and what drifted' },
  { action: 'cloudformation:DescribeChangeSet', uses: ['deploy', 'verify'], on: 'Stack', why: 'what a plan, or diff --change-set, would do' },
  { action: 'cloudformation:ExecuteChangeSet', uses: ['deploy'], on: 'Stack', why: 'carries a plan out' },
  { action: 'cloudformation:DeleteChangeSet', uses: ['deploy'], on: 'Stack', why: 'a plan that is not carried out is taken back' },
  { action: 'cloudformation:ListChangeSets', uses: ['deploy'], on: 'Stack', why: 'whether somebody else plans a stack of the name' },
  { action: 'cloudformation:DescribeStacks', uses: ['sweep'], on: 'Read', why: 'labs in every region, by their tag' },
  { action: 'cloudformation:ValidateTemplate', uses: ['deploy'], on: 'Read', why: 'deploy --template: which parameters it has' },

  { action: 'ec2:ImportKeyPair', uses: ['deploy'], on: 'KeyPair', why: 'instance 1 gets the public half of the key that is made here' },
  { action: 'ec2:CreateTags', uses: ['deploy'], on: 'KeyPair', why: 'the key pair gets the tag ssmlab=true, by which destroy knows it', because: 'ec2:ImportKeyPair' },
  { action: 'ec2:DeleteKeyPair', uses: ['deploy'], on: 'KeyPair', why: 'destroy leaves no key pair behind' },
  ...read(['deploy', 'connect', 'sweep'], 'whether a key pair of the name is there, whose, and which of ssh-agent\'s keys it is', 'ec2:DescribeKeyPairs'),
  ...read(EVERY, 'by which host keys the instance with the key pair is known', 'ec2:GetConsoleOutput'),
  ...read(['deploy', 'sweep'], 'destroy looks that no address is left', 'ec2:DescribeAddresses'),
  ...read(LOOKS, 'the instances of a stack', 'ec2:DescribeInstances'),
  ...read(LOOKS, 'which way an instance takes, and what a lab leaves', 'ec2:DescribeNatGateways', 'ec2:DescribeVpcEndpoints', 'ec2:DescribeVpcs'),
  ...read(EVERY, 'which way an instance takes and what is open for it', 'ec2:DescribeInternetGateways', 'ec2:DescribeRouteTables', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcAttribute'),
  ...read(['verify'], 'what else decides whether a packet arrives', 'ec2:DescribeDhcpOptions', 'ec2:DescribeManagedPrefixLists', 'ec2:DescribeNetworkAcls', 'ec2:DescribePrefixLists', 'ec2:DescribeSecurityGroupRules', 'ec2:DescribeVpcBlockPublicAccessExclusions', 'ec2:GetManagedPrefixListEntries'),
  ...read(['deploy', 'verify'], 'what else decides whether a packet arrives, and who stands in the way of a destroy', 'ec2:DescribeNetworkInterfaces'),
  ...read(['deploy'], 'the look before: where the instances and endpoints can be', 'ec2:DescribeAvailabilityZones', 'ec2:DescribeInstanceTypeOfferings', 'ec2:DescribeVpcEndpointServices'),
  ...read(['deploy'], 'the look before: what the account has set', 'ec2:GetInstanceMetadataDefaults'),
  ...read(['deploy', 'verify'], 'what the account keeps from the internet', 'ec2:DescribeVpcBlockPublicAccessOptions'),
  ...read(['deploy'], 'the look before: what is used of quotas, and what they are', 'servicequotas:GetServiceQuota', 'servicequotas:GetAWSDefaultServiceQuota'),
  { action: 'pricing:GetProducts', uses: ['deploy'], on: 'Everywhere', why: 'what the lab costs today' },
  ...read(['deploy'], 'destroy looks that no volume is left', 'ec2:DescribeVolumes'),
  ...read(['deploy'], 'destroy looks that no log group is left, by name and tag', 'logs:DescribeLogGroups', 'logs:ListTagsForResource'),
  { action: 'ssm:GetDocument', uses: ['deploy'], on: 'ShellDocument', why: 'destroy says where the session preferences have sessions logged' },
  ...read(['sweep'], 'every region that is switched on', 'ec2:DescribeRegions'),
  ...read(['sweep'], 'schedules of labs that are gone', 'scheduler:ListSchedules'),
  { action: 'iam:ListRoles', uses: ['sweep'], on: 'Everywhere', why: 'roles of labs that are gone' },
  { action: 'ec2-instance-connect:SendSSHPublicKey', uses: ['connect'], on: 'PushKey', why: 'proxy --push-key: a key that is taken for a minute' },

  ...['iam:GetInstanceProfile', 'iam:GetPolicy', 'iam:GetPolicyVersion', 'iam:GetRole', 'iam:GetRolePolicy', 'iam:ListAttachedRolePolicies', 'iam:ListRolePolicies'].map((action): Permission => ({ action, uses: ['verify'], on: 'ReadRoles', why: 'whether an instance\'s role lets its agent speak to Systems Manager' })),
  { action: 'iam:SimulatePrincipalPolicy', uses: ['deploy'], on: 'Simulate', why: 'the look before: which permissions are missing' },
  { action: 'scheduler:CreateSchedule', uses: ['deploy'], on: 'Schedule', why: '--ttl: the lab ends by itself' },
  { action: 'scheduler:DeleteSchedule', uses: ['deploy'], on: 'Schedule', why: 'destroy leaves no schedule behind' },
  { action: 'scheduler:GetSchedule', uses: ['deploy'], on: 'Schedule', why: 'destroy looks that it is gone' },
  { action: 'iam:GetRole', uses: ['deploy'], on: 'EndingRole', why: 'destroy looks that its role is gone' },
  ...['iam:CreateRole', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy', 'iam:DeleteRole'].map((action): Permission => ({ action, uses: ['deploy'], on: 'EndingRole', why: '--ttl: a role that may delete this stack and nothing else' })),
  { action: 'iam:TagRole', uses: ['deploy'], on: 'EndingRole', why: 'that role gets the tag ssmlab=true', because: 'iam:CreateRole' },
  { action: 'iam:PassRole', uses: ['deploy'], on: 'PassEndingRole', why: 'that role goes to Scheduler and to nothing else', because: 'scheduler:CreateSchedule' },
  { action: 'kms:GenerateDataKey', uses: SESSIONS, on: 'SessionKey', why: 'sessions that the session preferences have encrypted' },

  ...read(EVERY, 'which agents are online, and which nodes are listed after a destroy', 'ssm:DescribeInstanceInformation'),
  ...read(['verify'], 'whether Session Manager has a connection to an agent', 'ssm:GetConnectionStatus'),
  ...read(OPENINGS, 'whether a session is over, and which were started by a try whose answer did not arrive', 'ssm:DescribeSessions'),
  { action: 'ssm:GetServiceSetting', uses: ['deploy', 'verify'], on: 'HostManagement', why: 'whether instances without a role are managed by Default Host Management' },
  { action: 'ssm:StartSession', uses: OPENINGS, on: 'Instances', why: 'a session on an instance of the lab, by its tag' },
  { action: 'ssm:StartSession', uses: ['deploy'], on: 'ShellDocument', why: 'ready means ready: a session is opened on each instance, and ended' },
  { action: 'ssm:StartSession', uses: SESSIONS, on: 'CommandDocument', why: 'exec, and what verify runs' },
  { action: 'ssm:StartSession', uses: ['connect'], on: 'SessionDocuments', why: 'connect, exec -t, forward, proxy' },
  { action: 'ssm:ResumeSession', uses: OPENINGS, on: 'OwnSessions', why: 'a session whose connection was cut goes on' },
  { action: 'ssm:TerminateSession', uses: OPENINGS, on: 'OwnSessions', why: 'no session is left open' },
  { action: 'ssmmessages:OpenDataChannel', uses: OPENINGS, on: 'OwnSessions', why: 'the channel that carries what is typed and shown', because: 'ssm:StartSession' },
];
