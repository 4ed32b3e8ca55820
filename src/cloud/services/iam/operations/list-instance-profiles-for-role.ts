/** ListInstanceProfilesForRole. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { requireRole, shownInstanceProfile } from '../entities.js';
import { listReply } from '../pages.js';
import { instanceProfiles } from '../records.js';

export const listInstanceProfilesForRole: Operation = (input, context) => {
  const { roleName } = requireRole(context.globalState, str(input, 'RoleName'));
  return listReply('InstanceProfiles', context.globalState.list(instanceProfiles).filter((profile) => profile.roleName === roleName), input,
    (profile) => profile.instanceProfileName, (profile) => shownInstanceProfile(profile, context.globalState));
};
