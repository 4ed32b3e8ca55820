/** GetRolePolicy. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { noSuchEntity, requireRole, shownDocument } from '../entities.js';

export const getRolePolicy: Operation = (input, context) => {
  const policyName = str(input, 'PolicyName');
  const role = requireRole(context.globalState, str(input, 'RoleName'));
  const found = role.inlinePolicies.find((policy) => policy.policyName === policyName);
  if (found === undefined) throw noSuchEntity(`The role policy with name ${policyName} cannot be found.`);
  return { RoleName: role.roleName, PolicyName: policyName, PolicyDocument: shownDocument(found.document) };
};
