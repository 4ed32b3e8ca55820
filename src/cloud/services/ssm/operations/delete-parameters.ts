/** ssm:DeleteParameters: those that there are; names of none are told. */
import type { Operation } from '../../../endpoint/operation.js';
import { strings } from '../../../endpoint/typed-input.js';
import { removeParameter } from '../parameter-store.js';

export const deleteParameters: Operation = (input, context) => {
  const names = [...new Set(strings(input, 'Names', { min: 1, max: 10 }))];
  return context.state.transact((tx) => {
    const deleted = names.filter((name) => removeParameter(tx, name.trim()));
    return { DeletedParameters: deleted, InvalidParameters: names.filter((name) => !deleted.includes(name)) };
  });
};
