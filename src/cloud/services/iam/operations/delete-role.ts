/** DeleteRole: only when nothing is attached to it and no instance profile has it. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { deleteConflict, requireRole } from '../entities.js';
import { instanceProfiles, roles } from '../records.js';

export const deleteRole: Operation = (input, context) => {
  const roleName = str(input, 'RoleName');
  context.globalState.transact((tx) => {
    const role = requireRole(tx, roleName);
    if (tx.list(instanceProfiles).some((profile) => profile.roleName === roleName)) throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
    if (role.attachedPolicies.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
    if (role.inlinePolicies.length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
    tx.delete(roles, roleName);
  });
  return {};
};
