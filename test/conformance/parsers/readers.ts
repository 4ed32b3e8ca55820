/** What the tool reads from each operation that it calls: the operation, as `calls.ts` names it, and the function that asks. */
import * as account from '../../../src/lib/aws/account.js';
import * as changeSets from '../../../src/lib/aws/change-sets.js';
import * as cloudformation from '../../../src/lib/aws/cloudformation.js';
import { sendSshPublicKey } from '../../../src/lib/aws/ec2-instance-connect.js';
import * as left from '../../../src/lib/aws/ec2-left.js';
import * as network from '../../../src/lib/aws/ec2-network.js';
import { taggedResources } from '../../../src/lib/aws/ec2-tagged.js';
import * as ec2 from '../../../src/lib/aws/ec2.js';
import * as roles from '../../../src/lib/aws/iam-roles.js';
import * as iam from '../../../src/lib/aws/iam.js';
import { generateDataKey } from '../../../src/lib/aws/kms.js';
import * as logs from '../../../src/lib/aws/logs.js';
import { listPrices } from '../../../src/lib/aws/pricing.js';
import * as scheduler from '../../../src/lib/aws/scheduler.js';
import * as ssm from '../../../src/lib/aws/ssm.js';
import { callerIdentity } from '../../../src/lib/aws/sts.js';
import type { Target } from '../../../src/lib/target/target.js';

export type Reader = (target: Target) => Promise<unknown>;

const IDS = ['i-0123456789abcdef0'];
const NEW = { name: 'x', template: '{}', parameters: {}, tags: {} };
const reading = (part: keyof ReturnType<typeof network.networkReadings>): Reader => (target) => network.networkReadings(target, ['vpc-1'])[part].read();

/** The first of several is the one that goes through pages. */
export const READERS: Readonly<Record<string, readonly Reader[]>> = {
  'sts:GetCallerIdentity': [callerIdentity],
  'iam:ListAccountAliases': [iam.accountAlias],
  'iam:GetInstanceProfile': [(target) => iam.roleOfProfile(target, 'x')],
  'iam:GetPolicy': [(target) => iam.defaultVersion(target, 'arn')],
  'iam:GetPolicyVersion': [(target) => iam.policyVersion(target, 'arn', 'v1')],
  'iam:GetRole': [(target) => iam.roleNamed(target, 'x'), (target) => iam.roleArn(target, 'x'), (target) => iam.boundaryOfRole(target, 'x')],
  'iam:GetRolePolicy': [(target) => iam.inlinePolicy(target, 'x', 'p')],
  'iam:ListAttachedRolePolicies': [(target) => iam.attachedPolicies(target, 'x')],
  'iam:ListRolePolicies': [(target) => iam.inlinePolicies(target, 'x')],
  'iam:SimulatePrincipalPolicy': [(target) => iam.notAllowed(target, 'arn', { actions: ['a:B'], resource: '*', context: [] })],
  'iam:CreateRole': [(target) => roles.createRole(target, { name: 'x', description: 'd', trust: {}, policy: {}, tags: {} })],
  'iam:PutRolePolicy': [(target) => roles.createRole(target, { name: 'x', description: 'd', trust: {}, policy: {}, tags: {} })],
  'iam:DeleteRolePolicy': [(target) => roles.deleteRole(target, 'x')],
  'iam:DeleteRole': [(target) => roles.deleteRole(target, 'x')],
  'iam:ListRoles': [(target) => roles.roleNames(target, '')],
  'cloudformation:CreateStack': [(target) => cloudformation.createStack(target, NEW)],
  'cloudformation:DeleteStack': [(target) => cloudformation.deleteStack(target, 'x')],
  'cloudformation:DescribeStackEvents': [(target) => cloudformation.stackEvents(target, 'x')],
  'cloudformation:DescribeStacks': [cloudformation.stackNames, (target) => cloudformation.findStack(target, 'x'), (target) => cloudformation.stackParameters(target, 'x'), (target) => cloudformation.stacksWithTag(target, 'k', 'v')],
  'cloudformation:ListStackResources': [(target) => cloudformation.stackResources(target, 'x'), (target) => cloudformation.stackTree(target, 'x')],
  'cloudformation:CreateChangeSet': [(target) => changeSets.createChangeSet(target, { ...NEW, changeSet: 'c', type: 'CREATE' })],
  'cloudformation:DescribeChangeSet': [(target) => changeSets.describeChangeSet(target, 'x', 'c')],
  'cloudformation:ExecuteChangeSet': [(target) => changeSets.executeChangeSet(target, 'c')],
  'cloudformation:DeleteChangeSet': [(target) => changeSets.deleteChangeSet(target, 'c')],
  'cloudformation:ListChangeSets': [(target) => changeSets.listChangeSets(target, 'x')],
  'cloudformation:ValidateTemplate': [(target) => cloudformation.templateParameters(target, '{}')],
  'ec2:ImportKeyPair': [(target) => ec2.importKeyPair(target, 'k', 'ssh-ed25519 AAAA', {})],
  'ec2:DeleteKeyPair': [(target) => ec2.deleteKeyPair(target, 'k')],
  'ec2:DescribeKeyPairs': [(target) => ec2.findKeyPair(target, 'k'), (target) => ec2.keyPairsLike(target, ['k*'])],
  'ec2:GetConsoleOutput': [(target) => ec2.consoleOutput(target, 'i-1')],
  'ec2:DescribeAddresses': [(target) => ec2.describeAddresses(target, 'x')],
  'ec2:DescribeInstances': [(target) => ec2.describeInstances(target, []), (target) => account.usage(target), (target) => taggedResources(target, 'k', 'v')],
  'ec2:DescribeNatGateways': [(target) => left.natGateways(target), reading('natGateways')],
  'ec2:DescribeVpcEndpoints': [(target) => left.vpcEndpoints(target), reading('vpcEndpoints')],
  'ec2:DescribeVpcs': [(target) => ec2.describeVpcIds(target), reading('vpcs')],
  'ec2:DescribeInternetGateways': [reading('internetGateways')],
  'ec2:DescribeRouteTables': [reading('routeTables')],
  'ec2:DescribeSecurityGroups': [reading('securityGroups'), (target) => network.securityGroups(target, ['sg-1']).read()],
  'ec2:DescribeSubnets': [reading('subnets')],
  'ec2:DescribeVpcAttribute': [reading('dnsAttributes')],
  'ec2:DescribeDhcpOptions': [reading('dhcpOptions')],
  'ec2:DescribeManagedPrefixLists': [(target) => network.managedPrefixLists(target, ['pl-1']).read()],
  'ec2:DescribeNetworkAcls': [reading('networkAcls')],
  'ec2:DescribeNetworkInterfaces': [reading('networkInterfaces')],
  'ec2:DescribePrefixLists': [reading('prefixLists')],
  'ec2:DescribeSecurityGroupRules': [(target) => network.securityGroupRules(target, ['sg-1']).read()],
  'ec2:DescribeVpcBlockPublicAccessExclusions': [reading('blockPublicAccessExclusions')],
  'ec2:DescribeVpcBlockPublicAccessOptions': [reading('blockPublicAccess'), account.blockPublicAccess],
  'ec2:GetManagedPrefixListEntries': [(target) => network.prefixListEntries(target, 'pl-1').read()],
  'ec2:DescribeAvailabilityZones': [account.availabilityZones],
  'ec2:DescribeInstanceTypeOfferings': [(target) => account.offeredZones(target, ['t4g.nano'])],
  'ec2:DescribeVpcEndpointServices': [(target) => account.endpointServiceZones(target, ['s'])],
  'ec2:GetInstanceMetadataDefaults': [account.metadataDefaults],
  'ec2:DescribeVolumes': [(target) => left.volumesOf(target, IDS), (target) => left.volumesThere(target, ['vol-1'])],
  'ec2:DescribeRegions': [left.regions],
  'servicequotas:GetServiceQuota': [(target) => account.quota(target, 'vpc', 'L-1')],
  'servicequotas:GetAWSDefaultServiceQuota': [(target) => account.quota(target, 'vpc', 'L-1')],
  'pricing:GetProducts': [(target) => listPrices(target, ['t4g.nano'])],
  'logs:DescribeLogGroups': [(target) => logs.logGroups(target, 'x')],
  'logs:ListTagsForResource': [(target) => logs.logGroupTags(target, 'arn')],
  'scheduler:ListSchedules': [(target) => scheduler.scheduleNames(target, '')],
  'scheduler:CreateSchedule': [(target) => scheduler.createSchedule(target, { name: 'x', at: new Date(0), target: 'arn', roleArn: 'arn', input: {}, description: 'd' })],
  'scheduler:DeleteSchedule': [(target) => scheduler.deleteSchedule(target, 'x')],
  'scheduler:GetSchedule': [(target) => scheduler.isScheduleThere(target, 'x')],
  'ec2-instance-connect:SendSSHPublicKey': [(target) => sendSshPublicKey(target, { instanceId: 'i-1', user: 'u', publicKey: 'k' })],
  'kms:GenerateDataKey': [(target) => generateDataKey(target, 'k', 64, {})],
  'ssm:DescribeInstanceInformation': [ssm.describeAgents, (target) => ssm.managedNodes(target, IDS)],
  'ssm:GetConnectionStatus': [(target) => ssm.isConnected(target, 'i-1')],
  'ssm:DescribeSessions': [(target) => ssm.sessionIsOver(target, 's')],
  'ssm:GetServiceSetting': [ssm.hostManagementRole],
  'ssm:GetDocument': [ssm.sessionLogs],
  'ssm:StartSession': [(target) => ssm.startSession(target, { instanceId: 'i-1' })],
  'ssm:ResumeSession': [(target) => ssm.resumeSession(target, 's')],
  // It never rejects, and tells the target.
  'ssm:TerminateSession': [(target) => new Promise((resolve, reject) => void ssm.endSession({ ...target, onSessionLeft: (_, why) => reject(why) }, 's').then(resolve))],
};
