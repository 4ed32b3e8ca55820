/** ssm:DeleteParameter. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { requiredString } from '../../../endpoint/typed-input.js';
import { PARAMETERS } from '../records.js';

export const deleteParameter: Operation = (input, context) => {
  const name = requiredString(input, 'Name', { min: 1, max: 2048 });
  context.state.transact((tx) => {
    if (tx.get(PARAMETERS, name) === undefined) throw new AwsError('ParameterNotFound', '');
    tx.delete(PARAMETERS, name);
  });
  return {};
};
