/** AWS Identity and Access Management as the lab and other people's tools need it: roles, users, groups, keys, policies, profiles. */
import type { Service } from '../../endpoint/operation.js';
import { GROUP, ROLE, USER } from './holders.js';
import { createAccountAlias, deleteAccountAlias, listAccountAliases } from './operations/account-alias.js';
import { addRoleToInstanceProfile } from './operations/add-role-to-instance-profile.js';
import { attachPolicy } from './operations/attach-policy.js';
import { createAccessKey } from './operations/create-access-key.js';
import { createGroup } from './operations/create-group.js';
import { createInstanceProfile } from './operations/create-instance-profile.js';
import { createPolicyVersion } from './operations/create-policy-version.js';
import { createPolicy } from './operations/create-policy.js';
import { createRole } from './operations/create-role.js';
import { createUser } from './operations/create-user.js';
import { deleteAccessKey } from './operations/delete-access-key.js';
import { deleteGroup } from './operations/delete-group.js';
import { deleteInlinePolicy } from './operations/delete-inline-policy.js';
import { deleteInstanceProfile } from './operations/delete-instance-profile.js';
import { deletePolicyVersion } from './operations/delete-policy-version.js';
import { deletePolicy } from './operations/delete-policy.js';
import { deleteRole } from './operations/delete-role.js';
import { deleteUser } from './operations/delete-user.js';
import { detachPolicy } from './operations/detach-policy.js';
import { getContextKeysForCustomPolicy, getContextKeysForPrincipalPolicy } from './operations/get-context-keys.js';
import { getGroup } from './operations/get-group.js';
import { getInlinePolicy } from './operations/get-inline-policy.js';
import { getInstanceProfile } from './operations/get-instance-profile.js';
import { getPolicyVersion } from './operations/get-policy-version.js';
import { getPolicy } from './operations/get-policy.js';
import { getRole } from './operations/get-role.js';
import { getUser } from './operations/get-user.js';
import { addUserToGroup, removeUserFromGroup } from './operations/group-members.js';
import { listAccessKeys } from './operations/list-access-keys.js';
import { listAttachedPolicies } from './operations/list-attached-policies.js';
import { listEntitiesForPolicy } from './operations/list-entities-for-policy.js';
import { listGroups, listGroupsForUser } from './operations/list-groups.js';
import { listInlinePolicies } from './operations/list-inline-policies.js';
import { listInstanceProfilesForRole } from './operations/list-instance-profiles-for-role.js';
import { listInstanceProfiles } from './operations/list-instance-profiles.js';
import { listPolicies } from './operations/list-policies.js';
import { listPolicyVersions } from './operations/list-policy-versions.js';
import { listRoles } from './operations/list-roles.js';
import { listUsers } from './operations/list-users.js';
import { addClientId, createOidcProvider, deleteOidcProvider, getOidcProvider, listOidcProviders, listOidcProviderTags, removeClientId, tagOidcProvider, untagOidcProvider, updateThumbprint } from './operations/oidc-providers.js';
import { createVirtualMfaDevice, deactivateMfaDevice, deleteVirtualMfaDevice, enableMfaDevice, listMfaDevices, listMfaDeviceTags, listVirtualMfaDevices, tagMfaDevice, untagMfaDevice } from './operations/mfa-devices.js';
import { listServiceSpecificCredentials, listSigningCertificates, listSshPublicKeys, noLoginProfile } from './operations/other-credentials.js';
import { deletePermissionsBoundary, putPermissionsBoundary } from './operations/permissions-boundary.js';
import { putInlinePolicy } from './operations/put-inline-policy.js';
import { removeRoleFromInstanceProfile } from './operations/remove-role-from-instance-profile.js';
import { setDefaultPolicyVersion } from './operations/set-default-policy-version.js';
import { simulateCustomPolicy } from './operations/simulate-custom-policy.js';
import { simulatePrincipalPolicy } from './operations/simulate-principal-policy.js';
import { listHolderTags, tagHolder, untagHolder } from './operations/tag-holder.js';
import { tagInstanceProfile } from './operations/tag-instance-profile.js';
import { listPolicyTags, tagPolicy, untagPolicy } from './operations/tag-policy.js';
import { updateAccessKey } from './operations/update-access-key.js';
import { updateAssumeRolePolicy } from './operations/update-assume-role-policy.js';
import { updateRole, updateRoleDescription } from './operations/update-role.js';

export { findInstanceProfile, policiesOfRole, roleForInstanceProfile, roleIdOf, userKeys } from './lookup.js';
export { instanceProfiles, roles, type InstanceProfileRecord, type RoleRecord } from './records.js';

export const iam: Service = {
  name: 'iam',
  protocol: 'query',
  version: '2010-05-08',
  xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  global: true,
  operations: {
    AddClientIDToOpenIDConnectProvider: addClientId,
    AddRoleToInstanceProfile: addRoleToInstanceProfile,
    AddUserToGroup: addUserToGroup,
    AttachGroupPolicy: attachPolicy(GROUP),
    AttachRolePolicy: attachPolicy(ROLE),
    AttachUserPolicy: attachPolicy(USER),
    CreateAccessKey: createAccessKey,
    CreateAccountAlias: createAccountAlias,
    CreateGroup: createGroup,
    CreateInstanceProfile: createInstanceProfile,
    CreateOpenIDConnectProvider: createOidcProvider,
    CreatePolicy: createPolicy,
    CreatePolicyVersion: createPolicyVersion,
    CreateRole: createRole,
    CreateUser: createUser,
    CreateVirtualMFADevice: createVirtualMfaDevice,
    DeactivateMFADevice: deactivateMfaDevice,
    DeleteAccessKey: deleteAccessKey,
    DeleteAccountAlias: deleteAccountAlias,
    DeleteGroup: deleteGroup,
    DeleteGroupPolicy: deleteInlinePolicy(GROUP),
    DeleteInstanceProfile: deleteInstanceProfile,
    DeleteLoginProfile: noLoginProfile,
    DeleteOpenIDConnectProvider: deleteOidcProvider,
    DeletePolicy: deletePolicy,
    DeletePolicyVersion: deletePolicyVersion,
    DeleteRole: deleteRole,
    DeleteRolePermissionsBoundary: deletePermissionsBoundary(ROLE),
    DeleteRolePolicy: deleteInlinePolicy(ROLE),
    DeleteUser: deleteUser,
    DeleteUserPermissionsBoundary: deletePermissionsBoundary(USER),
    DeleteUserPolicy: deleteInlinePolicy(USER),
    DeleteVirtualMFADevice: deleteVirtualMfaDevice,
    DetachGroupPolicy: detachPolicy(GROUP),
    DetachRolePolicy: detachPolicy(ROLE),
    DetachUserPolicy: detachPolicy(USER),
    EnableMFADevice: enableMfaDevice,
    GetContextKeysForCustomPolicy: getContextKeysForCustomPolicy,
    GetContextKeysForPrincipalPolicy: getContextKeysForPrincipalPolicy,
    GetGroup: getGroup,
    GetGroupPolicy: getInlinePolicy(GROUP),
    GetInstanceProfile: getInstanceProfile,
    GetLoginProfile: noLoginProfile,
    GetOpenIDConnectProvider: getOidcProvider,
    GetPolicy: getPolicy,
    GetPolicyVersion: getPolicyVersion,
    GetRole: getRole,
    GetRolePolicy: getInlinePolicy(ROLE),
    GetUser: getUser,
    GetUserPolicy: getInlinePolicy(USER),
    ListAccessKeys: listAccessKeys,
    ListAccountAliases: listAccountAliases,
    ListAttachedGroupPolicies: listAttachedPolicies(GROUP),
    ListAttachedRolePolicies: listAttachedPolicies(ROLE),
    ListAttachedUserPolicies: listAttachedPolicies(USER),
    ListEntitiesForPolicy: listEntitiesForPolicy,
    ListGroupPolicies: listInlinePolicies(GROUP),
    ListGroups: listGroups,
    ListGroupsForUser: listGroupsForUser,
    ListInstanceProfiles: listInstanceProfiles,
    ListInstanceProfilesForRole: listInstanceProfilesForRole,
    ListMFADevices: listMfaDevices,
    ListMFADeviceTags: listMfaDeviceTags,
    ListOpenIDConnectProviders: listOidcProviders,
    ListOpenIDConnectProviderTags: listOidcProviderTags,
    ListPolicies: listPolicies,
    ListPolicyTags: listPolicyTags,
    ListPolicyVersions: listPolicyVersions,
    ListRolePolicies: listInlinePolicies(ROLE),
    ListRoles: listRoles,
    ListRoleTags: listHolderTags(ROLE),
    ListServiceSpecificCredentials: listServiceSpecificCredentials,
    ListSigningCertificates: listSigningCertificates,
    ListSSHPublicKeys: listSshPublicKeys,
    ListUserPolicies: listInlinePolicies(USER),
    ListUsers: listUsers,
    ListUserTags: listHolderTags(USER),
    ListVirtualMFADevices: listVirtualMfaDevices,
    PutGroupPolicy: putInlinePolicy(GROUP),
    PutRolePermissionsBoundary: putPermissionsBoundary(ROLE),
    PutRolePolicy: putInlinePolicy(ROLE),
    PutUserPermissionsBoundary: putPermissionsBoundary(USER),
    PutUserPolicy: putInlinePolicy(USER),
    RemoveClientIDFromOpenIDConnectProvider: removeClientId,
    RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile,
    RemoveUserFromGroup: removeUserFromGroup,
    SetDefaultPolicyVersion: setDefaultPolicyVersion,
    SimulateCustomPolicy: simulateCustomPolicy,
    SimulatePrincipalPolicy: simulatePrincipalPolicy,
    TagInstanceProfile: tagInstanceProfile,
    TagMFADevice: tagMfaDevice,
    TagOpenIDConnectProvider: tagOidcProvider,
    TagPolicy: tagPolicy,
    TagRole: tagHolder(ROLE),
    TagUser: tagHolder(USER),
    UntagMFADevice: untagMfaDevice,
    UntagOpenIDConnectProvider: untagOidcProvider,
    UntagPolicy: untagPolicy,
    UntagRole: untagHolder(ROLE),
    UntagUser: untagHolder(USER),
    UpdateAccessKey: updateAccessKey,
    UpdateAssumeRolePolicy: updateAssumeRolePolicy,
    UpdateOpenIDConnectProviderThumbprint: updateThumbprint,
    UpdateRole: updateRole,
    UpdateRoleDescription: updateRoleDescription,
  },
};
