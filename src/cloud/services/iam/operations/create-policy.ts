/** CreatePolicy: a managed policy of the account, in its first version. */
import type { Operation } from '../../../endpoint/operation.js';
import { strOpt } from '../../../endpoint/input.js';
import { alreadyExists, entityName, entityPath, newTags, newUniqueId } from '../entities.js';
import { shownPolicy } from '../policies.js';
import { policyText } from '../policy-text.js';
import { policies, type PolicyRecord } from '../records.js';

export const createPolicy: Operation = (input, context) => {
  const policyName = entityName(input, 'PolicyName', 128);
  const path = entityPath(input);
  const at = context.now();
  const policy: PolicyRecord = {
    policyName,
    policyId: newUniqueId('ANPA'),
    arn: `arn:aws:iam::${context.accountId}:policy${path}${policyName}`,
    path,
    description: strOpt(input, 'Description', { max: 1000 }),
    createdAt: at,
    updatedAt: at,
    tags: newTags(input),
    versions: [{ versionId: 'v1', document: policyText(input), createdAt: at }],
    defaultVersionId: 'v1',
    nextVersion: 2,
  };
  return context.globalState.transact((tx) => {
    if (tx.list(policies).some((other) => other.policyName.toLowerCase() === policyName.toLowerCase())) throw alreadyExists(`A policy called ${policyName} already exists. Duplicate names are not allowed.`);
    tx.put(policies, policy.arn, policy);
    return { Policy: shownPolicy({ ...policy, aws: false }, tx, 'full') };
  });
};
