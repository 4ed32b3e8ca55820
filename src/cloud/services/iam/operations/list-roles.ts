/** ListRoles. */
import type { Operation } from '../../../endpoint/operation.js';
import { shownRole } from '../entities.js';
import { listReply, underPath } from '../pages.js';
import { roles } from '../records.js';

export const listRoles: Operation = (input, context) =>
  listReply('Roles', context.globalState.list(roles).filter(underPath(input)), input, (role) => role.roleName, (role) => shownRole(role, 'listed'));
