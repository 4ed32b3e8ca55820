/** The user that an operation on keys is about: the one named, or the caller. */
import { AwsError, type Input, type OperationContext } from '../../endpoint/operation.js';
import { strOpt } from '../../endpoint/input.js';
import { LAB_USER } from '../../endpoint/verify.js';

export function userNameOf(input: Input, { caller }: OperationContext): string {
  const name = strOpt(input, 'UserName') ?? (caller.kind === 'user' ? caller.userName : caller.kind === 'lab' ? LAB_USER.name : undefined);
  if (name === undefined) throw new AwsError('ValidationError', 'Must specify userName when calling with non-User credentials');
  return name;
}
