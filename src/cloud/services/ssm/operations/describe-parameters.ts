/** ssm:DescribeParameters: one's own parameters, without their values. */
import { page } from '../../../endpoint/page.js';
import { AwsError, type Input, type Operation } from '../../../endpoint/operation.js';
import { optionalBoolean, requiredString, strings, structures } from '../../../endpoint/typed-input.js';
import { arnOfParameter } from '../parameter-arn.js';
import { parameterFilters, passesFilter, type ParameterFilter } from '../parameter-filters.js';
import { PARAMETERS, type ParameterRecord } from '../records.js';

type Test = (record: ParameterRecord) => boolean;

const MEMBERS: Readonly<Record<string, (record: ParameterRecord) => string | undefined>> = {
  Name: (record) => record.name,
  Type: (record) => record.type,
  Tier: (record) => record.tier,
  DataType: (record) => record.dataType,
  KeyId: (record) => record.keyId,
};

function filterTest(filter: ParameterFilter): Test {
  const { key, option, values } = filter;
  if (key === 'Path') return pathTest(option, values);
  if (key.startsWith('tag:')) {
    const tagOf: Test = (record) => (record.tags ?? []).some((tag) => tag.Key === key.slice(4) && (values.length === 0 || passesFilter(filter, tag.Value)));
    return tagOf;
  }
  return (record) => passesFilter(filter, MEMBERS[key]?.(record));
}

function pathTest(option: string, values: readonly string[]): Test {
  const prefixes = values.map((value) => (value.endsWith('/') ? value : `${value}/`));
  return (record) => prefixes.some((prefix) =>
    record.name.startsWith(prefix) && (option === 'Recursive' || !record.name.slice(prefix.length).includes('/')));
}

/** The older `Filters`: a name is a prefix there. */
function legacyTest(filter: Input): Test {
  const key = requiredString(filter, 'Key', { oneOf: ['Name', 'Type', 'KeyId'] });
  const values = strings(filter, 'Values', { min: 1, max: 50 });
  return filterTest({ key, option: key === 'Name' ? 'BeginsWith' : 'Equals', values });
}

export const describeParameters: Operation = (input, context) => {
  // Nothing is shared with anybody: of those there are none.
  const shared = optionalBoolean(input, 'Shared');
  const newer = parameterFilters(input, ['Name', 'Type', 'KeyId', 'Path', 'Tier', 'DataType', 'tag']);
  const older = structures(input, 'Filters');
  if (newer.length > 0 && older.length > 0) throw new AwsError('ValidationException', 'You can use either Filters or ParameterFilters in a single request.');
  const tests = [...newer.map(filterTest), ...older.map(legacyTest)];
  const all = shared ? [] : context.state.list(PARAMETERS)
    .filter((record) => tests.every((test) => test(record)))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const { items, nextToken } = page(all, input, { typed: true, default: 50, minimum: 1, maximum: 50, key: (record) => record.name });
  return {
    Parameters: items.map((record) => ({
      Name: record.name,
      ARN: arnOfParameter(record.name, context),
      Type: record.type,
      KeyId: record.keyId,
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
