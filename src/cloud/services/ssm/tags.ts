/** Tags as ssm takes them. */
import { AwsError, type Input } from '../../endpoint/operation.js';
import { InputError } from '../../endpoint/input.js';
import { requiredString, structures } from '../../endpoint/typed-input.js';
import type { SsmTag } from './records.js';

const LIMIT = 50;
const TEXT = /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u;

/** `Tags`, judged; absent is empty unless they are required. */
export function readTags(input: Input, required = false): SsmTag[] {
  const given = structures(input, 'Tags');
  if (given.length > 1000) throw new InputError('Tags', `${given.length} tags`, { kind: 'constraint', constraint: 'Member must have length less than or equal to 1000' });
  const tags = given.map((tag) => ({
    Key: requiredString(tag, 'Key', { min: 1, max: 128, pattern: TEXT }),
    Value: requiredString(tag, 'Value', { max: 256, pattern: TEXT }),
  }));
  if (required && tags.length === 0) throw new InputError('Tags', undefined, { kind: 'missing' });
  // CloudFormation's own marks come this way too, since it calls operations like anybody.
  const reserved = tags.find((tag) => /^aws:/i.test(tag.Key) && !tag.Key.startsWith('aws:cloudformation:'));
  if (reserved !== undefined) throw new AwsError('ValidationException', `Tag keys beginning with "aws:" are reserved: ${reserved.Key}`);
  return joinTags([], tags);
}

/** Later tags replace earlier ones of the same key. Throws TooManyTagsError. */
export function joinTags(old: readonly SsmTag[], added: readonly SsmTag[]): SsmTag[] {
  const joined = new Map([...old, ...added].map((tag) => [tag.Key, tag.Value]));
  if (joined.size > LIMIT) throw new AwsError('TooManyTagsError', '');
  return [...joined].map(([Key, Value]) => ({ Key, Value }));
}
