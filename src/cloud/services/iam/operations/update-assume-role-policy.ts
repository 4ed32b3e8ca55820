/** UpdateAssumeRolePolicy. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { changeRole, documentText } from '../entities.js';
import { readPolicy } from '../read-policy.js';

export const updateAssumeRolePolicy: Operation = (input, context) => {
  const trustPolicy = documentText(input, 'PolicyDocument');
  readPolicy(trustPolicy, 'trust');
  return changeRole(context, str(input, 'RoleName'), (role) => ({ ...role, trustPolicy }));
};
