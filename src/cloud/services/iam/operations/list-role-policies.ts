/** ListRolePolicies: names of the inline policies. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { requireRole } from '../entities.js';
import { listReply } from '../pages.js';

export const listRolePolicies: Operation = (input, context) => {
  const role = requireRole(context.globalState, str(input, 'RoleName'));
  return listReply('PolicyNames', role.inlinePolicies.map((policy) => policy.policyName), input, (name) => name, (name) => name);
};
