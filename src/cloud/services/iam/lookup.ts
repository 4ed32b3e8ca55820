/** What other services ask of IAM: which role an instance profile gives, and what its policies say. */
import type { Reader } from '../../state/store.js';
import { managedPolicy } from './managed-policies.js';
import { parsePolicy } from './policy/document.js';
import type { NamedPolicy } from './policy/evaluate.js';
import { instanceProfiles, roles, type InstanceProfileRecord, type RoleRecord } from './records.js';

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

/** All identity policies of a role, managed and inline; none for an unknown role. */
export function policiesOfRole(reader: Reader, roleName: string): NamedPolicy[] {
  const role = reader.get(roles, roleName);
  if (role === undefined) return [];
  return [
    ...role.attachedPolicies.flatMap((arn) => {
      const policy = managedPolicy(arn);
      return policy === undefined ? [] : [{ name: arn, document: parsePolicy(policy.document, 'identity') }];
    }),
    ...role.inlinePolicies.map(({ policyName, document }) => ({ name: `inline policy ${policyName}`, document: parsePolicy(document, 'identity') })),
  ];
}
