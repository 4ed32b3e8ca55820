/** TagRole. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { changeRole, mergeTags, requiredTags } from '../entities.js';

export const tagRole: Operation = (input, context) => {
  const added = requiredTags(input);
  return changeRole(context, str(input, 'RoleName'), (role) => ({ ...role, tags: mergeTags(role.tags, added) }));
};
