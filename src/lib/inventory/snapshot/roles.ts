/** Instance profiles and host management with their roles and all policies of those: a round of calls for each step, each profile, role and managed policy once. */
import { attachedPolicies, boundaryOfRole, defaultVersion, inlinePolicies, inlinePolicy, policyVersion, type NamedRole, roleNamed, roleOfProfile } from '../../aws/iam.js';
import { forEachOf } from '../../aws/pages.js';
import { hostManagementRole } from '../../aws/ssm.js';
import type { Target } from '../../target/target.js';
import type { Attempts } from './attempts.js';
import type { HostManagement, PolicyText, SnapshotProfile, SnapshotRole } from './snapshot.js';

interface RoleParts {
  readonly boundary: string | undefined;
  readonly managed: readonly string[];
  readonly inline: readonly PolicyText[];
}

/** The profiles of these names. One that does not exist, or may not be read, is not among them. */
export async function readProfiles(target: Target, names: readonly string[], { attempt }: Attempts): Promise<SnapshotProfile[]> {
  const found = await forEachOf(names, async (name) => ({ name, role: await attempt('instanceProfiles', 'iam:GetInstanceProfile', () => roleOfProfile(target, name), undefined) }));
  const roles = new Map(found.flatMap(({ role }) => (role === undefined || role === null ? [] : [[role.roleName, role] as const])));
  const whole = await wholeRoles(target, [...roles.values()], { attempt });
  return found.flatMap(({ name, role }) => (role === undefined ? [] : [{ name, role: role === null ? null : (whole.get(role.roleName) ?? null) }]));
}

/** Default Host Management with its role; null where it is off, or may not be asked for. */
export async function readHostManagement(target: Target, { attempt }: Pick<Attempts, 'attempt'>): Promise<HostManagement | null> {
  const roleName = await attempt('hostManagement', 'ssm:GetServiceSetting', () => hostManagementRole(target), null);
  if (roleName === null) return null;
  // The setting names it with its path, IAM's calls without.
  const role = await attempt('roles', 'iam:GetRole', () => roleNamed(target, roleName.split('/').at(-1) ?? roleName), undefined);
  return { roleName, role: role === undefined ? null : ((await wholeRoles(target, [role], { attempt })).get(role.roleName) ?? null) };
}

/** With all their policies, by name. */
async function wholeRoles(target: Target, roles: readonly NamedRole[], { attempt }: Pick<Attempts, 'attempt'>): Promise<ReadonlyMap<string, SnapshotRole>> {
  const parts = new Map(await forEachOf(roles, async ({ roleName }) => [roleName, await partsOf(target, roleName, { attempt })] as const));
  const arns = new Set([...parts.values()].flatMap(({ managed, boundary }) => [...managed, ...(boundary === undefined ? [] : [boundary])]));
  const documents = new Map(await forEachOf([...arns], async (arn) => [arn, await managedPolicy(target, arn, { attempt })] as const));
  return new Map(roles.map((role) => [role.roleName, roleWith(role, parts.get(role.roleName), documents)]));
}

async function partsOf(target: Target, roleName: string, { attempt }: Pick<Attempts, 'attempt'>): Promise<RoleParts> {
  const inlineOf = async (): Promise<PolicyText[]> => {
    const names = await attempt('roles', 'iam:ListRolePolicies', () => inlinePolicies(target, roleName), []);
    const read = await forEachOf(names, (name) => attempt<PolicyText | undefined>('roles', 'iam:GetRolePolicy', async () => ({ name, arn: null, document: await inlinePolicy(target, roleName, name) }), undefined));
    return read.filter((policy) => policy !== undefined);
  };
  const [boundary, managed, inline] = await Promise.all([
    attempt('roles', 'iam:GetRole', () => boundaryOfRole(target, roleName), undefined),
    attempt('roles', 'iam:ListAttachedRolePolicies', () => attachedPolicies(target, roleName), []),
    inlineOf(),
  ]);
  return { boundary, managed, inline };
}

/** Null when it is gone, undefined when it may not be read. */
async function managedPolicy(target: Target, arn: string, { attempt }: Pick<Attempts, 'attempt'>): Promise<PolicyText | null | undefined> {
  const version = await attempt('roles', 'iam:GetPolicy', async () => (await defaultVersion(target, arn)) ?? null, undefined);
  if (version === undefined || version === null) return version;
  return attempt<PolicyText | undefined>('roles', 'iam:GetPolicyVersion', async () => ({ name: arn.split('/').at(-1) ?? arn, arn, document: await policyVersion(target, arn, version) }), undefined);
}

/** A boundary that is gone allows nothing. */
const NOTHING = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}';

/** One that may not be read is null as one that is not there: what was refused says that it is not so. */
function boundaryWith(arn: string, read: PolicyText | null | undefined): PolicyText | null {
  return read === null ? { name: arn.split('/').at(-1) ?? arn, arn, document: NOTHING } : (read ?? null);
}

function roleWith(role: NamedRole, parts: RoleParts | undefined, documents: ReadonlyMap<string, PolicyText | null | undefined>): SnapshotRole {
  const { boundary, managed = [], inline = [] } = parts ?? {};
  return {
    ...role,
    policies: [...managed.flatMap((arn) => documents.get(arn) ?? []), ...inline],
    boundary: boundary === undefined ? null : boundaryWith(boundary, documents.get(boundary)),
  };
}
