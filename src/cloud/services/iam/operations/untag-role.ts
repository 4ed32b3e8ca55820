/** UntagRole: keys that are not there are no error. */
import type { Operation } from '../../../endpoint/operation.js';
import { list, str } from '../../../endpoint/input.js';
import { changeRole } from '../entities.js';

export const untagRole: Operation = (input, context) => {
  const keys = new Set(list(input, 'TagKeys'));
  return changeRole(context, str(input, 'RoleName'), (role) => ({ ...role, tags: role.tags.filter((tag) => !keys.has(tag.key)) }));
};
