/**
 * The table of actions: every operation of AWS's that the tool calls, and what else those need. A test holds it to the code, both
 * ways: a call that is not here fails, and so does a row that nothing calls. Policies are printed from it and from nothing else.
 */
import type { Permission, Use } from './permission.js';

const EVERY: readonly Use[] = ['deploy', 'connect', 'verify'];
const SESSIONS: readonly Use[] = ['connect', 'verify'];

const read = (uses: readonly Use[], why: string, ...actions: readonly string[]): Permission[] => actions.map((action) => ({ action, uses, on: 'Read', why }));

export const CALLS: readonly Permission[] = [
  { action: 'sts:GetCallerIdentity', uses: EVERY, on: 'Free', why: 'says whose account it is before anything is made' },

  { action: 'cloudformation:CreateStack', uses: ['deploy'], on: 'Stack', why: 'makes the lab' },
  { action: 'cloudformation:TagResource', uses: ['deploy'], on: 'Stack', why: 'the stack gets the tag ssmlab=true, by which destroy knows it', because: 'cloudformation:CreateStack' },
  { action: 'cloudformation:DeleteStack', uses: ['deploy'], on: 'Stack', why: 'removes the lab' },
  { action: 'cloudformation:DescribeStackEvents', uses: ['deploy'], on: 'Stack', why: 'what is being made, and the first cause of a failure' },
  { action: 'cloudformation:DescribeStacks', uses: EVERY, on: 'Stack', why: 'whether the stack is there, and how far it is' },
  { action: 'cloudformation:ListStackResources', uses: EVERY, on: 'Stack', why: 'what it is made of, nested stacks too' },
  { action: 'cloudformation:DescribeChangeSet', uses: ['verify'], on: 'Stack', why: 'diff --change-set: what a pending change would cut' },
  { action: 'cloudformation:ValidateTemplate', uses: ['deploy'], on: 'Template', why: 'deploy --template: which parameters it has' },

  { action: 'ec2:ImportKeyPair', uses: ['deploy'], on: 'KeyPair', why: 'instance 1 gets the public half of the key that is made here' },
  { action: 'ec2:CreateTags', uses: ['deploy'], on: 'KeyPair', why: 'the key pair gets the tag ssmlab=true, by which destroy knows it', because: 'ec2:ImportKeyPair' },
  { action: 'ec2:DeleteKeyPair', uses: ['deploy'], on: 'KeyPair', why: 'destroy leaves no key pair behind' },
  ...read(['deploy'], 'whether a key pair of the name is there, and whose', 'ec2:DescribeKeyPairs'),
  ...read(['deploy'], 'destroy looks that no address is left', 'ec2:DescribeAddresses'),
  ...read(EVERY, 'the instances of the stack', 'ec2:DescribeInstances'),
  ...read(EVERY, 'which way an instance takes and what is open for it', 'ec2:DescribeInternetGateways', 'ec2:DescribeNatGateways', 'ec2:DescribeRouteTables', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcAttribute', 'ec2:DescribeVpcEndpoints', 'ec2:DescribeVpcs'),
  ...read(['verify'], 'what else decides whether a packet arrives', 'ec2:DescribeDhcpOptions', 'ec2:DescribeManagedPrefixLists', 'ec2:DescribeNetworkAcls', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribePrefixLists', 'ec2:DescribeSecurityGroupRules', 'ec2:DescribeVpcBlockPublicAccessExclusions', 'ec2:DescribeVpcBlockPublicAccessOptions', 'ec2:GetManagedPrefixListEntries'),
  { action: 'ec2-instance-connect:SendSSHPublicKey', uses: ['connect'], on: 'PushKey', why: 'proxy --push-key: a key that is taken for a minute' },

  ...['iam:GetInstanceProfile', 'iam:GetPolicy', 'iam:GetPolicyVersion', 'iam:GetRole', 'iam:GetRolePolicy', 'iam:ListAttachedRolePolicies', 'iam:ListRolePolicies'].map((action): Permission => ({ action, uses: ['verify'], on: 'ReadRoles', why: 'whether an instance\'s role lets its agent speak to Systems Manager' })),
  { action: 'kms:GenerateDataKey', uses: SESSIONS, on: 'SessionKey', why: 'sessions that the session preferences have encrypted' },

  ...read(EVERY, 'which agents are online', 'ssm:DescribeInstanceInformation'),
  ...read(['verify'], 'whether Session Manager has a connection to an agent', 'ssm:GetConnectionStatus'),
  ...read(['connect'], 'whether a session is over, which AWS\'s plugin does not notice', 'ssm:DescribeSessions'),
  { action: 'ssm:GetServiceSetting', uses: ['verify'], on: 'HostManagement', why: 'whether instances without a role are managed by Default Host Management' },
  { action: 'ssm:StartSession', uses: SESSIONS, on: 'Instances', why: 'a session on an instance of the lab, by its tag' },
  { action: 'ssm:StartSession', uses: SESSIONS, on: 'CommandDocument', why: 'exec, and what verify runs' },
  { action: 'ssm:StartSession', uses: ['connect'], on: 'SessionDocuments', why: 'connect, exec -t, forward, proxy' },
  { action: 'ssm:ResumeSession', uses: SESSIONS, on: 'OwnSessions', why: 'a session whose connection was cut goes on' },
  { action: 'ssm:TerminateSession', uses: SESSIONS, on: 'OwnSessions', why: 'no session is left open' },
  { action: 'ssmmessages:OpenDataChannel', uses: SESSIONS, on: 'OwnSessions', why: 'the channel that carries what is typed and shown', because: 'ssm:StartSession' },
];
