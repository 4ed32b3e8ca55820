/** CreateUser. */
import type { Operation } from '../../../endpoint/operation.js';
import { LAB_USER } from '../../../endpoint/verify.js';
import { boundaryOf } from '../boundary.js';
import { alreadyExists, entityName, entityPath, newTags, newUniqueId } from '../entities.js';
import { users, type UserRecord } from '../records.js';
import { shownUser } from '../users.js';

export const createUser: Operation = (input, context) => {
  const userName = entityName(input, 'UserName', 64);
  const path = entityPath(input);
  const base = { userName, userId: newUniqueId('AIDA'), arn: `arn:aws:iam::${context.accountId}:user${path}${userName}`, path, createdAt: context.now(), tags: newTags(input), attachedPolicies: [], inlinePolicies: [] };
  return context.globalState.transact((tx) => {
    const user: UserRecord = { ...base, permissionsBoundary: boundaryOf(input, tx, 'optional') };
    if ([LAB_USER.name, ...tx.list(users).map((other) => other.userName)].some((name) => name.toLowerCase() === userName.toLowerCase())) throw alreadyExists(`User with name ${userName} already exists.`);
    tx.put(users, userName, user);
    return { User: shownUser(user, 'full') };
  });
};
