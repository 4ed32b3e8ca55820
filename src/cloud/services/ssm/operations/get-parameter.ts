/** ssm:GetParameter. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { optionalBoolean, requiredString } from '../../../endpoint/typed-input.js';
import { findParameter, parameterOutput } from '../parameter-store.js';

export const getParameter: Operation = (input, context) => {
  const name = requiredString(input, 'Name', { min: 1, max: 2048 });
  const found = findParameter(name, optionalBoolean(input, 'WithDecryption'), context);
  // AWS sends this error with an empty message.
  if (found === undefined) throw new AwsError('ParameterNotFound', '');
  return { Parameter: parameterOutput(found) };
};
