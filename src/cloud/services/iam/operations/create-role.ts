/** CreateRole. */
import type { Operation } from '../../../endpoint/operation.js';
import { intOpt, strOpt } from '../../../endpoint/input.js';
import { boundaryOf } from '../boundary.js';
import { alreadyExists, documentText, entityName, entityPath, limitExceeded, newTags, newUniqueId, shownRole, ROLE_DESCRIPTION } from '../entities.js';
import { readPolicy } from '../read-policy.js';
import { roles, type RoleRecord } from '../records.js';

export const createRole: Operation = (input, context) => {
  const roleName = entityName(input, 'RoleName', 64);
  const path = entityPath(input);
  const trustPolicy = documentText(input, 'AssumeRolePolicyDocument');
  readPolicy(trustPolicy, 'trust');
  if (trustPolicy.replaceAll(/\s/g, '').length > 2048) throw limitExceeded('Cannot exceed quota for ACLSizePerRole: 2048');
  const role: RoleRecord = {
    roleName,
    roleId: newUniqueId('AROA'),
    arn: `arn:aws:iam::${context.accountId}:role${path}${roleName}`,
    path,
    createdAt: context.now(),
    trustPolicy,
    description: strOpt(input, 'Description', ROLE_DESCRIPTION),
    maxSessionDuration: intOpt(input, 'MaxSessionDuration', { min: 3600, max: 43_200 }) ?? 3600,
    tags: newTags(input),
    attachedPolicies: [],
    inlinePolicies: [],
  };
  return context.globalState.transact((tx) => {
    // Names are unique without regard to case.
    if (tx.list(roles).some((other) => other.roleName.toLowerCase() === roleName.toLowerCase())) throw alreadyExists(`Role with name ${roleName} already exists.`);
    const bounded = { ...role, permissionsBoundary: boundaryOf(input, tx, 'optional') };
    tx.put(roles, roleName, bounded);
    return { Role: shownRole(bounded) };
  });
};
