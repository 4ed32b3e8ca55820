/** ListAttachedRolePolicies. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { requireRole } from '../entities.js';
import { managedPolicy } from '../managed-policies.js';
import { listReply, underPath } from '../pages.js';

export const listAttachedRolePolicies: Operation = (input, context) => {
  const role = requireRole(context.globalState, str(input, 'RoleName'));
  const attached = role.attachedPolicies.flatMap((arn) => managedPolicy(arn) ?? []).filter(underPath(input));
  return listReply('AttachedPolicies', attached, input, (policy) => policy.arn, (policy) => ({ PolicyName: policy.policyName, PolicyArn: policy.arn }));
};
