/** DeleteRolePolicy. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { changeRole, noSuchEntity } from '../entities.js';

export const deleteRolePolicy: Operation = (input, context) => {
  const policyName = str(input, 'PolicyName');
  return changeRole(context, str(input, 'RoleName'), (role) => {
    const inlinePolicies = role.inlinePolicies.filter((policy) => policy.policyName !== policyName);
    if (inlinePolicies.length === role.inlinePolicies.length) throw noSuchEntity(`The role policy with name ${policyName} cannot be found.`);
    return { ...role, inlinePolicies };
  });
};
