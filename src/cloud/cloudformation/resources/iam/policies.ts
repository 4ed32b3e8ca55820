/** What IAM resource types share: policy documents as text; attached and inline policies of roles, users and groups moved from one set to another, and read. */
import { valueAt } from '../../../endpoint/input.js';
import type { Structure, Value } from '../../template/value.js';
import { liveDocument } from '../live.js';
import { replyList, replyText, structuresProperty, textProperty, unlessMissing, type ResourceScope } from '../resource-type.js';

/** What has policies. */
export type Holder = 'Role' | 'User' | 'Group';

/** The property of policies that lists their holders of a kind. */
export const HOLDERS: { readonly [property: string]: Holder } = { Roles: 'Role', Users: 'User', Groups: 'Group' };

export function documentText(document: Value | undefined): string {
  return typeof document === 'string' ? document : JSON.stringify(document ?? null);
}

export function textList(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Attaches and detaches managed policies so that the holder has those of `to`. */
export function moveManagedPolicies(kind: Holder, name: string, from: Structure, to: Structure, scope: ResourceScope): void {
  const [old, now] = [textList(from['ManagedPolicyArns']), textList(to['ManagedPolicyArns'])];
  const holder = { [`${kind}Name`]: name };
  for (const PolicyArn of now.filter((arn) => !old.includes(arn))) scope.call('iam', `Attach${kind}Policy`, { ...holder, PolicyArn });
  for (const PolicyArn of old.filter((arn) => !now.includes(arn))) unlessMissing(() => scope.call('iam', `Detach${kind}Policy`, { ...holder, PolicyArn }));
}

/** Writes the inline policies of `to` and removes those that only `from` has. */
export function moveInlinePolicies(kind: Holder, name: string, from: Structure, to: Structure, scope: ResourceScope): void {
  const holder = { [`${kind}Name`]: name };
  const now = structuresProperty(to, 'Policies');
  for (const policy of now) scope.call('iam', `Put${kind}Policy`, { ...holder, PolicyName: textProperty(policy, 'PolicyName'), PolicyDocument: documentText(policy['PolicyDocument']) });
  for (const policy of structuresProperty(from, 'Policies')) {
    const PolicyName = textProperty(policy, 'PolicyName');
    if (!now.some((kept) => kept['PolicyName'] === PolicyName)) unlessMissing(() => scope.call('iam', `Delete${kind}Policy`, { ...holder, PolicyName }));
  }
}

/** The policies of a holder that its own properties answer for; AWS::IAM::ManagedPolicy, AWS::IAM::Policy and AWS::IAM::RolePolicy put theirs beside them. */
export function livePolicies(kind: Holder, name: string, scope: ResourceScope, properties: Structure): { readonly ManagedPolicyArns: Value; readonly Policies: Value } {
  const holder = { [`${kind}Name`]: name };
  const declared = structuresProperty(properties, 'Policies');
  const others = ['AWS::IAM::Policy', 'AWS::IAM::RolePolicy'];
  const inline = ((valueAt(scope.call('iam', `List${kind}Policies`, holder), 'PolicyNames') ?? []) as string[])
    .filter((policy) => declared.some((own) => own['PolicyName'] === policy) || !others.some((type) => scope.isProperty(type, 'PolicyName', policy)));
  const attached = replyList(scope.call('iam', `ListAttached${kind}Policies`, holder), 'AttachedPolicies').map((policy) => replyText(policy, 'PolicyArn'));
  const arns = textList(properties['ManagedPolicyArns']);
  return {
    ManagedPolicyArns: attached.filter((arn) => arns.includes(arn) || !scope.isResource(arn)),
    Policies: inline.map((PolicyName) => ({
      PolicyName,
      PolicyDocument: liveDocument(scope.call('iam', `Get${kind}Policy`, { ...holder, PolicyName })['PolicyDocument'], declared.find((one) => one['PolicyName'] === PolicyName)?.['PolicyDocument']),
    })),
  };
}

/** Tags of a role or a user so that it has those of the new properties. */
export function retagHolder(kind: 'Role' | 'User', name: string, properties: Structure, scope: ResourceScope): void {
  const holder = { [`${kind}Name`]: name };
  const present = (valueAt(scope.call('iam', `List${kind}Tags`, holder), 'Tags') ?? []) as { Key: string }[];
  const wanted = scope.tags(properties);
  const stale = present.map(({ Key }) => Key).filter((key) => !wanted.some((tag) => tag.Key === key));
  if (stale.length > 0) scope.call('iam', `Untag${kind}`, { ...holder, TagKeys: stale });
  if (wanted.length > 0) scope.call('iam', `Tag${kind}`, { ...holder, Tags: wanted });
}

/** Its tags in the form of EC2's replies. */
export function tagSetOf(kind: 'Role' | 'User', name: string, scope: ResourceScope): { readonly tagSet: readonly unknown[] } {
  return { tagSet: replyList(scope.call('iam', `List${kind}Tags`, { [`${kind}Name`]: name }), 'Tags').map((tag) => ({ key: tag['Key'], value: tag['Value'] })) };
}

export function tagHolderAsStack(kind: 'Role' | 'User', name: string, scope: ResourceScope): void {
  const Tags = scope.tags({});
  if (Tags.length > 0) scope.call('iam', `Tag${kind}`, { [`${kind}Name`]: name, Tags });
}

/** Puts, replaces or takes away the permissions boundary. */
export function moveBoundary(kind: 'Role' | 'User', name: string, from: Structure, to: Structure, scope: ResourceScope): void {
  const holder = { [`${kind}Name`]: name };
  const PermissionsBoundary = to['PermissionsBoundary'];
  if (PermissionsBoundary === from['PermissionsBoundary']) return;
  if (PermissionsBoundary !== undefined) scope.call('iam', `Put${kind}PermissionsBoundary`, { ...holder, PermissionsBoundary });
  else unlessMissing(() => scope.call('iam', `Delete${kind}PermissionsBoundary`, holder));
}
