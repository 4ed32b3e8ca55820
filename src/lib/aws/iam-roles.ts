/** IAM roles that the tool makes by itself: each with one inline policy. */
import type { ApiTarget } from './client.js';
import { awsCode } from './errors.js';
import { call, done, everyMember, noneWhenAbsent, required } from './iam.js';
import { textAt, type XmlElement } from './xml.js';

/** Name of the one inline policy. */
const ROLE_POLICY = 'only';

/** A role with one inline policy, in place of one that {@link createRole} made before under the name: perhaps by this very call, whose reply did not arrive. Returns its ARN. Throws as the SDK's clients here do. */
export async function createRole(target: ApiTarget, role: { readonly name: string; readonly description: string; readonly trust: object; readonly policy: object; readonly tags: Readonly<Record<string, string>> }): Promise<string> {
  const tags = Object.entries(role.tags).flatMap(([key, value], i) => [[`Tags.member.${i + 1}.Key`, key], [`Tags.member.${i + 1}.Value`, value]]);
  const create = (): Promise<XmlElement> => call(target, 'CreateRole', { RoleName: role.name, Description: role.description, AssumeRolePolicyDocument: JSON.stringify(role.trust), ...Object.fromEntries(tags) });
  const made = await create().catch(async (error: unknown) => {
    if (awsCode(error) !== 'EntityAlreadyExists') throw error;
    await deleteRole(target, role.name);
    return create();
  });
  await done(target, 'PutRolePolicy', { RoleName: role.name, PolicyName: ROLE_POLICY, PolicyDocument: JSON.stringify(role.policy) });
  return required(made, 'CreateRole', 'Role', 'Arn');
}

/** Deletes a role as {@link createRole} makes it; one that is not there is no error. */
export async function deleteRole(target: ApiTarget, RoleName: string): Promise<void> {
  await done(target, 'DeleteRolePolicy', { RoleName, PolicyName: ROLE_POLICY }).catch(noneWhenAbsent);
  await done(target, 'DeleteRole', { RoleName }).catch(noneWhenAbsent);
}

/** Names of all roles that begin so. */
export async function roleNames(target: ApiTarget, prefix: string): Promise<string[]> {
  return (await everyMember(target, 'ListRoles', {}, 'Roles')).flatMap((role) => textAt(role, 'RoleName') ?? []).filter((name) => name.startsWith(prefix));
}
