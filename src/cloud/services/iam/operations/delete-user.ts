/** DeleteUser: one without policies, keys, devices and groups. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { deleteConflict, requireUser } from '../entities.js';
import { accessKeys, groups, mfaDevices, users } from '../records.js';

export const deleteUser: Operation = (input, { globalState }) => {
  const userName = str(input, 'UserName');
  globalState.transact((tx) => {
    const user = requireUser(tx, userName);
    if (user.attachedPolicies.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
    if (user.inlinePolicies.length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
    if (tx.list(accessKeys).some((key) => key.userName === userName)) throw deleteConflict('Cannot delete entity, must delete access keys first.');
    if (tx.list(mfaDevices).some((device) => device.userName === userName)) throw deleteConflict('Cannot delete entity, must delete MFA device first.');
    if (tx.list(groups).some((group) => group.members.includes(userName))) throw deleteConflict('Cannot delete entity, must remove users from group first.');
    tx.delete(users, userName);
  });
  return {};
};
