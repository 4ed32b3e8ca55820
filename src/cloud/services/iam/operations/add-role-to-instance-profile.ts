/** AddRoleToInstanceProfile: a profile has room for one role. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { limitExceeded, requireInstanceProfile, requireRole } from '../entities.js';
import { instanceProfiles } from '../records.js';

export const addRoleToInstanceProfile: Operation = (input, context) => {
  const name = str(input, 'InstanceProfileName');
  const roleName = str(input, 'RoleName');
  context.globalState.transact((tx) => {
    const profile = requireInstanceProfile(tx, name);
    requireRole(tx, roleName);
    if (profile.roleName !== undefined) throw limitExceeded('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1');
    tx.put(instanceProfiles, name, { ...profile, roleName });
  });
  return {};
};
