/** AWS Identity and Access Management as the lab and its tools need it: roles, instance profiles, managed policies. */
import type { Service } from '../../endpoint/operation.js';
import { addRoleToInstanceProfile } from './operations/add-role-to-instance-profile.js';
import { attachRolePolicy } from './operations/attach-role-policy.js';
import { createInstanceProfile } from './operations/create-instance-profile.js';
import { createRole } from './operations/create-role.js';
import { deleteInstanceProfile } from './operations/delete-instance-profile.js';
import { deleteRolePolicy } from './operations/delete-role-policy.js';
import { deleteRole } from './operations/delete-role.js';
import { detachRolePolicy } from './operations/detach-role-policy.js';
import { getInstanceProfile } from './operations/get-instance-profile.js';
import { getPolicyVersion } from './operations/get-policy-version.js';
import { getPolicy } from './operations/get-policy.js';
import { getRolePolicy } from './operations/get-role-policy.js';
import { getRole } from './operations/get-role.js';
import { getUser } from './operations/get-user.js';
import { listAttachedRolePolicies } from './operations/list-attached-role-policies.js';
import { listInstanceProfilesForRole } from './operations/list-instance-profiles-for-role.js';
import { listInstanceProfiles } from './operations/list-instance-profiles.js';
import { listPolicies } from './operations/list-policies.js';
import { listRolePolicies } from './operations/list-role-policies.js';
import { listRoleTags } from './operations/list-role-tags.js';
import { listRoles } from './operations/list-roles.js';
import { putRolePolicy } from './operations/put-role-policy.js';
import { removeRoleFromInstanceProfile } from './operations/remove-role-from-instance-profile.js';
import { tagInstanceProfile } from './operations/tag-instance-profile.js';
import { tagRole } from './operations/tag-role.js';
import { untagRole } from './operations/untag-role.js';
import { updateAssumeRolePolicy } from './operations/update-assume-role-policy.js';

export { findInstanceProfile, policiesOfRole, roleForInstanceProfile, roleIdOf, userKeys } from './lookup.js';
export { instanceProfiles, roles, type InstanceProfileRecord, type RoleRecord } from './records.js';

export const iam: Service = {
  name: 'iam',
  protocol: 'query',
  version: '2010-05-08',
  xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  global: true,
  operations: {
    AddRoleToInstanceProfile: addRoleToInstanceProfile,
    AttachRolePolicy: attachRolePolicy,
    CreateInstanceProfile: createInstanceProfile,
    CreateRole: createRole,
    DeleteInstanceProfile: deleteInstanceProfile,
    DeleteRolePolicy: deleteRolePolicy,
    DeleteRole: deleteRole,
    DetachRolePolicy: detachRolePolicy,
    GetInstanceProfile: getInstanceProfile,
    GetPolicyVersion: getPolicyVersion,
    GetPolicy: getPolicy,
    GetRolePolicy: getRolePolicy,
    GetRole: getRole,
    GetUser: getUser,
    ListAttachedRolePolicies: listAttachedRolePolicies,
    ListInstanceProfilesForRole: listInstanceProfilesForRole,
    ListInstanceProfiles: listInstanceProfiles,
    ListPolicies: listPolicies,
    ListRolePolicies: listRolePolicies,
    ListRoleTags: listRoleTags,
    ListRoles: listRoles,
    PutRolePolicy: putRolePolicy,
    RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile,
    TagInstanceProfile: tagInstanceProfile,
    TagRole: tagRole,
    UntagRole: untagRole,
    UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  },
};
