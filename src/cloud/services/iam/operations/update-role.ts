/** UpdateRole: description and the longest session; UpdateRoleDescription: the former alone. */
import type { Operation } from '../../../endpoint/operation.js';
import { has, intOpt, str, strOpt } from '../../../endpoint/input.js';
import { changeRole, requireRole, shownRole, ROLE_DESCRIPTION } from '../entities.js';

export const updateRole: Operation = (input, context) => {
  const duration = intOpt(input, 'MaxSessionDuration', { min: 3600, max: 43_200 });
  const described = has(input, 'Description');
  const description = strOpt(input, 'Description', ROLE_DESCRIPTION);
  return changeRole(context, str(input, 'RoleName'), (role) => ({ ...role, maxSessionDuration: duration ?? 3600, description: described ? description : role.description }));
};

export const updateRoleDescription: Operation = (input, context) => {
  const name = str(input, 'RoleName');
  const description = str(input, 'Description', ROLE_DESCRIPTION);
  changeRole(context, name, (role) => ({ ...role, description }));
  return { Role: shownRole(requireRole(context.globalState, name)) };
};
