/** ssm:GetParametersByPath. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { optionalBoolean, requiredString, structures } from '../../../endpoint/typed-input.js';
import { page } from '../../../endpoint/page.js';
import { parameterOutput, parametersUnder } from '../parameter-store.js';

export const getParametersByPath: Operation = (input, context) => {
  const path = requiredString(input, 'Path', { min: 1, max: 2048 });
  if (!path.startsWith('/')) {
    throw new AwsError('ValidationException', 'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/".');
  }
  const filter = structures(input, 'ParameterFilters')[0];
  if (filter !== undefined) {
    throw new AwsError('InvalidFilterKey', `The local cloud does not filter by ${requiredString(filter, 'Key')} in GetParametersByPath.`);
  }
  const all = parametersUnder(path, optionalBoolean(input, 'Recursive'), context);
  const { items, nextToken } = page(all, input, { typed: true, default: 10, minimum: 1, maximum: 10, key: (found) => found.name });
  return { Parameters: items.map(parameterOutput), NextToken: nextToken };
};
