/** RemoveRoleFromInstanceProfile. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { noSuchEntity, requireInstanceProfile } from '../entities.js';
import { instanceProfiles } from '../records.js';

export const removeRoleFromInstanceProfile: Operation = (input, context) => {
  const name = str(input, 'InstanceProfileName');
  const roleName = str(input, 'RoleName');
  context.globalState.transact((tx) => {
    const profile = requireInstanceProfile(tx, name);
    if (profile.roleName !== roleName) throw noSuchEntity(`The role with name ${roleName} cannot be found.`);
    tx.put(instanceProfiles, name, { ...profile, roleName: undefined });
  });
  return {};
};
