/** DeleteInstanceProfile: only when it has no role. Instances that were launched with it are not asked, as on AWS. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { deleteConflict, requireInstanceProfile } from '../entities.js';
import { instanceProfiles } from '../records.js';

export const deleteInstanceProfile: Operation = (input, context) => {
  const name = str(input, 'InstanceProfileName');
  context.globalState.transact((tx) => {
    if (requireInstanceProfile(tx, name).roleName !== undefined) throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
    tx.delete(instanceProfiles, name);
  });
  return {};
};
