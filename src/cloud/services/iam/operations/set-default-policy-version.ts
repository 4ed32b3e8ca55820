/** SetDefaultPolicyVersion: from now on that version is in force wherever the policy is attached. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { requireOwnPolicy, requireVersion } from '../policies.js';
import { policies } from '../records.js';

export const setDefaultPolicyVersion: Operation = (input, context) => {
  const arn = str(input, 'PolicyArn');
  const versionId = str(input, 'VersionId');
  context.globalState.transact((tx) => {
    const policy = requireOwnPolicy(tx, arn);
    requireVersion(policy, versionId);
    tx.put(policies, arn, { ...policy, defaultVersionId: versionId, updatedAt: context.now() });
  });
  return {};
};
