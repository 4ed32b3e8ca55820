/** UntagRole: keys that are not there are no error. */
import type { Operation } from '../../../endpoint/operation.js';
import { has, InputError, list, str } from '../../../endpoint/input.js';
import { changeRole } from '../entities.js';

export const untagRole: Operation = (input, context) => {
  if (!has(input, 'TagKeys')) throw new InputError('TagKeys', undefined, { kind: 'missing' });
  const keys = new Set(list(input, 'TagKeys', { max: 50 }));
  return changeRole(context, str(input, 'RoleName'), (role) => ({ ...role, tags: role.tags.filter((tag) => !keys.has(tag.key)) }));
};
