/** ssm:GetParametersByPath. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { optionalBoolean, optionalInteger, optionalString, requiredString, structures } from '../members.js';
import { page } from '../pages.js';
import { parameterOutput, parametersUnder } from '../parameter-store.js';

export const getParametersByPath: Operation = (input, context) => {
  const path = requiredString(input, 'Path', { min: 1, max: 2048 });
  if (!path.startsWith('/')) {
    throw new AwsError('ValidationException', 'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/".');
  }
  const size = optionalInteger(input, 'MaxResults', { min: 1, max: 10 }) ?? 10;
  const filter = structures(input, 'ParameterFilters')[0];
  if (filter !== undefined) {
    throw new AwsError('InvalidFilterKey', `The local cloud does not filter by ${requiredString(filter, 'Key')} in GetParametersByPath.`);
  }
  const all = parametersUnder(path, optionalBoolean(input, 'Recursive'), context);
  const { items, nextToken } = page(all, (found) => found.name, size, optionalString(input, 'NextToken'));
  return { Parameters: items.map(parameterOutput), NextToken: nextToken };
};
