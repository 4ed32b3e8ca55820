/** ListRoleTags. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { requireRole } from '../entities.js';
import { listReply } from '../pages.js';

export const listRoleTags: Operation = (input, context) =>
  listReply('Tags', requireRole(context.globalState, str(input, 'RoleName')).tags, input, (tag) => tag.key, (tag) => ({ Key: tag.key, Value: tag.value }));
