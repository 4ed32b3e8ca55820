/** ListInstanceProfiles. */
import type { Operation } from '../../../endpoint/operation.js';
import { shownInstanceProfile } from '../entities.js';
import { listReply, underPath } from '../pages.js';
import { instanceProfiles } from '../records.js';

export const listInstanceProfiles: Operation = (input, context) =>
  listReply('InstanceProfiles', context.globalState.list(instanceProfiles).filter(underPath(input)), input,
    (profile) => profile.instanceProfileName, (profile) => shownInstanceProfile(profile, context.globalState));
