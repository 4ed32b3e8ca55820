/** GetCallerIdentity: needs no permission. */
import type { Operation } from '../../../endpoint/operation.js';

export const getCallerIdentity: Operation = (_input, { caller }) => ({ UserId: caller.userId, Account: caller.accountId, Arn: caller.arn });
