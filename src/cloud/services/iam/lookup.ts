/** What other services ask of IAM: which role an instance profile gives, and what the policies of an identity say. */
import type { Reader } from '../../state/store.js';
import { findPolicy } from './policies.js';
import { readPolicy } from './read-policy.js';
import type { NamedPolicy } from '../../../lib/policy/evaluate.js';
import { accessKeys, groups, instanceProfiles, roles, users, type InstanceProfileRecord, type PolicyHolder, type RoleRecord, type UserRecord } from './records.js';

/** An instance profile by name or ARN. */
export function findInstanceProfile(reader: Reader, nameOrArn: string): InstanceProfileRecord | undefined {
  if (!nameOrArn.startsWith('arn:')) return reader.get(instanceProfiles, nameOrArn);
  return reader.list(instanceProfiles).find((profile) => profile.arn === nameOrArn);
}

/** The role in an instance profile; undefined when there is no such profile or no role in it. */
export function roleForInstanceProfile(reader: Reader, nameOrArn: string): RoleRecord | undefined {
  const roleName = findInstanceProfile(reader, nameOrArn)?.roleName;
  return roleName === undefined ? undefined : reader.get(roles, roleName);
}

/** The role's present id, by which its keys are good (see keys/key-ring.ts). */
export function roleIdOf(reader: Reader, roleName: string): string | undefined {
  return reader.get(roles, roleName)?.roleId;
}

/** What the key ring asks of users. */
export function userKeys(reader: Reader): { readonly userOfKey: (accessKeyId: string) => (Pick<UserRecord, 'userName' | 'userId' | 'arn'> & { readonly secretAccessKey: string }) | undefined; readonly userIdOf: (userName: string) => string | undefined } {
  return {
    userOfKey: (accessKeyId) => {
      const key = reader.get(accessKeys, accessKeyId);
      const user = key?.status === 'Active' ? reader.get(users, key.userName) : undefined;
      return key === undefined || user === undefined ? undefined : { userName: user.userName, userId: user.userId, arn: user.arn, secretAccessKey: key.secretAccessKey };
    },
    userIdOf: (userName) => reader.get(users, userName)?.userId,
  };
}

/** All identity policies of a role, managed and inline; none for an unknown role. */
export function policiesOfRole(reader: Reader, roleName: string): NamedPolicy[] {
  return policiesOf(reader, reader.get(roles, roleName));
}

/** All identity policies of a user: its own and those of its groups. */
export function policiesOfUser(reader: Reader, userName: string): NamedPolicy[] {
  const user = reader.get(users, userName);
  if (user === undefined) return [];
  return [user, ...reader.list(groups).filter((group) => group.members.includes(userName))].flatMap((holder) => policiesOf(reader, holder));
}

function policiesOf(reader: Reader, holder: PolicyHolder | undefined): NamedPolicy[] {
  if (holder === undefined) return [];
  return [
    ...holder.attachedPolicies.flatMap((arn) => managedByArn(reader, arn) ?? []),
    ...holder.inlinePolicies.map(({ policyName, document }) => ({ name: `inline policy ${policyName}`, document: readPolicy(document, 'identity') })),
  ];
}

/** The default version of a managed policy. */
export function managedByArn(reader: Reader, arn: string): NamedPolicy | undefined {
  const policy = findPolicy(reader, arn);
  const version = policy?.versions.find((each) => each.versionId === policy.defaultVersionId);
  return version === undefined ? undefined : { name: arn, document: readPolicy(version.document, 'identity') };
}
