/** AttachRolePolicy: attaching again changes nothing. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { changeRole, limitExceeded, noSuchEntity } from '../entities.js';
import { managedPolicy } from '../managed-policies.js';

const PER_ROLE = 10;

export const attachRolePolicy: Operation = (input, context) => {
  const arn = str(input, 'PolicyArn');
  return changeRole(context, str(input, 'RoleName'), (role) => {
    if (managedPolicy(arn) === undefined) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
    if (role.attachedPolicies.includes(arn)) return role;
    if (role.attachedPolicies.length >= PER_ROLE) throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${PER_ROLE}`);
    return { ...role, attachedPolicies: [...role.attachedPolicies, arn] };
  });
};
