/** What IAM resource types share: policy documents as text, attached and inline policies moved from one set to another. */
import type { Structure, Value } from '../../template/value.js';
import { structuresProperty, textProperty, unlessMissing, type ResourceScope } from '../resource-type.js';

export function documentText(document: Value | undefined): string {
  return typeof document === 'string' ? document : JSON.stringify(document ?? null);
}

export function textList(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Attaches and detaches managed policies so that the role has those of `to`. */
export function moveManagedPolicies(RoleName: string, from: Structure, to: Structure, scope: ResourceScope): void {
  const [old, now] = [textList(from['ManagedPolicyArns']), textList(to['ManagedPolicyArns'])];
  for (const PolicyArn of now.filter((arn) => !old.includes(arn))) scope.call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
  for (const PolicyArn of old.filter((arn) => !now.includes(arn))) unlessMissing(() => scope.call('iam', 'DetachRolePolicy', { RoleName, PolicyArn }));
}

/** Writes the inline policies of `to` and removes those that only `from` has. */
export function moveInlinePolicies(RoleName: string, from: Structure, to: Structure, scope: ResourceScope): void {
  const now = structuresProperty(to, 'Policies');
  for (const policy of now) scope.call('iam', 'PutRolePolicy', { RoleName, PolicyName: textProperty(policy, 'PolicyName'), PolicyDocument: documentText(policy['PolicyDocument']) });
  for (const policy of structuresProperty(from, 'Policies')) {
    const PolicyName = textProperty(policy, 'PolicyName');
    if (!now.some((kept) => kept['PolicyName'] === PolicyName)) unlessMissing(() => scope.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName }));
  }
}
