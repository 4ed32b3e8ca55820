/** ssm:GetParametersByPath. */
import { page } from '../../../endpoint/page.js';
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { optionalBoolean, requiredString } from '../../../endpoint/typed-input.js';
import { parameterFilters, passesFilter } from '../parameter-filters.js';
import { parameterOutput, parametersUnder } from '../parameter-store.js';

export const getParametersByPath: Operation = (input, context) => {
  const path = requiredString(input, 'Path', { min: 1, max: 2048 });
  if (!path.startsWith('/')) {
    throw new AwsError('ValidationException', 'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/".');
  }
  const filters = parameterFilters(input, ['Type', 'KeyId', 'Label']);
  const all = parametersUnder(path, {
    recursive: optionalBoolean(input, 'Recursive'),
    withDecryption: optionalBoolean(input, 'WithDecryption'),
    labels: filters.find((filter) => filter.key === 'Label')?.values,
    passes: (record) => filters.every((filter) => filter.key === 'Label' || passesFilter(filter, filter.key === 'Type' ? record.type : record.keyId)),
  }, context);
  const { items, nextToken } = page(all, input, { typed: true, default: 10, minimum: 1, maximum: 10, key: (found) => `${found.name}:${found.version}` });
  return { Parameters: items.map(parameterOutput), NextToken: nextToken };
};
