/** TagRole, TagUser; UntagRole, UntagUser (keys that are not there are no error); ListRoleTags, ListUserTags. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { mergeTags, requiredTags, tagsLeft } from '../entities.js';
import { changeHolder, type HolderKind } from '../holders.js';
import { listReply } from '../pages.js';
import type { PolicyHolder, TagRecord } from '../records.js';

type TaggedHolder = PolicyHolder & { readonly tags: readonly TagRecord[] };

export const tagHolder = <R extends TaggedHolder>(kind: HolderKind<R>): Operation => (input, context) => {
  const added = requiredTags(input);
  return changeHolder(kind, input, context, (holder) => ({ ...holder, tags: mergeTags(holder.tags, added) }));
};

export const untagHolder = <R extends TaggedHolder>(kind: HolderKind<R>): Operation => (input, context) => {
  const left = tagsLeft(input);
  return changeHolder(kind, input, context, (holder) => ({ ...holder, tags: left(holder.tags) }));
};

export const listHolderTags = <R extends TaggedHolder>(kind: HolderKind<R>): Operation => (input, { globalState }) =>
  listReply('Tags', kind.require(globalState, str(input, kind.parameter)).tags, input, (tag) => tag.key, (tag) => ({ Key: tag.key, Value: tag.value }));
