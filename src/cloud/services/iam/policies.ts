/** Managed policies, AWS's own and the customer's, under one shape. */
import { AwsError, type Output } from '../../endpoint/operation.js';
import type { Reader } from '../../state/store.js';
import { noSuchEntity, shownTags, shownTime } from './entities.js';
import { managedPolicies } from './managed-policies.js';
import { groups, policies, roles, users, type PolicyRecord, type PolicyVersionRecord } from './records.js';

/** A policy and whose it is. AWS's have no tags and only the version in force. */
export interface AnyPolicy extends Omit<PolicyRecord, 'nextVersion'> {
  readonly aws: boolean;
}

const awsPolicies: readonly AnyPolicy[] = managedPolicies.map((policy) => ({
  aws: true,
  policyName: policy.policyName,
  policyId: policy.policyId,
  arn: policy.arn,
  path: policy.path,
  description: policy.description,
  createdAt: Date.parse(policy.createDate),
  updatedAt: Date.parse(policy.updateDate),
  tags: [],
  versions: [{ versionId: policy.versionId, document: policy.document, createdAt: Date.parse(policy.updateDate) }],
  defaultVersionId: policy.versionId,
}));

export function findPolicy(reader: Reader, arn: string): AnyPolicy | undefined {
  const own = reader.get(policies, arn);
  return own === undefined ? awsPolicies.find((policy) => policy.arn === arn) : { ...own, aws: false };
}

export function allPolicies(reader: Reader, scope: 'All' | 'AWS' | 'Local'): AnyPolicy[] {
  return [...(scope === 'AWS' ? [] : reader.list(policies).map((policy) => ({ ...policy, aws: false }))), ...(scope === 'Local' ? [] : awsPolicies)];
}

/** NoSuchEntity in AWS's words; for a policy of AWS's that the region has not, also what it has. */
export function policyMissing(arn: string, words: string): AwsError {
  return noSuchEntity(arn.startsWith('arn:aws:iam::aws:policy/') ? `${words} Of AWS's managed policies the local cloud has those that list-policies --scope AWS names; put-role-policy and create-policy take any document.` : words);
}

/** Throws NoSuchEntity. */
export function requirePolicy(reader: Reader, arn: string): AnyPolicy {
  const found = findPolicy(reader, arn);
  if (found === undefined) throw policyMissing(arn, `Policy ${arn} was not found.`);
  return found;
}

/** Throws NoSuchEntity. */
export function requireVersion(policy: Pick<PolicyRecord, 'arn' | 'versions'>, versionId: string): PolicyVersionRecord {
  const found = policy.versions.find((version) => version.versionId === versionId);
  if (found === undefined) throw noSuchEntity(`Policy ${policy.arn} version ${versionId} does not exist or is not attachable.`);
  return found;
}

/** A policy that may be changed. Throws NoSuchEntity, or AccessDenied for one of AWS's. */
export function requireOwnPolicy(reader: Reader, arn: string): PolicyRecord {
  const found = reader.get(policies, arn);
  if (found !== undefined) return found;
  if (awsPolicies.some((policy) => policy.arn === arn)) throw new AwsError('AccessDenied', `The policy ${arn} is AWS's own and cannot be changed`, { status: 403 });
  throw noSuchEntity(`Policy ${arn} was not found.`);
}

/** How many roles, users and groups have it, and how many it bounds. */
export function usesOf(reader: Reader, arn: string): { readonly attached: number; readonly bounded: number } {
  const holders = [...reader.list(roles), ...reader.list(users), ...reader.list(groups)];
  const bound = [...reader.list(roles), ...reader.list(users)];
  return { attached: holders.filter((holder) => holder.attachedPolicies.includes(arn)).length, bounded: bound.filter((holder) => holder.permissionsBoundary === arn).length };
}

/** A policy as replies show it; `full` adds what lists leave out. */
export function shownPolicy(policy: AnyPolicy, reader: Reader, full: 'full' | 'listed'): Output {
  const { attached, bounded } = usesOf(reader, policy.arn);
  return {
    PolicyName: policy.policyName,
    PolicyId: policy.policyId,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: attached,
    PermissionsBoundaryUsageCount: bounded,
    IsAttachable: true,
    Description: full === 'full' ? policy.description : undefined,
    CreateDate: shownTime(policy.createdAt),
    UpdateDate: shownTime(policy.updatedAt),
    Tags: full === 'full' ? shownTags(policy.tags) : undefined,
  };
}
