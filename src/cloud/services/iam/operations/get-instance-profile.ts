/** GetInstanceProfile. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { requireInstanceProfile, shownInstanceProfile } from '../entities.js';

export const getInstanceProfile: Operation = (input, context) => ({
  InstanceProfile: shownInstanceProfile(requireInstanceProfile(context.globalState, str(input, 'InstanceProfileName')), context.globalState),
});
