/** logs:CreateLogGroup, DescribeLogGroups, DeleteLogGroup, PutRetentionPolicy, DeleteRetentionPolicy. */
import { AwsError, type Input, type Operation, type OperationContext, type Output } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { optionalBoolean, optionalInteger, optionalString, requiredString } from '../../endpoint/typed-input.js';
import type { Reader } from '../../state/store.js';
import { LOG_GROUPS, type LogGroupRecord } from './records.js';
import { groupArn, tagsOf } from './tags.js';

const NAME = { min: 1, max: 512, pattern: /^[.\-_/#A-Za-z0-9]+$/ } as const;
const CLASSES = ['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY'];

/** What PutRetentionPolicy takes (CloudWatch Logs API reference). */
const RETENTIONS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

function required(state: Reader, input: Input): LogGroupRecord {
  const found = state.get(LOG_GROUPS, requiredString(input, 'logGroupName', NAME));
  if (found === undefined) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return found;
}

function classOf(input: Input): LogGroupRecord['logGroupClass'] | undefined {
  const given = optionalString(input, 'logGroupClass', { oneOf: CLASSES });
  if (given === 'DELIVERY') throw new AwsError('InvalidParameterException', 'The local cloud does not support logGroupClass DELIVERY: nothing is delivered here');
  return given as LogGroupRecord['logGroupClass'] | undefined;
}

export const createLogGroup: Operation = (input, context) => context.state.transact((tx) => {
  const name = requiredString(input, 'logGroupName', NAME);
  const record: LogGroupRecord = {
    name, createdAt: context.now(), logGroupClass: classOf(input) ?? 'STANDARD', deletionProtection: optionalBoolean(input, 'deletionProtectionEnabled'), tags: tagsOf(input),
  };
  if (tx.get(LOG_GROUPS, name) !== undefined) throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
  tx.put(LOG_GROUPS, name, record);
  return {};
});

export const deleteLogGroup: Operation = (input, context) => context.state.transact((tx) => {
  const { name, deletionProtection } = required(tx, input);
  if (deletionProtection) throw new AwsError('ValidationException', `Log group ${name} cannot be deleted because deletion protection is enabled`);
  tx.delete(LOG_GROUPS, name);
  return {};
});

function view({ name, createdAt, logGroupClass, retentionInDays, deletionProtection }: LogGroupRecord, context: OperationContext): Output {
  const arn = groupArn(name, context);
  return {
    logGroupName: name, creationTime: createdAt, retentionInDays, metricFilterCount: 0, arn: `${arn}:*`, logGroupArn: arn, storedBytes: 0, logGroupClass,
    ...(deletionProtection ? { deletionProtectionEnabled: true } : {}),
  };
}

export const describeLogGroups: Operation = (input, context) => {
  const prefix = optionalString(input, 'logGroupNamePrefix', NAME);
  const part = optionalString(input, 'logGroupNamePattern', { ...NAME, min: 0, pattern: /^[.\-_/#A-Za-z0-9]*$/ });
  if (prefix !== undefined && part !== undefined) throw new AwsError('InvalidParameterException', 'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
  const wanted = classOf(input);
  const found = context.state.list(LOG_GROUPS)
    .filter(({ name, logGroupClass }) => name.startsWith(prefix ?? '') && name.toLowerCase().includes((part ?? '').toLowerCase()) && logGroupClass === (wanted ?? logGroupClass))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  optionalString(input, 'nextToken', { min: 1 });
  const { items, nextToken } = page(found, input, { token: 'nextToken', max: 'limit', typed: true, default: 50, minimum: 1, maximum: 50, key: ({ name }) => name, invalidToken: 'InvalidParameterException' });
  return { logGroups: items.map((group) => view(group, context)), nextToken };
};

export const putRetentionPolicy: Operation = (input, context) => context.state.transact((tx) => {
  const days = optionalInteger(input, 'retentionInDays');
  if (days === undefined || !RETENTIONS.includes(days)) throw new AwsError('InvalidParameterException', `1 validation error detected: Value '${String(days)}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${RETENTIONS.join(', ')}]`);
  const group = required(tx, input);
  tx.put(LOG_GROUPS, group.name, { ...group, retentionInDays: days });
  return {};
});

export const deleteRetentionPolicy: Operation = (input, context) => context.state.transact((tx) => {
  const group = required(tx, input);
  tx.put(LOG_GROUPS, group.name, { ...group, retentionInDays: undefined });
  return {};
});
