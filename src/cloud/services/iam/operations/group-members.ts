/** AddUserToGroup (again changes nothing), RemoveUserFromGroup. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { limitExceeded, noSuchEntity, requireGroup, requireUser } from '../entities.js';
import { groups } from '../records.js';

const PER_USER = 10;

export const addUserToGroup: Operation = (input, { globalState }) => {
  const [groupName, name] = [str(input, 'GroupName'), str(input, 'UserName')];
  globalState.transact((tx) => {
    const group = requireGroup(tx, groupName);
    const { userName } = requireUser(tx, name);
    if (group.members.includes(userName)) return;
    if (tx.list(groups).filter((other) => other.members.includes(userName)).length >= PER_USER) throw limitExceeded(`Cannot exceed quota for GroupsPerUser: ${PER_USER}`);
    tx.put(groups, groupName, { ...group, members: [...group.members, userName] });
  });
  return {};
};

export const removeUserFromGroup: Operation = (input, { globalState }) => {
  const [groupName, name] = [str(input, 'GroupName'), str(input, 'UserName')];
  globalState.transact((tx) => {
    const group = requireGroup(tx, groupName);
    const { userName } = requireUser(tx, name);
    if (!group.members.includes(userName)) throw noSuchEntity(`User ${userName} not found in group ${groupName}`);
    tx.put(groups, groupName, { ...group, members: group.members.filter((member) => member !== userName) });
  });
  return {};
};
