/**
 * AWS's managed policies that the region has, with their statements as AWS's managed policy reference lists them (versions of March 2026): those of an
 * agent's role and of people who work with Session Manager, EC2, CloudFormation, S3 and IAM. ReadOnlyAccess and its like, a thousand actions each, are not here.
 */

export interface ManagedPolicy {
  readonly policyName: string;
  /** `ANPA…` */
  readonly policyId: string;
  readonly arn: string;
  readonly path: string;
  readonly description: string;
  readonly versionId: string;
  /** Of the policy and of its default version; ISO 8601. */
  readonly createDate: string;
  readonly updateDate: string;
  /** JSON text. */
  readonly document: string;
}

interface Head {
  readonly name: string;
  readonly id: string;
  readonly path?: string;
  readonly version: string;
  readonly created: string;
  readonly updated: string;
}

function managed({ name, id, path = '/', version, created, updated }: Head, description: string, ...statements: readonly object[]): ManagedPolicy {
  return {
    policyName: name,
    policyId: id,
    arn: `arn:aws:iam::aws:policy${path}${name}`,
    path,
    description,
    versionId: version,
    createDate: created,
    updateDate: updated,
    document: JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 4),
  };
}

const allow = (...actions: readonly string[]): object => ({ Effect: 'Allow', Action: actions, Resource: '*' });

const allowAs = (sid: string, ...actions: readonly string[]): object => ({ Sid: sid, ...allow(...actions) });

/** What every policy for agents has: the channels of sessions, and of the older way of messages. */
const CHANNELS = ['ssmmessages:CreateControlChannel', 'ssmmessages:CreateDataChannel', 'ssmmessages:OpenControlChannel', 'ssmmessages:OpenDataChannel'] as const;
const MESSAGES = ['ec2messages:AcknowledgeMessage', 'ec2messages:DeleteMessage', 'ec2messages:FailMessage', 'ec2messages:GetEndpoint', 'ec2messages:GetMessages', 'ec2messages:SendReply'] as const;

export const managedPolicies: readonly ManagedPolicy[] = [
  managed({ name: 'AmazonSSMManagedInstanceCore', id: 'ANPAIXSHM2BNB2D3AXXRU', version: 'v2', created: '2019-03-15T17:22:12Z', updated: '2019-05-23T16:54:21Z' },
    'The policy for Amazon EC2 Role to enable AWS Systems Manager service core functionality.',
    allow(
      'ssm:DescribeAssociation', 'ssm:GetDeployablePatchSnapshotForInstance', 'ssm:GetDocument', 'ssm:DescribeDocument', 'ssm:GetManifest', 'ssm:GetParameter',
      'ssm:GetParameters', 'ssm:ListAssociations', 'ssm:ListInstanceAssociations', 'ssm:PutInventory', 'ssm:PutComplianceItems', 'ssm:PutConfigurePackageResult',
      'ssm:UpdateAssociationStatus', 'ssm:UpdateInstanceAssociationStatus', 'ssm:UpdateInstanceInformation',
    ),
    allow(...CHANNELS),
    allow(...MESSAGES),
  ),
  managed({ name: 'AmazonSSMManagedEC2InstanceDefaultPolicy', id: 'ANPAZKAPJZG4LVDRKUQFG', version: 'v2', created: '2022-08-30T20:54:27Z', updated: '2024-07-16T18:14:07Z' },
    'This policy enables AWS Systems Manager functionality on EC2 instances.',
    allowAs('AllowSSMAgentPermissions',
      'ssm:DescribeAssociation', 'ssm:GetDeployablePatchSnapshotForInstance', 'ssm:GetDocument', 'ssm:DescribeDocument', 'ssm:GetManifest', 'ssm:ListAssociations',
      'ssm:ListInstanceAssociations', 'ssm:PutInventory', 'ssm:PutComplianceItems', 'ssm:PutConfigurePackageResult', 'ssm:UpdateAssociationStatus',
      'ssm:UpdateInstanceAssociationStatus', 'ssm:UpdateInstanceInformation',
    ),
    allowAs('AllowSSMChannelMessaging', ...CHANNELS),
    allowAs('AllowSSMLegacyMessaging', ...MESSAGES),
  ),
  managed({ name: 'AmazonSSMPatchAssociation', id: 'ANPAZKAPJZG4EWLEL5ZX7', version: 'v1', created: '2020-05-13T16:00:42Z', updated: '2020-05-13T16:00:42Z' },
    'Provide access to child instances for patch association operation.',
    { Effect: 'Allow', Action: 'ssm:DescribeEffectivePatchesForPatchBaseline', Resource: 'arn:aws:ssm:*:*:patchbaseline/*' },
    { Effect: 'Allow', Action: 'ssm:GetPatchBaseline', Resource: 'arn:aws:ssm:*:*:patchbaseline/*' },
    { Effect: 'Allow', Action: 'tag:GetResources', Resource: '*' },
    { Effect: 'Allow', Action: 'ssm:DescribePatchBaselines', Resource: '*' },
  ),
  managed({ name: 'AmazonEC2RoleforSSM', id: 'ANPAI6TL3SMY22S4KMMX6', path: '/service-role/', version: 'v8', created: '2015-05-29T17:48:35Z', updated: '2019-01-24T19:20:51Z' },
    'This policy will soon be deprecated. Please use AmazonSSMManagedInstanceCore policy to enable AWS Systems Manager service core functionality on EC2 instances. For more information see https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-profile.html',
    allow(
      'ssm:DescribeAssociation', 'ssm:GetDeployablePatchSnapshotForInstance', 'ssm:GetDocument', 'ssm:DescribeDocument', 'ssm:GetManifest', 'ssm:GetParameters',
      'ssm:ListAssociations', 'ssm:ListInstanceAssociations', 'ssm:PutInventory', 'ssm:PutComplianceItems', 'ssm:PutConfigurePackageResult', 'ssm:UpdateAssociationStatus',
      'ssm:UpdateInstanceAssociationStatus', 'ssm:UpdateInstanceInformation',
    ),
    allow(...CHANNELS),
    allow(...MESSAGES),
    allow('cloudwatch:PutMetricData'),
    allow('ec2:DescribeInstanceStatus'),
    allow('ds:CreateComputer', 'ds:DescribeDirectories'),
    allow('logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogGroups', 'logs:DescribeLogStreams', 'logs:PutLogEvents'),
    allow(
      's3:GetBucketLocation', 's3:PutObject', 's3:GetObject', 's3:GetEncryptionConfiguration', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:ListBucket',
      's3:ListBucketMultipartUploads',
    ),
  ),
  managed({ name: 'AmazonSSMReadOnlyAccess', id: 'ANPAJODSKQGGJTHRYZ5FC', version: 'v1', created: '2015-05-29T17:44:19Z', updated: '2015-05-29T17:44:19Z' },
    'Provides read only access to Amazon SSM.',
    allow('ssm:Describe*', 'ssm:Get*', 'ssm:List*'),
  ),
  managed({ name: 'AmazonSSMFullAccess', id: 'ANPAJA7V6HI4ISQFMDYAG', version: 'v4', created: '2015-05-29T17:39:47Z', updated: '2019-11-20T20:08:56Z' },
    'Provides full access to Amazon SSM.',
    allow('cloudwatch:PutMetricData', 'ds:CreateComputer', 'ds:DescribeDirectories', 'ec2:DescribeInstanceStatus', 'logs:*', 'ssm:*', 'ec2messages:*'),
    { Effect: 'Allow', Action: 'iam:CreateServiceLinkedRole', Resource: 'arn:aws:iam::*:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM*', Condition: { StringLike: { 'iam:AWSServiceName': 'ssm.amazonaws.com' } } },
    { Effect: 'Allow', Action: ['iam:DeleteServiceLinkedRole', 'iam:GetServiceLinkedRoleDeletionStatus'], Resource: 'arn:aws:iam::*:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM*' },
    allow(...CHANNELS),
  ),
  managed({ name: 'CloudWatchAgentServerPolicy', id: 'ANPAIGOPKN7KRDAKTLG4I', version: 'v3', created: '2018-03-07T01:06:44Z', updated: '2024-02-06T16:37:37Z' },
    'Permissions required to use AmazonCloudWatchAgent on servers',
    allowAs('CWACloudWatchServerPermissions',
      'cloudwatch:PutMetricData', 'ec2:DescribeVolumes', 'ec2:DescribeTags', 'logs:PutLogEvents', 'logs:PutRetentionPolicy', 'logs:DescribeLogStreams',
      'logs:DescribeLogGroups', 'logs:CreateLogStream', 'logs:CreateLogGroup', 'xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules',
      'xray:GetSamplingTargets', 'xray:GetSamplingStatisticSummaries',
    ),
    { Sid: 'CWASSMServerPermissions', Effect: 'Allow', Action: ['ssm:GetParameter'], Resource: 'arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*' },
  ),
  managed({ name: 'EC2InstanceConnect', id: 'ANPAZKAPJZG4PBRCMEYY5', version: 'v1', created: '2019-06-27T18:53:34Z', updated: '2019-06-27T18:53:34Z' },
    'Allows customers to call EC2 Instance Connect to publish ephemeral keys to their EC2 instances and connect via ssh or the EC2 Instance Connect CLI.',
    allowAs('EC2InstanceConnect', 'ec2:DescribeInstances', 'ec2-instance-connect:SendSSHPublicKey'),
  ),
  managed({ name: 'AmazonEC2ReadOnlyAccess', id: 'ANPAIGDT4SV4GSETWTBZK', version: 'v5', created: '2015-02-06T18:40:17Z', updated: '2026-02-12T18:03:17Z' },
    'Provides read only access to Amazon EC2 via the AWS Management Console.',
    allow('ec2:Describe*', 'ec2:GetSecurityGroupsForVpc'),
    { Effect: 'Allow', Action: 'elasticloadbalancing:Describe*', Resource: '*' },
    allow('cloudwatch:ListMetrics', 'cloudwatch:GetMetricStatistics', 'cloudwatch:Describe*'),
    { Effect: 'Allow', Action: 'autoscaling:Describe*', Resource: '*' },
  ),
  managed({ name: 'AmazonEC2FullAccess', id: 'ANPAI3VAJF5ZCRZ7MCQE6', version: 'v5', created: '2015-02-06T18:40:15Z', updated: '2018-11-27T02:16:56Z' },
    'Provides full access to Amazon EC2 via the AWS Management Console.',
    { Effect: 'Allow', Action: 'ec2:*', Resource: '*' },
    { Effect: 'Allow', Action: 'elasticloadbalancing:*', Resource: '*' },
    { Effect: 'Allow', Action: 'cloudwatch:*', Resource: '*' },
    { Effect: 'Allow', Action: 'autoscaling:*', Resource: '*' },
    { Effect: 'Allow', Action: 'iam:CreateServiceLinkedRole', Resource: '*', Condition: { StringEquals: { 'iam:AWSServiceName': ['autoscaling.amazonaws.com', 'ec2scheduled.amazonaws.com', 'elasticloadbalancing.amazonaws.com', 'spot.amazonaws.com', 'spotfleet.amazonaws.com', 'transitgateway.amazonaws.com'] } } },
  ),
  managed({ name: 'AmazonVPCReadOnlyAccess', id: 'ANPAIICZJNOJN36GTG6CM', version: 'v12', created: '2015-02-06T18:41:17Z', updated: '2026-02-12T17:58:19Z' },
    'Provides read only access to Amazon VPC via the AWS Management Console.',
    allowAs('AmazonVPCReadOnlyAccess',
      'ec2:DescribeAccountAttributes', 'ec2:DescribeAddresses', 'ec2:DescribeCarrierGateways', 'ec2:DescribeClassicLinkInstances', 'ec2:DescribeCustomerGateways',
      'ec2:DescribeDhcpOptions', 'ec2:DescribeEgressOnlyInternetGateways', 'ec2:DescribeFlowLogs', 'ec2:DescribeInternetGateways', 'ec2:DescribeLocalGatewayRouteTables',
      'ec2:DescribeLocalGatewayRouteTableVpcAssociations', 'ec2:DescribeMovingAddresses', 'ec2:DescribeNatGateways', 'ec2:DescribeNetworkAcls',
      'ec2:DescribeNetworkInterfaceAttribute', 'ec2:DescribeNetworkInterfacePermissions', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribePrefixLists',
      'ec2:DescribeRouteTables', 'ec2:DescribeSecurityGroupReferences', 'ec2:DescribeSecurityGroupRules', 'ec2:DescribeSecurityGroups',
      'ec2:DescribeSecurityGroupVpcAssociations', 'ec2:DescribeStaleSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeTags', 'ec2:DescribeVpcAttribute',
      'ec2:DescribeVpcClassicLink', 'ec2:DescribeVpcClassicLinkDnsSupport', 'ec2:DescribeVpcEndpoints', 'ec2:DescribeVpcEndpointConnectionNotifications',
      'ec2:DescribeVpcEndpointConnections', 'ec2:DescribeVpcEndpointServiceConfigurations', 'ec2:DescribeVpcEndpointServicePermissions', 'ec2:DescribeVpcEndpointServices',
      'ec2:DescribeVpcPeeringConnections', 'ec2:DescribeVpcs', 'ec2:DescribeVpnConnections', 'ec2:DescribeVpnGateways', 'ec2:GetSecurityGroupsForVpc',
    ),
  ),
  managed({ name: 'AWSCloudFormationReadOnlyAccess', id: 'ANPAJWVBEE4I2POWLODLW', version: 'v7', created: '2015-02-06T18:39:49Z', updated: '2026-02-12T18:02:00Z' },
    'Provides access to AWS CloudFormation via the AWS Management Console.',
    allow(
      'cloudformation:Describe*', 'cloudformation:BatchDescribe*', 'cloudformation:EstimateTemplateCost', 'cloudformation:Get*', 'cloudformation:List*',
      'cloudformation:ValidateTemplate', 'cloudformation:Detect*',
    ),
  ),
  managed({ name: 'AWSCloudFormationFullAccess', id: 'ANPAZKAPJZG4CRR3ZS723', version: 'v1', created: '2019-07-26T21:50:35Z', updated: '2019-07-26T21:50:35Z' },
    'Provides full access to AWS CloudFormation.',
    allow('cloudformation:*'),
  ),
  managed({ name: 'AmazonS3ReadOnlyAccess', id: 'ANPAIZTJ4DXE7G6AGAE6M', version: 'v3', created: '2015-02-06T18:40:59Z', updated: '2023-08-10T21:31:39Z' },
    'Provides read only access to all buckets via the AWS Management Console.',
    allow('s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'),
  ),
  managed({ name: 'AmazonS3FullAccess', id: 'ANPAIFIR6V6BVTRAHWINE', version: 'v2', created: '2015-02-06T18:40:58Z', updated: '2021-09-27T20:16:37Z' },
    'Provides full access to all buckets via the AWS Management Console.',
    allow('s3:*', 's3-object-lambda:*'),
  ),
  managed({ name: 'IAMReadOnlyAccess', id: 'ANPAJKSO7NDY4T57MWDSQ', version: 'v4', created: '2015-02-06T18:40:39Z', updated: '2018-01-25T19:11:27Z' },
    'Provides read only access to IAM via the AWS Management Console.',
    allow('iam:GenerateCredentialReport', 'iam:GenerateServiceLastAccessedDetails', 'iam:Get*', 'iam:List*', 'iam:SimulateCustomPolicy', 'iam:SimulatePrincipalPolicy'),
  ),
  managed({ name: 'IAMFullAccess', id: 'ANPAI7XKCFMBPM3QQRRVQ', version: 'v2', created: '2015-02-06T18:40:38Z', updated: '2019-06-21T19:40:00Z' },
    'Provides full access to IAM via the AWS Management Console.',
    allow(
      'iam:*', 'organizations:DescribeAccount', 'organizations:DescribeOrganization', 'organizations:DescribeOrganizationalUnit', 'organizations:DescribePolicy',
      'organizations:ListChildren', 'organizations:ListParents', 'organizations:ListPoliciesForTarget', 'organizations:ListRoots', 'organizations:ListPolicies',
      'organizations:ListTargetsForPolicy',
    ),
  ),
  managed({ name: 'PowerUserAccess', id: 'ANPAJYRXTHIB4FOVS3ZXS', version: 'v12', created: '2015-02-06T18:39:47Z', updated: '2026-02-12T17:59:14Z' },
    'Provides full access to AWS services and resources, but does not allow management of Users and groups.',
    { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
    allow(
      'account:GetAccountInformation', 'account:GetGovCloudAccountInformation', 'account:GetPrimaryEmail', 'account:ListRegions', 'iam:CreateServiceLinkedRole',
      'iam:DeleteServiceLinkedRole', 'iam:ListRoles', 'organizations:DescribeEffectivePolicy', 'organizations:DescribeOrganization',
    ),
  ),
  managed({ name: 'AdministratorAccess', id: 'ANPAIWMBCKSKIEE64ZLYK', version: 'v1', created: '2015-02-06T18:39:46Z', updated: '2015-02-06T18:39:46Z' },
    'Provides full access to AWS services and resources.',
    { Effect: 'Allow', Action: '*', Resource: '*' },
  ),
];
