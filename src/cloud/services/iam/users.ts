/** Users as replies show them, the lab's own among them: it has no record, since its keys are the region's. */
import type { OperationContext, Output } from '../../endpoint/operation.js';
import { LAB_USER } from '../../endpoint/verify.js';
import { shownBoundary } from './boundary.js';
import { shownTags, shownTime } from './entities.js';
import type { UserRecord } from './records.js';

/** `full` adds what lists leave out. */
export function shownUser(user: UserRecord, full: 'full' | 'listed'): Output {
  return {
    Path: user.path,
    UserName: user.userName,
    UserId: user.userId,
    Arn: user.arn,
    CreateDate: shownTime(user.createdAt),
    PermissionsBoundary: full === 'full' ? shownBoundary(user.permissionsBoundary) : undefined,
    Tags: full === 'full' && user.tags.length > 0 ? shownTags(user.tags) : undefined,
  };
}

/** The account's administrator, whose rights are nobody's to change. */
export const labUser = ({ accountId }: Pick<OperationContext, 'accountId'>): UserRecord => ({
  userName: LAB_USER.name, userId: LAB_USER.id, arn: `arn:aws:iam::${accountId}:user/${LAB_USER.name}`, path: '/', createdAt: Date.UTC(2026, 10, 1), tags: [], attachedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'], inlinePolicies: [],
});
