/** What names, bounds and marks a session: its name, policies and tags. */
import { AwsError, type Input } from '../../endpoint/operation.js';
import { has, str, strOpt, structs, tags } from '../../endpoint/input.js';
import type { Reader } from '../../state/store.js';
import { findPolicy } from '../iam/policies.js';
import { readPolicy } from '../iam/read-policy.js';

/** Characters of the inline policy, and how many managed ones there may be. */
const LIMIT = { inline: 2048, managed: 10, tags: 50 } as const;

/** Of the session that is asked for. */
export function sessionNameOf(input: Input): string {
  const sessionName = str(input, 'RoleSessionName');
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    throw new AwsError('ValidationError', `1 validation error detected: Value '${sessionName.slice(0, 64)}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`);
  }
  return sessionName;
}

/** Documents of `Policy` and `PolicyArns`; undefined when the session is not bounded. `packed`: per cent of what is allowed. */
export function sessionPoliciesOf(input: Input, reader: Reader): { readonly sessionPolicies: readonly string[] | undefined; readonly packed: number | undefined } {
  const inline = strOpt(input, 'Policy', { min: 1 });
  const arns = structs(input, 'PolicyArns').map((entry) => str(entry, 'arn'));
  if (inline === undefined && arns.length === 0) return { sessionPolicies: undefined, packed: undefined };
  if (inline !== undefined) readPolicy(inline, 'identity');
  const size = (inline ?? '').replaceAll(/\s/g, '').length + arns.reduce((sum, arn) => sum + arn.length, 0);
  if (size > LIMIT.inline) throw new AwsError('PackedPolicyTooLarge', `Packed size of session tags and policies consumes ${Math.ceil((size * 100) / LIMIT.inline)}% of allotted space.`);
  if (arns.length > LIMIT.managed) throw new AwsError('ValidationError', `1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to ${LIMIT.managed}`);
  const managed = arns.map((arn) => {
    const policy = findPolicy(reader, arn);
    const version = policy?.versions.find((each) => each.versionId === policy.defaultVersionId);
    if (version === undefined) throw new AwsError('MalformedPolicyDocument', `The policy ${arn} does not exist`);
    return version.document;
  });
  return { sessionPolicies: [...(inline === undefined ? [] : [inline]), ...managed], packed: Math.max(1, Math.ceil((size * 100) / LIMIT.inline)) };
}

/** Session tags; undefined when the request has none. */
export function sessionTagsOf(input: Input): readonly { readonly key: string; readonly value: string }[] | undefined {
  if (!has(input, 'Tags')) return undefined;
  const found = tags(input, 'Tags');
  if (found.length > LIMIT.tags) throw new AwsError('ValidationError', `1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to ${LIMIT.tags}`);
  if (new Set(found.map((tag) => tag.key.toLowerCase())).size < found.length) throw new AwsError('InvalidParameterValue', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  for (const { key, value } of found) if (key.length > 128 || value.length > 256) throw new AwsError('ValidationError', `The session tag with key ${key.slice(0, 128)} is too long`);
  return found.length === 0 ? undefined : found;
}
