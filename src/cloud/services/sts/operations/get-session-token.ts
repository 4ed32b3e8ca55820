/** GetSessionToken: temporary keys of the user that asks, who keeps its permissions. Not for temporary keys themselves. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { intOpt } from '../../../endpoint/input.js';
import { mfaOf } from '../mfa.js';
import { shownCredentials } from '../credentials.js';

export const getSessionToken: Operation = (input, context) => {
  const { caller, runtime } = context;
  const durationSeconds = intOpt(input, 'DurationSeconds', { min: 900, max: 129_600 }) ?? 43_200;
  if (caller.temporary === true || caller.kind === 'role') throw new AwsError('AccessDenied', 'Cannot call GetSessionToken with session credentials', { status: 403 });
  const user = caller.kind === 'user' ? { userName: caller.userName ?? '', userId: caller.userId, arn: caller.arn } : undefined;
  return { Credentials: shownCredentials(runtime.keys.issueSessionCredentials(user, durationSeconds, mfaOf(input, context))) };
};
