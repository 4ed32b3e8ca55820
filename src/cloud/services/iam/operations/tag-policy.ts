/** TagPolicy, UntagPolicy, ListPolicyTags. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { mergeTags, requiredTags, tagsLeft } from '../entities.js';
import { listReply } from '../pages.js';
import { requireOwnPolicy, requirePolicy } from '../policies.js';
import { policies, type TagRecord } from '../records.js';

const change = (tagsOf: (old: readonly TagRecord[], input: Parameters<Operation>[0]) => readonly TagRecord[]): Operation => (input, { globalState }) => {
  const arn = str(input, 'PolicyArn');
  globalState.transact((tx) => {
    const policy = requireOwnPolicy(tx, arn);
    tx.put(policies, arn, { ...policy, tags: tagsOf(policy.tags, input) });
  });
  return {};
};

export const tagPolicy = change((old, input) => mergeTags(old, requiredTags(input)));

export const untagPolicy = change((old, input) => tagsLeft(input)(old));

export const listPolicyTags: Operation = (input, { globalState }) =>
  listReply('Tags', requirePolicy(globalState, str(input, 'PolicyArn')).tags, input, (tag) => tag.key, (tag) => ({ Key: tag.key, Value: tag.value }));
