/** ssm:DescribeParameters: one's own parameters, without their values. */
import { AwsError, type Input, type Operation } from '../../../endpoint/operation.js';
import { optionalString, requiredString, strings, structures } from '../../../endpoint/typed-input.js';
import { page } from '../../../endpoint/page.js';
import { parameterArn } from '../parameter-store.js';
import { PARAMETERS, type ParameterRecord } from '../records.js';

type Test = (record: ParameterRecord) => boolean;

function compared(option: string, values: readonly string[]): (text: string) => boolean {
  switch (option) {
    case 'Equals':
      return (text) => values.includes(text);
    case 'BeginsWith':
      return (text) => values.some((value) => text.startsWith(value));
    case 'Contains':
      return (text) => values.some((value) => text.includes(value));
    default:
      throw new AwsError('InvalidFilterOption', `The filter option ${option} is not valid.`);
  }
}

function filterTest(filter: Input): Test {
  const key = requiredString(filter, 'Key', { min: 1, max: 132 });
  const option = optionalString(filter, 'Option');
  const values = strings(filter, 'Values', { max: 50 });
  if (key === 'Path') return pathTest(option ?? 'OneLevel', values);
  const matches = compared(option ?? 'Equals', values);
  switch (key) {
    case 'Name':
      return (record) => matches(record.name);
    case 'Type':
      return (record) => matches(record.type);
    case 'Tier':
      return (record) => matches(record.tier);
    case 'DataType':
      return (record) => matches(record.dataType);
    case 'KeyId':
      return (record) => record.keyId !== undefined && matches(record.keyId);
    default:
      throw new AwsError('InvalidFilterKey', `The local cloud does not filter parameters by ${key}.`);
  }
}

function pathTest(option: string, values: readonly string[]): Test {
  if (option !== 'OneLevel' && option !== 'Recursive') throw new AwsError('InvalidFilterOption', `The filter option ${option} is not valid.`);
  const prefixes = values.map((value) => (value.endsWith('/') ? value : `${value}/`));
  return (record) => prefixes.some((prefix) =>
    record.name.startsWith(prefix) && (option === 'Recursive' || !record.name.slice(prefix.length).includes('/')));
}

/** The older `Filters`: a name is a prefix there. */
function legacyTest(filter: Input): Test {
  const key = requiredString(filter, 'Key', { oneOf: ['Name', 'Type', 'KeyId'] });
  const values = strings(filter, 'Values', { min: 1, max: 50 });
  return filterTest({ Key: key, Option: key === 'Name' ? 'BeginsWith' : 'Equals', Values: values });
}

export const describeParameters: Operation = (input, context) => {
  const tests = [...structures(input, 'ParameterFilters').map(filterTest), ...structures(input, 'Filters').map(legacyTest)];
  const all = context.state.list(PARAMETERS)
    .filter((record) => tests.every((test) => test(record)))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const { items, nextToken } = page(all, input, { typed: true, default: 50, minimum: 1, maximum: 50, key: (record) => record.name });
  return {
    Parameters: items.map((record) => ({
      Name: record.name,
      ARN: parameterArn(record.name, context),
      Type: record.type,
      LastModifiedDate: new Date(record.lastModified),
      LastModifiedUser: record.lastModifiedUser,
      Description: record.description,
      AllowedPattern: record.allowedPattern,
      Version: record.version,
      Tier: record.tier,
      Policies: [],
      DataType: record.dataType,
    })),
    NextToken: nextToken,
  };
};
