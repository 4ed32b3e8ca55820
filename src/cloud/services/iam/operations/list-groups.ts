/** ListGroups, and ListGroupsForUser. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { requireUser, shownGroup } from '../entities.js';
import { listReply, underPath } from '../pages.js';
import { groups } from '../records.js';

export const listGroups: Operation = (input, { globalState }) => listReply('Groups', globalState.list(groups).filter(underPath(input)), input, (group) => group.groupName, shownGroup);

export const listGroupsForUser: Operation = (input, { globalState }) => {
  const { userName } = requireUser(globalState, str(input, 'UserName'));
  return listReply('Groups', globalState.list(groups).filter((group) => group.members.includes(userName)), input, (group) => group.groupName, shownGroup);
};
