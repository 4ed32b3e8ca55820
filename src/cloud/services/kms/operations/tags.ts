/** kms:TagResource, UntagResource and ListResourceTags. */
import type { Operation } from '../../../endpoint/operation.js';
import { InputError } from '../../../endpoint/input.js';
import { strings } from '../../../endpoint/typed-input.js';
import { joinTags, keyIdOf, listed, readTags } from '../input.js';
import { customers, findKeyById, notPendingDeletion } from '../keys.js';
import { KEYS } from '../records.js';

export const tagResource: Operation = (input, context) => context.state.transact((tx) => {
  const key = notPendingDeletion(customers(findKeyById(tx, keyIdOf(input), context), context), context);
  const tags = readTags(input);
  if (tags.length === 0) throw new InputError('Tags', undefined, { kind: 'missing' });
  tx.put(KEYS, key.keyId, { ...key, tags: joinTags(key.tags, tags) });
  return {};
});

export const untagResource: Operation = (input, context) => context.state.transact((tx) => {
  const key = notPendingDeletion(customers(findKeyById(tx, keyIdOf(input), context), context), context);
  const names = strings(input, 'TagKeys', { min: 1 });
  tx.put(KEYS, key.keyId, { ...key, tags: key.tags.filter((tag) => !names.includes(tag.TagKey)) });
  return {};
});

export const listResourceTags: Operation = (input, context) => {
  const { items, ...rest } = listed(findKeyById(context.state, keyIdOf(input), context).tags, input, (tag) => tag.TagKey);
  return { Tags: items, ...rest };
};
