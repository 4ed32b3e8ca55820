/** ListUsers: the lab's own among them. */
import type { Operation } from '../../../endpoint/operation.js';
import { listReply, underPath } from '../pages.js';
import { users } from '../records.js';
import { labUser, shownUser } from '../users.js';

export const listUsers: Operation = (input, context) =>
  listReply('Users', [labUser(context), ...context.globalState.list(users)].filter(underPath(input)), input, (user) => user.userName, (user) => shownUser(user, 'listed'));
