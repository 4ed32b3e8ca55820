/** GetUser: the region has one user, whose the lab's keys are. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { strOpt } from '../../../endpoint/input.js';
import { LAB_USER } from '../../../endpoint/verify.js';
import { noSuchEntity } from '../entities.js';

export const getUser: Operation = (input, context) => {
  const asked = strOpt(input, 'UserName');
  if (asked === undefined && context.caller.kind === 'role') throw new AwsError('ValidationError', 'Must specify userName when calling with non-User credentials');
  if (asked !== undefined && asked !== LAB_USER.name) throw noSuchEntity(`The user with name ${asked} cannot be found.`);
  return { User: { Path: '/', UserName: LAB_USER.name, UserId: LAB_USER.id, Arn: `arn:aws:iam::${context.accountId}:user/${LAB_USER.name}`, CreateDate: '2026-11-01T00:00:00Z' } };
};
