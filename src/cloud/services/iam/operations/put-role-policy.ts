/** PutRolePolicy: adds an inline policy or replaces the one of that name. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { changeRole, documentText, entityName, limitExceeded } from '../entities.js';
import { parsePolicy } from '../policy/document.js';

/** Characters of all inline policies of a role together, white space not counted. */
const MAX_SIZE = 10_240;

export const putRolePolicy: Operation = (input, context) => {
  const roleName = str(input, 'RoleName');
  const policyName = entityName(input, 'PolicyName', 128);
  const document = documentText(input, 'PolicyDocument');
  parsePolicy(document, 'identity');
  return changeRole(context, roleName, (role) => {
    const inlinePolicies = [...role.inlinePolicies.filter((policy) => policy.policyName !== policyName), { policyName, document }];
    const size = inlinePolicies.reduce((sum, policy) => sum + policy.document.replaceAll(/\s/g, '').length, 0);
    if (size > MAX_SIZE) throw limitExceeded(`Maximum policy size of ${MAX_SIZE} bytes exceeded for role ${roleName}`);
    return { ...role, inlinePolicies };
  });
};
