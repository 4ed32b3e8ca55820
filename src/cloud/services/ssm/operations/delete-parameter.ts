/** ssm:DeleteParameter. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { requiredString } from '../../../endpoint/typed-input.js';
import { removeParameter } from '../parameter-store.js';

export const deleteParameter: Operation = (input, context) => {
  const name = requiredString(input, 'Name', { min: 1, max: 2048 }).trim();
  context.state.transact((tx) => {
    if (!removeParameter(tx, name)) throw new AwsError('ParameterNotFound', '');
  });
  return {};
};
