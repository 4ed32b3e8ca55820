/** ssm:ListInstanceAssociations: State Manager has no associations here, so an instance truly has none. */
import type { Operation } from '../../../endpoint/operation.js';
import { requiredString } from '../../../endpoint/typed-input.js';

export const listInstanceAssociations: Operation = (input) => {
  requiredString(input, 'InstanceId');
  return { Associations: [] };
};
