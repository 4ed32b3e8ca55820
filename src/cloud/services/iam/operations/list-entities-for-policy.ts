/** ListEntitiesForPolicy: the roles, users and groups that have it, or that it bounds. */
import type { Operation } from '../../../endpoint/operation.js';
import { oneOfOpt, str } from '../../../endpoint/input.js';
import { listReply, underPath } from '../pages.js';
import { requirePolicy } from '../policies.js';
import { groups, roles, users } from '../records.js';

export const listEntitiesForPolicy: Operation = (input, { globalState }) => {
  const { arn } = requirePolicy(globalState, str(input, 'PolicyArn'));
  const filter = oneOfOpt(input, 'EntityFilter', ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy']);
  const usage = oneOfOpt(input, 'PolicyUsageFilter', ['PermissionsPolicy', 'PermissionsBoundary']) ?? 'PermissionsPolicy';
  const under = underPath(input);
  const has = (holder: { readonly path: string; readonly attachedPolicies: readonly string[]; readonly permissionsBoundary?: string | undefined }): boolean =>
    under(holder) && (usage === 'PermissionsPolicy' ? holder.attachedPolicies.includes(arn) : holder.permissionsBoundary === arn);
  const wants = (kind: string): boolean => filter === undefined || filter === kind;
  const found = [
    ...(wants('Role') ? globalState.list(roles).filter(has).map((role) => ({ kind: 'PolicyRoles', shown: { RoleName: role.roleName, RoleId: role.roleId } })) : []),
    ...(wants('User') ? globalState.list(users).filter(has).map((user) => ({ kind: 'PolicyUsers', shown: { UserName: user.userName, UserId: user.userId } })) : []),
    ...(wants('Group') ? globalState.list(groups).filter(has).map((group) => ({ kind: 'PolicyGroups', shown: { GroupName: group.groupName, GroupId: group.groupId } })) : []),
  ];
  const { Entities, ...rest } = listReply('Entities', found, input, (each) => `${each.kind} ${JSON.stringify(each.shown)}`, (each) => each);
  const of = (kind: string) => (Entities as typeof found).filter((each) => each.kind === kind).map((each) => each.shown);
  return { PolicyGroups: of('PolicyGroups'), PolicyUsers: of('PolicyUsers'), PolicyRoles: of('PolicyRoles'), ...rest };
};
