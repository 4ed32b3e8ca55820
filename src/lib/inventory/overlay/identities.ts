/** Instance profiles, roles and their policies laid over a snapshot. Pure. */
import { edited, known, type Outlook, withDoubt } from './outlook.js';
import { differs, hasLater, knownList, knownText, LATER, laterText, type ResourceChange, structuresOf, textOf, type Values } from './resource-change.js';
import type { PolicyText, Snapshot, SnapshotRole } from '../snapshot/snapshot.js';

const withRole = (snapshot: Snapshot, roleName: string, over: (role: SnapshotRole) => Partial<SnapshotRole> | null): Snapshot => ({
  ...snapshot,
  profiles: snapshot.profiles.map((profile) => holding(profile, roleName, over)),
  hostManagement: snapshot.hostManagement === null ? null : holding(snapshot.hostManagement, roleName, over),
});

/** What holds the role, with another; what holds none of that name as it is. */
const holding = <T extends { readonly role: SnapshotRole | null }>(holder: T, roleName: string, over: (role: SnapshotRole) => Partial<SnapshotRole> | null): T => {
  if (holder.role?.roleName !== roleName) return holder;
  const now = over(holder.role);
  return { ...holder, role: now === null ? null : { ...holder.role, ...now } };
};

/** The roles that instances may get. */
const rolesOf = ({ profiles, hostManagement }: Snapshot): SnapshotRole[] => [...profiles, ...(hostManagement === null ? [] : [hostManagement])].flatMap(({ role }) => (role === null ? [] : [role]));

const hasRole = (snapshot: Snapshot, roleName: string): boolean => rolesOf(snapshot).some((role) => role.roleName === roleName);

/** A document in the template's form or as text. */
const documentText = (document: unknown): string => (typeof document === 'string' ? document : JSON.stringify(document));

export function layInstanceProfile(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, physicalId, replacement, logicalId, after } = change;
  if (physicalId === undefined) return outlook;
  if (action === 'Remove') return known(outlook, (snapshot) => ({ ...snapshot, profiles: snapshot.profiles.filter((profile) => profile.name !== physicalId) }));
  if (replacement === 'True') return withDoubt(outlook, physicalId, `${logicalId} (${physicalId}) is replaced`);
  if (!differs(change, 'Roles')) return outlook;
  const roles = knownList(after, 'Roles');
  if (roles === LATER) return withDoubt(outlook, physicalId, laterText(change, 'Roles'));
  const role = outlook.least.profiles.find((profile) => profile.role?.roleName === roles[0])?.role ?? undefined;
  if (roles.length > 0 && role === undefined) return withDoubt(outlook, physicalId, `${logicalId}: the role ${roles[0] ?? ''} is not in the snapshot`);
  return known(outlook, (snapshot) => ({ ...snapshot, profiles: edited(snapshot.profiles, (profile) => profile.name === physicalId, (profile) => ({ ...profile, role: role ?? null })) }));
}

export function layRole(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, physicalId, replacement, logicalId } = change;
  if (physicalId === undefined || !hasRole(outlook.least, physicalId)) return outlook;
  if (action === 'Remove') return known(outlook, (snapshot) => withRole(snapshot, physicalId, () => null));
  if (replacement === 'True') return withDoubt(outlook, physicalId, `${logicalId} (${physicalId}) is replaced`);
  return [managed, inline, trust, boundary].reduce((laid, lay) => lay(laid, change, physicalId), outlook);
}

function managed(outlook: Outlook, change: ResourceChange, roleName: string): Outlook {
  if (!differs(change, 'ManagedPolicyArns')) return outlook;
  const [old, now] = [knownList(change.before, 'ManagedPolicyArns'), knownList(change.after, 'ManagedPolicyArns')] as const;
  if (old === LATER || now === LATER) return withDoubt(outlook, roleName, laterText(change, 'ManagedPolicyArns'));
  const removed = known(outlook, (snapshot) => withRole(snapshot, roleName, ({ policies }) => ({ policies: policies.filter(({ arn }) => arn === null || !old.includes(arn) || now.includes(arn)) })));
  return now.filter((arn) => !old.includes(arn)).reduce((laid, arn) => attach(laid, roleName, arn, change), removed);
}

/** A managed policy whose document another role has brought into the snapshot; else nobody knows here what it allows. */
function attach(outlook: Outlook, roleName: string, arn: string, { logicalId }: ResourceChange): Outlook {
  const policy = rolesOf(outlook.least).flatMap(({ policies }) => policies).find((each) => each.arn === arn);
  if (policy === undefined) return withDoubt(outlook, roleName, `${logicalId}: what ${arn} allows is not in the snapshot`);
  return known(outlook, (snapshot) => withRole(snapshot, roleName, ({ policies }) => ({ policies: policies.some((each) => each.arn === arn) ? policies : [...policies, policy] })));
}

function inline(outlook: Outlook, change: ResourceChange, roleName: string): Outlook {
  if (!differs(change, 'Policies')) return outlook;
  const [old, now] = [structuresOf(change.before, 'Policies'), structuresOf(change.after, 'Policies')] as const;
  if (old === LATER || now === LATER || hasLater(change.after?.['Policies'])) return withDoubt(outlook, roleName, laterText(change, 'Policies'));
  const names = new Set([...old, ...now].flatMap((policy) => knownText(policy, 'PolicyName') ?? []));
  const fresh = now.map(({ PolicyName, PolicyDocument }): PolicyText => ({ name: String(PolicyName), arn: null, document: documentText(PolicyDocument) }));
  return known(outlook, (snapshot) => withRole(snapshot, roleName, ({ policies }) => ({ policies: [...policies.filter(({ name, arn }) => arn !== null || !names.has(name)), ...fresh] })));
}

function trust(outlook: Outlook, change: ResourceChange, roleName: string): Outlook {
  if (!differs(change, 'AssumeRolePolicyDocument')) return outlook;
  const document = change.after?.['AssumeRolePolicyDocument'];
  return hasLater(document) ? withDoubt(outlook, roleName, laterText(change, 'AssumeRolePolicyDocument')) : known(outlook, (snapshot) => withRole(snapshot, roleName, () => ({ trust: documentText(document) })));
}

function boundary(outlook: Outlook, change: ResourceChange, roleName: string): Outlook {
  if (!differs(change, 'PermissionsBoundary')) return outlook;
  const arn = textOf(change.after, 'PermissionsBoundary');
  if (arn === undefined) return known(outlook, (snapshot) => withRole(snapshot, roleName, () => ({ boundary: null })));
  return withDoubt(outlook, roleName, arn === LATER ? laterText(change, 'PermissionsBoundary') : `${change.logicalId}: what the boundary ${arn} allows is not in the snapshot`);
}

/** An inline policy by itself: AWS::IAM::Policy names its roles, AWS::IAM::RolePolicy its one. */
export function layInlinePolicy(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, before, after } = change;
  const rolesOf = (values: Values | undefined): readonly string[] | typeof LATER => (values?.['RoleName'] === undefined ? knownList(values, 'Roles') : knownList(values, 'RoleName'));
  const [old, now] = [action === 'Add' ? [] : rolesOf(before), action === 'Remove' ? [] : rolesOf(after)] as const;
  const removed = old === LATER ? outlook : old.reduce((laid, roleName) => known(laid, (snapshot) => withRole(snapshot, roleName, ({ policies }) => ({ policies: policies.filter(({ name, arn }) => arn !== null || name !== knownText(before, 'PolicyName')) }))), outlook);
  if (now === LATER) return (old === LATER || old.length === 0 ? [null] : old).reduce((laid: Outlook, roleName) => withDoubt(laid, roleName, laterText(change, 'which roles it is for')), removed);
  const [name, document] = [textOf(after, 'PolicyName'), after?.['PolicyDocument']] as const;
  return now.filter((roleName) => hasRole(outlook.least, roleName)).reduce((laid, roleName) => {
    if (typeof name !== 'string' || hasLater(document)) return withDoubt(laid, roleName, laterText(change, 'PolicyDocument'));
    return known(laid, (snapshot) => withRole(snapshot, roleName, ({ policies }) => ({ policies: [...policies, { name, arn: null, document: documentText(document) }] })));
  }, removed);
}

/** A managed policy of one's own; its physical id is its ARN. */
export function layManagedPolicy(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, physicalId, replacement, logicalId, after } = change;
  const holders = rolesOf(outlook.least).flatMap(({ roleName, policies }) => (physicalId !== undefined && policies.some(({ arn }) => arn === physicalId) ? [roleName] : []));
  if (physicalId !== undefined && action === 'Remove') return holders.reduce((laid, name) => known(laid, (snapshot) => withRole(snapshot, name, ({ policies }) => ({ policies: policies.filter(({ arn }) => arn !== physicalId) }))), outlook);
  if (action === 'Add' || replacement === 'True') {
    const roles = knownList(after, 'Roles');
    const named = roles === LATER ? [null] : roles.filter((name) => hasRole(outlook.least, name));
    return [...holders, ...named].reduce((laid: Outlook, name) => withDoubt(laid, name, `${logicalId} is ${action === 'Add' ? 'new' : 'replaced'}: what roles have of it is known only after the change`), outlook);
  }
  const document = after?.['PolicyDocument'];
  const text = !differs(change, 'PolicyDocument') ? undefined : hasLater(document) ? LATER : documentText(document);
  const moved = differs(change, 'Roles') ? [...holders, ...(knownList(after, 'Roles') === LATER ? [] : (knownList(after, 'Roles') as readonly string[]))].filter((name) => hasRole(outlook.least, name)) : [];
  const doubted = moved.reduce((laid, name) => withDoubt(laid, name, `${logicalId}: which roles have it changes`), outlook);
  if (text === undefined) return doubted;
  return holders.reduce((laid, name) => (text === LATER
    ? withDoubt(laid, name, laterText(change, 'PolicyDocument'))
    : known(laid, (snapshot) => withRole(snapshot, name, ({ policies }) => ({ policies: edited(policies, ({ arn }) => arn === physicalId, (policy) => ({ ...policy, document: text })) })))), doubted);
}
