/** TagInstanceProfile. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { mergeTags, requiredTags, requireInstanceProfile } from '../entities.js';
import { instanceProfiles } from '../records.js';

export const tagInstanceProfile: Operation = (input, context) => {
  const name = str(input, 'InstanceProfileName');
  const added = requiredTags(input);
  context.globalState.transact((tx) => {
    const profile = requireInstanceProfile(tx, name);
    tx.put(instanceProfiles, name, { ...profile, tags: mergeTags(profile.tags, added) });
  });
  return {};
};
