/** ssm:GetParameters. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { optionalBoolean, strings } from '../../../endpoint/typed-input.js';
import { findParameter, parameterOutput, type FoundParameter } from '../parameter-store.js';

export const getParameters: Operation = (input, context) => {
  const names = strings(input, 'Names', { min: 1, max: 10 });
  const withDecryption = optionalBoolean(input, 'WithDecryption');
  const found: FoundParameter[] = [];
  const invalid: string[] = [];
  for (const name of new Set(names)) {
    const parameter = orUndefined(() => findParameter(name, withDecryption, context));
    if (parameter === undefined) invalid.push(name);
    else found.push(parameter);
  }
  return { Parameters: found.map(parameterOutput), InvalidParameters: invalid };
};

/** A missing version counts as an invalid name here, not as an error of the call. */
function orUndefined<T>(find: () => T | undefined): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ParameterVersionNotFound') return undefined;
    throw error;
  }
}
