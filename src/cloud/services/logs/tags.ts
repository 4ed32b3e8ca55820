/** logs:TagResource, UntagResource, ListTagsForResource, of log groups. */
import { has, InputError } from '../../endpoint/input.js';
import { AwsError, type Input, type Operation, type OperationContext } from '../../endpoint/operation.js';
import { requiredString, stringMap, strings } from '../../endpoint/typed-input.js';
import type { Reader } from '../../state/store.js';
import { LOG_GROUPS, type LogGroupRecord } from './records.js';

const LIMIT = 50;
const KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/** Without `:*`, as operations on tags take it. */
export const groupArn = (name: string, { region, accountId }: Pick<OperationContext, 'region' | 'accountId'>): string => `arn:aws:logs:${region}:${accountId}:log-group:${name}`;

/** `tags` of the request, judged. */
export function tagsOf(input: Input): Record<string, string> {
  const tags = stringMap(input, 'tags');
  for (const [key, value] of Object.entries(tags)) {
    if (!KEY.test(key) || !VALUE.test(value)) throw new AwsError('InvalidParameterException', `The tag ${key} is not valid.`);
    // CloudFormation's own marks come this way too, since it calls operations like anybody.
    if (/^aws:/i.test(key) && !key.startsWith('aws:cloudformation:')) throw new AwsError('InvalidParameterException', `Tag keys beginning with "aws:" are reserved: ${key}`);
  }
  return tags;
}

function named(state: Reader, input: Input, context: OperationContext): LogGroupRecord {
  const arn = requiredString(input, 'resourceArn', { min: 1, max: 1011, pattern: /^[\w+=/:,.@-]*$/ });
  const group = state.list(LOG_GROUPS).find(({ name }) => groupArn(name, context) === arn);
  if (group === undefined) throw new AwsError('ResourceNotFoundException', 'The specified resource does not exist.');
  return group;
}

export const listTagsForResource: Operation = (input, context) => ({ tags: { ...named(context.state, input, context).tags } });

export const tagResource: Operation = (input, context) => context.state.transact((tx) => {
  if (!has(input, 'tags')) throw new InputError('tags', undefined, { kind: 'missing' });
  const group = named(tx, input, context);
  const tags = { ...group.tags, ...tagsOf(input) };
  if (Object.keys(tags).length > LIMIT) throw new AwsError('TooManyTagsException', `A resource has ${LIMIT} tags at most.`);
  tx.put(LOG_GROUPS, group.name, { ...group, tags });
  return {};
});

export const untagResource: Operation = (input, context) => context.state.transact((tx) => {
  if (!has(input, 'tagKeys')) throw new InputError('tagKeys', undefined, { kind: 'missing' });
  const group = named(tx, input, context);
  const gone = strings(input, 'tagKeys', { max: LIMIT });
  tx.put(LOG_GROUPS, group.name, { ...group, tags: Object.fromEntries(Object.entries(group.tags).filter(([key]) => !gone.includes(key))) });
  return {};
});
