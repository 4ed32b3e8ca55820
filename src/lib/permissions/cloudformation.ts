/**
 * What CloudFormation does in the caller's name for the lab's template, by what is in it. Source: `handlers` of AWS's resource
 * schemas (CloudFormation registry), their create, read and delete, without what only properties take that the template has not.
 */
import type { Permission, Scope } from './permission.js';

type Needs = Readonly<Partial<Record<Scope, readonly string[]>>>;

const instanceProfile = ['iam:CreateInstanceProfile', 'iam:DeleteInstanceProfile', 'iam:AddRoleToInstanceProfile', 'iam:RemoveRoleFromInstanceProfile', 'iam:GetInstanceProfile'];

const NEEDS: Readonly<Record<string, Needs>> = {
  'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>': { Image: ['ssm:GetParameters'], Read: ['ec2:DescribeImages'] },
  'AWS::EC2::KeyPair::KeyName': { Read: ['ec2:DescribeKeyPairs'] },
  'Fn::GetAZs': { Read: ['ec2:DescribeAvailabilityZones'] },
  'AWS::EC2::VPC': { Make: ['ec2:CreateVpc', 'ec2:CreateTags'], Change: ['ec2:ModifyVpcAttribute', 'ec2:DeleteVpc'], Read: ['ec2:DescribeVpcs', 'ec2:DescribeVpcAttribute', 'ec2:DescribeSecurityGroups', 'ec2:DescribeNetworkAcls'] },
  'AWS::EC2::InternetGateway': { Make: ['ec2:CreateInternetGateway', 'ec2:CreateTags'], Change: ['ec2:DeleteInternetGateway'], Read: ['ec2:DescribeInternetGateways'] },
  'AWS::EC2::VPCGatewayAttachment': { Change: ['ec2:AttachInternetGateway', 'ec2:DetachInternetGateway'], Read: ['ec2:DescribeInternetGateways', 'ec2:DescribeVpnGateways'] },
  'AWS::EC2::Subnet': { Make: ['ec2:CreateSubnet', 'ec2:CreateTags'], Change: ['ec2:ModifySubnetAttribute', 'ec2:DeleteSubnet'], Read: ['ec2:DescribeSubnets', 'ec2:DescribeNetworkAcls'] },
  'AWS::EC2::RouteTable': { Make: ['ec2:CreateRouteTable', 'ec2:CreateTags'], Change: ['ec2:DeleteRouteTable'], Read: ['ec2:DescribeRouteTables'] },
  'AWS::EC2::SubnetRouteTableAssociation': { Change: ['ec2:AssociateRouteTable', 'ec2:DisassociateRouteTable'], Read: ['ec2:DescribeRouteTables', 'ec2:DescribeSubnets'] },
  'AWS::EC2::Route': { Change: ['ec2:CreateRoute', 'ec2:ReplaceRoute', 'ec2:DeleteRoute'], Read: ['ec2:DescribeRouteTables', 'ec2:DescribeNetworkInterfaces'] },
  'AWS::EC2::EIP': { Make: ['ec2:AllocateAddress', 'ec2:CreateTags'], Change: ['ec2:ReleaseAddress'], Read: ['ec2:DescribeAddresses'] },
  'AWS::EC2::NatGateway': { Make: ['ec2:CreateNatGateway', 'ec2:CreateTags'], Change: ['ec2:DeleteNatGateway'], Read: ['ec2:DescribeNatGateways'] },
  'AWS::EC2::VPCEndpoint': { Make: ['ec2:CreateVpcEndpoint', 'ec2:CreateTags'], Change: ['ec2:DeleteVpcEndpoints'], Read: ['ec2:DescribeVpcEndpoints', 'ec2:DescribeSubnets', 'ec2:DescribeSecurityGroups', 'ec2:DescribeVpcs'] },
  'AWS::EC2::SecurityGroup': { Make: ['ec2:CreateSecurityGroup', 'ec2:CreateTags'], Change: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:AuthorizeSecurityGroupEgress', 'ec2:RevokeSecurityGroupIngress', 'ec2:RevokeSecurityGroupEgress', 'ec2:DeleteSecurityGroup'], Read: ['ec2:DescribeSecurityGroups', 'ec2:DescribeSecurityGroupRules', 'ec2:DescribeInstances', 'ec2:DescribeTags'] },
  'AWS::EC2::Instance': {
    Make: ['ec2:RunInstances', 'ec2:CreateTags'],
    Change: ['ec2:TerminateInstances'],
    PassRole: ['iam:PassRole'],
    Read: ['ec2:DescribeInstances', 'ec2:DescribeInstanceAttribute', 'ec2:DescribeInstanceCreditSpecifications', 'ec2:DescribeIamInstanceProfileAssociations', 'ec2:DescribeVolumes', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeKeyPairs', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs'],
  },
  'AWS::IAM::Role': { Role: ['iam:CreateRole', 'iam:TagRole', 'iam:GetRole', 'iam:ListAttachedRolePolicies', 'iam:ListRolePolicies', 'iam:DetachRolePolicy', 'iam:DeleteRole'], RolePolicy: ['iam:AttachRolePolicy'] },
  'AWS::IAM::InstanceProfile': { Role: instanceProfile, PassRole: ['iam:PassRole'] },
};

const VERBS: Readonly<Partial<Record<Scope, string>>> = {
  Read: 'CloudFormation looks at', Make: 'CloudFormation makes', Change: 'CloudFormation sets up and removes', Role: 'CloudFormation makes and removes', RolePolicy: 'CloudFormation attaches AmazonSSMManagedInstanceCore to',
  PassRole: 'EC2, and nothing else, gets the role of', Image: 'CloudFormation resolves',
};

/** All of it, for deploy. */
export const IN_YOUR_NAME: readonly Permission[] = Object.entries(NEEDS).flatMap(([because, needs]) =>
  Object.entries(needs).flatMap(([on, actions]) => actions.map((action): Permission => ({ action, uses: ['deploy'], on: on as Scope, why: `${VERBS[on as Scope] ?? 'CloudFormation uses'} ${because}`, because }))));
