/** A stack's service role (RoleARN): what CloudFormation does for the stack, it does with this role's rights. */
import { assumedBy } from '../endpoint/service-role.js';
import type { Caller, Input, OperationContext } from '../endpoint/operation.js';
import { validationError } from './errors.js';
import { strOpt } from '../endpoint/input.js';

export const CLOUDFORMATION = 'cloudformation.amazonaws.com';

/** CloudFormation in this role. Throws ValidationError when the role is not there, or its trust policy does not name CloudFormation. */
export function assumedRole(roleArn: string, { globalState, accountId }: Pick<OperationContext, 'globalState' | 'accountId'>): Caller {
  const caller = assumedBy(roleArn, { globalState, accountId, service: CLOUDFORMATION, sessionName: 'AWSCloudFormation' });
  if (caller === undefined) throw validationError(`Role ${roleArn} is invalid or cannot be assumed`);
  return caller;
}

/** RoleARN of a request, judged: undefined when it names none. */
export function roleArnOf(input: Input, context: OperationContext): string | undefined {
  const roleArn = strOpt(input, 'RoleARN', { min: 20, max: 2048 });
  if (roleArn !== undefined) assumedRole(roleArn, context);
  return roleArn;
}
