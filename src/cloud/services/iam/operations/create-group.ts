/** CreateGroup. */
import type { Operation } from '../../../endpoint/operation.js';
import { alreadyExists, entityName, entityPath, newUniqueId, shownGroup } from '../entities.js';
import { groups, type GroupRecord } from '../records.js';

export const createGroup: Operation = (input, context) => {
  const groupName = entityName(input, 'GroupName', 128);
  const path = entityPath(input);
  const group: GroupRecord = { groupName, groupId: newUniqueId('AGPA'), arn: `arn:aws:iam::${context.accountId}:group${path}${groupName}`, path, createdAt: context.now(), members: [], attachedPolicies: [], inlinePolicies: [] };
  context.globalState.transact((tx) => {
    if (tx.list(groups).some((other) => other.groupName.toLowerCase() === groupName.toLowerCase())) throw alreadyExists(`Group with name ${groupName} already exists.`);
    tx.put(groups, groupName, group);
  });
  return { Group: shownGroup(group) };
};
