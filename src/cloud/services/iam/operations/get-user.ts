/** GetUser: by name, or whose the keys of the request are. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { strOpt } from '../../../endpoint/input.js';
import { LAB_USER } from '../../../endpoint/verify.js';
import { requireUser } from '../entities.js';
import { labUser, shownUser } from '../users.js';

export const getUser: Operation = (input, context) => {
  const { caller, globalState } = context;
  const asked = strOpt(input, 'UserName') ?? (caller.kind === 'user' ? caller.userName : caller.kind === 'lab' ? LAB_USER.name : undefined);
  if (asked === undefined) throw new AwsError('ValidationError', 'Must specify userName when calling with non-User credentials');
  return { User: shownUser(asked === LAB_USER.name ? labUser(context) : requireUser(globalState, asked), 'full') };
};
