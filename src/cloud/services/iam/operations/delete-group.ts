/** DeleteGroup: one without users and policies. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { deleteConflict, requireGroup } from '../entities.js';
import { groups } from '../records.js';

export const deleteGroup: Operation = (input, { globalState }) => {
  const name = str(input, 'GroupName');
  globalState.transact((tx) => {
    const group = requireGroup(tx, name);
    if (group.members.length > 0) throw deleteConflict('Cannot delete entity, must remove users from group first.');
    if (group.attachedPolicies.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
    if (group.inlinePolicies.length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
    tx.delete(groups, name);
  });
  return {};
};
