/** Tags as EC2 takes and shows them: TagSpecification at creation, limits, reserved keys. */
import { str, structs, tags as readTags } from '../../endpoint/input.js';
import { AwsError, type Input } from '../../endpoint/operation.js';
import type { Tag } from './model.js';
import { TAGGABLE } from './noun.js';

/** Tags a resource may have, those of AWS (`aws:…`) not counted. */
const LIMIT = 50;

/**
 * `aws:` is reserved; the one exception are the tags by which CloudFormation marks what it made, which on AWS too come
 * from the service itself.
 */
export function isSystemTag(key: string): boolean {
  return key.toLowerCase().startsWith('aws:');
}

/** Judges new tags by length, number and reserved prefix. */
export function checkTags(tags: readonly Tag[]): void {
  for (const { key, value } of tags) {
    if (key.length > 127) throw new AwsError('InvalidParameterValue', `Tag key exceeds the maximum length of 127 characters`);
    if (value.length > 255) throw new AwsError('InvalidParameterValue', `Tag value exceeds the maximum length of 255 characters`);
    if (isSystemTag(key) && !key.startsWith('aws:cloudformation:')) {
      throw new AwsError('InvalidParameterValue', `Tag keys starting with 'aws:' are reserved for internal use`);
    }
  }
}

/** Later tags replace earlier ones of the same key. Throws TagLimitExceeded. */
export function mergeTags(old: readonly Tag[], added: readonly Tag[]): Tag[] {
  const merged = new Map(old.map((tag) => [tag.key, tag.value]));
  for (const tag of added) merged.set(tag.key, tag.value);
  const tags = [...merged].map(([key, value]) => ({ key, value }));
  if (tags.filter((tag) => !isSystemTag(tag.key)).length > LIMIT) throw new AwsError('TagLimitExceeded', `The maximum number of tags for a resource has been reached.`);
  return tags;
}

/** The tags that the request gives to what it makes of `resourceType`; other types have to be among `also`. */
export function tagsFor(input: Input, resourceType: string, also: readonly string[] = []): Tag[] {
  let found: Tag[] = [];
  for (const specification of structs(input, 'TagSpecification')) {
    const type = str(specification, 'ResourceType');
    if (type !== resourceType && !also.includes(type)) {
      if (!TAGGABLE.some((noun) => noun.resourceType === type)) throw new AwsError('InvalidParameterValue', `Value (${type}) for parameter tagSpecification.resourceType is invalid.`);
      throw new AwsError('InvalidParameterValue', `'${type}' is not a valid taggable resource type for this operation.`);
    }
    if (type !== resourceType) continue;
    const tags = readTags(specification);
    const keys = new Set(tags.map((tag) => tag.key));
    if (keys.size !== tags.length) throw new AwsError('InvalidParameterValue', `Duplicate tag keys found. Please note that Tag keys are case insensitive.`);
    checkTags(tags);
    found = mergeTags(found, tags);
  }
  return found;
}
