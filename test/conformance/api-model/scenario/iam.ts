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

export const iamLast = steps('iam', [
  ['RemoveRoleFromInstanceProfile', { ...PROFILE, ...ROLE }],
  ['DeleteInstanceProfile', PROFILE],
  ['DetachRolePolicy', { ...ROLE, PolicyArn: CORE }],
  ['DeleteRolePolicy', { ...ROLE, PolicyName: 'inline' }],
  ['DeleteRole', ROLE],
]);
