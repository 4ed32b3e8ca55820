/** GetGroup: with its users. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { requireGroup, shownGroup } from '../entities.js';
import { listReply } from '../pages.js';
import { users } from '../records.js';
import { shownUser } from '../users.js';

export const getGroup: Operation = (input, { globalState }) => {
  const group = requireGroup(globalState, str(input, 'GroupName'));
  return { Group: shownGroup(group), ...listReply('Users', group.members.flatMap((name) => globalState.get(users, name) ?? []), input, (user) => user.userName, (user) => shownUser(user, 'listed')) };
};
