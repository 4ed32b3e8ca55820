/** GetRole. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { requireRole, shownRole } from '../entities.js';

export const getRole: Operation = (input, context) => {
  const role = requireRole(context.globalState, str(input, 'RoleName'));
  return { Role: { ...shownRole(role), RoleLastUsed: {} } };
};
