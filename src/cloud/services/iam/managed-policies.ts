/** AWS's managed policies that the region has, with their statements as AWS's managed policy reference lists them. */

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

const document = (...statements: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 4);

const allow = (...actions: readonly string[]): object => ({ Effect: 'Allow', Action: actions, Resource: '*' });

export const managedPolicies: readonly ManagedPolicy[] = [
  {
    policyName: 'AmazonSSMManagedInstanceCore',
    policyId: 'ANPAIXSHM2BNB2D3AXXRU',
    arn: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
    path: '/',
    description: 'The policy for Amazon EC2 Role to enable AWS Systems Manager service core functionality.',
    versionId: 'v2',
    createDate: '2019-03-15T17:22:12Z',
    updateDate: '2019-05-23T16:54:21Z',
    document: document(
      allow(
        'ssm:DescribeAssociation', 'ssm:GetDeployablePatchSnapshotForInstance', 'ssm:GetDocument', 'ssm:DescribeDocument', 'ssm:GetManifest',
        'ssm:GetParameter', 'ssm:GetParameters', 'ssm:ListAssociations', 'ssm:ListInstanceAssociations', 'ssm:PutInventory',
        'ssm:PutComplianceItems', 'ssm:PutConfigurePackageResult', 'ssm:UpdateAssociationStatus', 'ssm:UpdateInstanceAssociationStatus',
        'ssm:UpdateInstanceInformation',
      ),
      allow('ssmmessages:CreateControlChannel', 'ssmmessages:CreateDataChannel', 'ssmmessages:OpenControlChannel', 'ssmmessages:OpenDataChannel'),
      allow(
        'ec2messages:AcknowledgeMessage', 'ec2messages:DeleteMessage', 'ec2messages:FailMessage', 'ec2messages:GetEndpoint',
        'ec2messages:GetMessages', 'ec2messages:SendReply',
      ),
    ),
  },
  {
    policyName: 'AdministratorAccess',
    policyId: 'ANPAIWMBCKSKIEE64ZLYK',
    arn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    path: '/',
    description: 'Provides full access to AWS services and resources.',
    versionId: 'v1',
    createDate: '2015-02-06T18:39:46Z',
    updateDate: '2015-02-06T18:39:46Z',
    document: document(allow('*')),
  },
];
