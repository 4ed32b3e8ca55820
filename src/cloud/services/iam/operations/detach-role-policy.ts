/** DetachRolePolicy. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { changeRole, noSuchEntity } from '../entities.js';

export const detachRolePolicy: Operation = (input, context) => {
  const arn = str(input, 'PolicyArn');
  return changeRole(context, str(input, 'RoleName'), (role) => {
    if (!role.attachedPolicies.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
    return { ...role, attachedPolicies: role.attachedPolicies.filter((other) => other !== arn) };
  });
};
