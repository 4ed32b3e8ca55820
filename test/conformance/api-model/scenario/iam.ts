/** IAM and STS: a role, its policies, its profile, and the role assumed. */
import { steps } from './step.js';

const TRUST = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com', AWS: '*' }, Action: 'sts:AssumeRole' }] });
const ALLOW = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' }] });
const CORE = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
const ROLE = { RoleName: '<run>-role' };
const PROFILE = { InstanceProfileName: '<run>-profile' };

export const iamFirst = [
  ...steps('iam', [
    ['CreateRole', { ...ROLE, AssumeRolePolicyDocument: TRUST, Description: 'of the scenario', MaxSessionDuration: 3600, Tags: [{ Key: 'a', Value: 'b' }] }, { save: { roleArn: 'Role.Arn' } }],
    ['CreateRole', { ...ROLE, AssumeRolePolicyDocument: TRUST }, { error: 'EntityAlreadyExists' }],
    ['CreateRole', { RoleName: '<run>-none', AssumeRolePolicyDocument: '{' }, { error: 'MalformedPolicyDocument' }],
    ['GetRole', ROLE, { expect: { 'Role.Arn': '<roleArn>' } }],
    ['GetRole', { RoleName: '<run>-nobody' }, { error: 'NoSuchEntity' }],
    ['ListRoles', { PathPrefix: '/' }],
    ['TagRole', { ...ROLE, Tags: [{ Key: 'c', Value: '' }] }],
    ['ListRoleTags', ROLE, { expect: { 'Tags.1.Key': 'c' } }],
    ['UntagRole', { ...ROLE, TagKeys: ['c'] }],
    ['UpdateAssumeRolePolicy', { ...ROLE, PolicyDocument: TRUST }],
    ['PutRolePolicy', { ...ROLE, PolicyName: 'inline', PolicyDocument: ALLOW }],
    ['GetRolePolicy', { ...ROLE, PolicyName: 'inline' }, { expect: { PolicyName: 'inline' } }],
    ['ListRolePolicies', ROLE, { expect: { 'PolicyNames.0': 'inline' } }],
    ['AttachRolePolicy', { ...ROLE, PolicyArn: CORE }],
    ['ListAttachedRolePolicies', ROLE, { expect: { 'AttachedPolicies.0.PolicyArn': CORE } }],
    ['GetPolicy', { PolicyArn: CORE }, { save: { policyVersion: 'Policy.DefaultVersionId' } }],
    ['GetPolicyVersion', { PolicyArn: CORE, VersionId: '<policyVersion>' }],
    ['ListPolicies', { Scope: 'AWS', MaxItems: 1 }],
    ['CreateInstanceProfile', { ...PROFILE, Tags: [{ Key: 'a', Value: 'b' }] }, { save: { profileArn: 'InstanceProfile.Arn' } }],
    ['TagInstanceProfile', { ...PROFILE, Tags: [{ Key: 'c', Value: 'd' }] }],
    ['AddRoleToInstanceProfile', { ...PROFILE, ...ROLE }],
    ['GetInstanceProfile', PROFILE, { expect: { 'InstanceProfile.Roles.0.RoleName': '<run>-role' } }],
    ['ListInstanceProfiles', { PathPrefix: '/' }],
    ['ListInstanceProfilesForRole', ROLE, { expect: { 'InstanceProfiles.0.InstanceProfileName': '<run>-profile' } }],
    ['GetUser', {}],
    ['DeleteRole', ROLE, { error: 'DeleteConflict' }],
  ]),
  ...steps('sts', [
    ['GetCallerIdentity', {}, { save: { account: 'Account' } }],
    ['AssumeRole', { RoleArn: '<roleArn>', RoleSessionName: 'scenario', DurationSeconds: 900 }, { expect: { 'AssumedRoleUser.Arn': 'arn:aws:sts::<account>:assumed-role/<run>-role/scenario' } }],
    ['AssumeRole', { RoleArn: '<roleArn>', RoleSessionName: 'no spaces' }, { error: 'ValidationError' }],
  ]),
];

const USER = { UserName: '<run>-user' };
const GROUP = { GroupName: '<run>-group' };
const OWN = { PolicyArn: '<ownPolicy>' };

export const iamIdentities = [
  ...steps('iam', [
    ['CreateUser', { ...USER, Path: '/scenario/', Tags: [{ Key: 'a', Value: 'b' }] }, { save: { userArn: 'User.Arn' } }],
    ['CreateUser', USER, { error: 'EntityAlreadyExists' }],
    ['GetUser', USER, { expect: { 'User.Arn': '<userArn>' } }],
    ['ListUsers', { PathPrefix: '/scenario/' }, { expect: { 'Users.0.Arn': '<userArn>' } }],
    ['TagUser', { ...USER, Tags: [{ Key: 'c', Value: '' }] }],
    ['UntagUser', { ...USER, TagKeys: ['a'] }],
    ['ListUserTags', USER, { expect: { 'Tags.0.Key': 'c' } }],
    ['CreateAccessKey', USER, { save: { key: 'AccessKey.AccessKeyId' } }],
    ['ListAccessKeys', USER, { expect: { 'AccessKeyMetadata.0.AccessKeyId': '<key>' } }],
    ['UpdateAccessKey', { ...USER, AccessKeyId: '<key>', Status: 'Inactive' }],
    ['CreatePolicy', { PolicyName: '<run>-policy', PolicyDocument: ALLOW, Description: 'of the scenario', Tags: [{ Key: 'a', Value: 'b' }] }, { save: { ownPolicy: 'Policy.Arn' } }],
    ['CreatePolicyVersion', { ...OWN, PolicyDocument: ALLOW }, { expect: { 'PolicyVersion.VersionId': 'v2' } }],
    ['ListPolicyVersions', OWN, { expect: { 'Versions.0.VersionId': 'v2' } }],
    ['SetDefaultPolicyVersion', { ...OWN, VersionId: 'v2' }],
    ['DeletePolicyVersion', { ...OWN, VersionId: 'v2' }, { error: 'DeleteConflict' }],
    ['DeletePolicyVersion', { ...OWN, VersionId: 'v1' }],
    ['TagPolicy', { ...OWN, Tags: [{ Key: 'c', Value: '' }] }],
    ['UntagPolicy', { ...OWN, TagKeys: ['a'] }],
    ['ListPolicyTags', OWN, { expect: { 'Tags.0.Key': 'c' } }],
    ['CreateGroup', GROUP],
    ['AddUserToGroup', { ...GROUP, ...USER }],
    ['GetGroup', GROUP, { expect: { 'Users.0.Arn': '<userArn>' } }],
    ['ListGroups', {}],
    ['ListGroupsForUser', USER, { expect: { 'Groups.0.GroupName': '<run>-group' } }],
    ['AttachUserPolicy', { ...USER, ...OWN }],
    ['AttachGroupPolicy', { ...GROUP, ...OWN }],
    ['ListAttachedUserPolicies', USER, { expect: { 'AttachedPolicies.0.PolicyArn': '<ownPolicy>' } }],
    ['ListAttachedGroupPolicies', GROUP, { expect: { 'AttachedPolicies.0.PolicyArn': '<ownPolicy>' } }],
    ['ListEntitiesForPolicy', OWN, { expect: { 'PolicyUsers.0.UserName': '<run>-user', 'PolicyGroups.0.GroupName': '<run>-group' } }],
    ['PutUserPolicy', { ...USER, PolicyName: 'inline', PolicyDocument: ALLOW }],
    ['PutGroupPolicy', { ...GROUP, PolicyName: 'inline', PolicyDocument: ALLOW }],
    ['GetUserPolicy', { ...USER, PolicyName: 'inline' }, { expect: { PolicyName: 'inline' } }],
    ['GetGroupPolicy', { ...GROUP, PolicyName: 'inline' }, { expect: { PolicyName: 'inline' } }],
    ['ListUserPolicies', USER, { expect: { 'PolicyNames.0': 'inline' } }],
    ['ListGroupPolicies', GROUP, { expect: { 'PolicyNames.0': 'inline' } }],
    ['PutUserPermissionsBoundary', { ...USER, PermissionsBoundary: '<ownPolicy>' }],
    ['PutRolePermissionsBoundary', { ...ROLE, PermissionsBoundary: '<ownPolicy>' }],
    ['SimulatePrincipalPolicy', { PolicySourceArn: '<userArn>', ActionNames: ['ec2:DescribeVpcs', 's3:GetObject'] }, { expect: { 'EvaluationResults.0.EvalDecision': 'allowed', 'EvaluationResults.1.EvalDecision': 'implicitDeny' } }],
    ['SimulateCustomPolicy', { PolicyInputList: [ALLOW], ActionNames: ['ec2:DescribeVpcs'] }, { expect: { 'EvaluationResults.0.EvalDecision': 'allowed' } }],
    ['GetContextKeysForPrincipalPolicy', { PolicySourceArn: '<userArn>' }],
    ['GetContextKeysForCustomPolicy', { PolicyInputList: [ALLOW] }],
    ['UpdateRole', { ...ROLE, Description: 'another', MaxSessionDuration: 3600 }],
    ['UpdateRoleDescription', { ...ROLE, Description: 'a third' }, { expect: { 'Role.Description': 'a third' } }],
    ['ListSSHPublicKeys', USER],
    ['ListMFADevices', USER],
    ['ListSigningCertificates', USER],
    ['ListServiceSpecificCredentials', USER],
    ['ListVirtualMFADevices', { AssignmentStatus: 'Assigned' }],
    ['GetLoginProfile', USER, { error: 'NoSuchEntity' }],
    ['DeleteLoginProfile', USER, { error: 'NoSuchEntity' }],
    ['DeleteUserPermissionsBoundary', USER],
    ['DeleteRolePermissionsBoundary', ROLE],
    ['DeleteUserPolicy', { ...USER, PolicyName: 'inline' }],
    ['DeleteGroupPolicy', { ...GROUP, PolicyName: 'inline' }],
    ['DetachUserPolicy', { ...USER, ...OWN }],
    ['DetachGroupPolicy', { ...GROUP, ...OWN }],
    ['DeleteGroup', GROUP, { error: 'DeleteConflict' }],
    ['RemoveUserFromGroup', { ...GROUP, ...USER }],
    ['DeleteGroup', GROUP],
    ['DeleteUser', USER, { error: 'DeleteConflict' }],
    ['DeleteAccessKey', { ...USER, AccessKeyId: '<key>' }],
    ['DeleteUser', USER],
    ['DeletePolicy', OWN],
  ]),
  ...steps('sts', [
    ['GetSessionToken', { DurationSeconds: 900 }, { save: { temporary: 'Credentials.AccessKeyId' } }],
    ['GetAccessKeyInfo', { AccessKeyId: 'AKIANOBODYSKEYATALL2' }, { error: 'InvalidClientTokenId' }],
  ]),
];

export const iamLast = steps('iam', [
  ['RemoveRoleFromInstanceProfile', { ...PROFILE, ...ROLE }],
  ['DeleteInstanceProfile', PROFILE],
  ['DetachRolePolicy', { ...ROLE, PolicyArn: CORE }],
  ['DeleteRolePolicy', { ...ROLE, PolicyName: 'inline' }],
  ['DeleteRole', ROLE],
]);
