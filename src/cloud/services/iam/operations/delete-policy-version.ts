/** DeletePolicyVersion: not the default one. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { deleteConflict } from '../entities.js';
import { requireOwnPolicy, requireVersion } from '../policies.js';
import { policies } from '../records.js';

export const deletePolicyVersion: Operation = (input, context) => {
  const arn = str(input, 'PolicyArn');
  const versionId = str(input, 'VersionId');
  context.globalState.transact((tx) => {
    const policy = requireOwnPolicy(tx, arn);
    requireVersion(policy, versionId);
    if (policy.defaultVersionId === versionId) throw deleteConflict('Cannot delete the default version of a policy.');
    tx.put(policies, arn, { ...policy, versions: policy.versions.filter((version) => version.versionId !== versionId), updatedAt: context.now() });
  });
  return {};
};
