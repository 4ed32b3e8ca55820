/** DeletePolicy: one that is attached to nothing and has its default version only. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { deleteConflict } from '../entities.js';
import { requireOwnPolicy, usesOf } from '../policies.js';
import { policies } from '../records.js';

export const deletePolicy: Operation = (input, { globalState }) => {
  const arn = str(input, 'PolicyArn');
  globalState.transact((tx) => {
    const policy = requireOwnPolicy(tx, arn);
    const { attached, bounded } = usesOf(tx, arn);
    if (attached + bounded > 0) throw deleteConflict('Cannot delete a policy attached to entities.');
    if (policy.versions.length > 1) throw deleteConflict('This policy has more than one version. Before you delete a policy, you must delete the policy\'s versions. The default version is deleted with the policy.');
    tx.delete(policies, arn);
  });
  return {};
};
