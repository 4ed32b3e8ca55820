/** What scheduler's operations read alike: names, groups, and a schedule as it is asked for. */
import { AwsError, type Input } from '../../endpoint/operation.js';
import { InputError, struct, structOpt } from '../../endpoint/input.js';
import { page } from '../../endpoint/page.js';
import { readMember } from '../../endpoint/reads.js';
import { optionalInteger, optionalString, requiredString } from '../../endpoint/typed-input.js';
import type { Reader } from '../../state/store.js';
import { timeOf } from './expression.js';
import { DEFAULT_GROUP, SCHEDULE_GROUPS, type ScheduleRecord, type ScheduleTarget } from './records.js';
import { callOf } from './target.js';

const NAME = { min: 1, max: 64, pattern: /^[0-9a-zA-Z-_.]+$/ };

export const nameOf = (input: Input): string => requiredString(input, 'Name', NAME);
export const namePrefixOf = (input: Input): string => optionalString(input, 'NamePrefix', NAME) ?? '';
export const clientTokenOf = (input: Input): string | undefined => optionalString(input, 'ClientToken', { min: 1, max: 64, pattern: /^[a-zA-Z0-9-_]+$/ });

/** Undefined when the request names none. */
export const optionalGroupOf = (input: Input): string | undefined => optionalString(input, 'GroupName', NAME);

/** Throws ResourceNotFoundException. */
export function checkGroup(state: Reader, groupName: string): void {
  if (groupName !== DEFAULT_GROUP && state.get(SCHEDULE_GROUPS, groupName) === undefined) throw notFound(`Schedule group ${groupName} does not exist.`);
}

export const notFound = (text: string): AwsError => new AwsError('ResourceNotFoundException', text, { status: 404 });
export const conflict = (text: string): AwsError => new AwsError('ConflictException', text, { status: 409 });

/** A page as the List operations cut it. */
export function listed<T>(items: readonly T[], input: Input, key: (item: T) => string): { readonly items: readonly T[]; readonly NextToken: string | undefined } {
  const sorted = items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  const { items: found, nextToken } = page(sorted, input, { typed: true, default: 100, minimum: 1, maximum: 100, key, invalidToken: 'ValidationException' });
  return { items: found, NextToken: nextToken };
}

export type AskedSchedule = Omit<ScheduleRecord, 'name' | 'groupName' | 'createdAt' | 'modifiedAt' | 'dueAt' | 'failures'>;

/** What CreateSchedule and UpdateSchedule say of a schedule; what they leave out has its default. */
export function askedSchedule(input: Input): AskedSchedule {
  const expression = requiredString(input, 'ScheduleExpression', { min: 1, max: 256 });
  const timezone = optionalString(input, 'ScheduleExpressionTimezone', { min: 1, max: 50 }) ?? 'UTC';
  return {
    expression,
    timezone,
    time: timeOf(expression, timezone),
    description: optionalString(input, 'Description', { max: 512 }),
    startDate: timestampOpt(input, 'StartDate'),
    endDate: timestampOpt(input, 'EndDate'),
    state: optionalString(input, 'State', { oneOf: ['ENABLED', 'DISABLED'] }) === 'DISABLED' ? 'DISABLED' : 'ENABLED',
    flexibleTimeWindow: windowOf(struct(input, 'FlexibleTimeWindow')),
    target: targetOf(struct(input, 'Target')),
    actionAfterCompletion: optionalString(input, 'ActionAfterCompletion', { oneOf: ['NONE', 'DELETE'] }) === 'DELETE' ? 'DELETE' : 'NONE',
    clientToken: clientTokenOf(input),
  };
}

/** Seconds since the epoch, as rest-json writes times. */
function timestampOpt(input: Input, name: string): number | undefined {
  const value = readMember(input, name) ?? undefined;
  if (value !== undefined && (typeof value !== 'number' || !Number.isFinite(value))) throw new InputError(name, value, { kind: 'type', expected: 'a time in seconds' });
  return value;
}

function windowOf(input: Input): ScheduleRecord['flexibleTimeWindow'] {
  const mode = requiredString(input, 'Mode', { oneOf: ['OFF', 'FLEXIBLE'] }) === 'OFF' ? 'OFF' : 'FLEXIBLE';
  const maximumWindowInMinutes = optionalInteger(input, 'MaximumWindowInMinutes', { min: 1, max: 1440 });
  if ((mode === 'FLEXIBLE') !== (maximumWindowInMinutes !== undefined)) throw new AwsError('ValidationException', mode === 'OFF' ? 'Flexible time window mode must be FLEXIBLE when MaximumWindowInMinutes is set.' : 'MaximumWindowInMinutes must be set when the flexible time window mode is FLEXIBLE.');
  return { mode, maximumWindowInMinutes };
}

/** EventBridge Scheduler API reference, "RetryPolicy". */
const RETRY = { age: 86_400, attempts: 185 } as const;

function targetOf(input: Input): ScheduleTarget {
  const retry = structOpt(input, 'RetryPolicy') ?? {};
  const target: ScheduleTarget = {
    arn: requiredString(input, 'Arn', { min: 1, max: 1600 }),
    roleArn: requiredString(input, 'RoleArn', { min: 1, max: 1600, pattern: /^arn:aws(-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@/-]+$/ }),
    input: optionalString(input, 'Input', { min: 1 }),
    retryPolicy: {
      maximumEventAgeInSeconds: optionalInteger(retry, 'MaximumEventAgeInSeconds', { min: 60, max: RETRY.age }) ?? RETRY.age,
      maximumRetryAttempts: optionalInteger(retry, 'MaximumRetryAttempts', { min: 0, max: RETRY.attempts }) ?? RETRY.attempts,
    },
  };
  callOf(target);
  return target;
}
