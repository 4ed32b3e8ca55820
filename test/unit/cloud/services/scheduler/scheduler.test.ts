/** Schedules by their API on a running endpoint, and what they do when their time has come: with the real CloudFormation behind them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCloudFormation, type CloudFormation } from '../../../../../src/cloud/cloudformation/cloudformation.js';
import type { Caller, Input, OperationContext, Output } from '../../../../../src/cloud/endpoint/operation.js';
import { ssm } from '../../../../../src/cloud/services/ssm/index.js';
import { iam } from '../../../../../src/cloud/services/iam/iam.js';
import { timeOf } from '../../../../../src/cloud/services/scheduler/expression.js';
import { createScheduler, type Scheduler } from '../../../../../src/cloud/services/scheduler/scheduler.js';
import { startHarness, type Harness } from '../../endpoint/harness.js';

const REGION = 'ap-northeast-1';
const ACCOUNT = '123456789012';
const TARGET = 'arn:aws:scheduler:::aws-sdk:cloudformation:deleteStack';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/ender`;
const document = (...statements: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const trust = (Service: string, more: object = {}): string => document({ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole', ...more });
const TEMPLATE = JSON.stringify({ Resources: { Word: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/word', Type: 'String', Value: 'v' } } } });

let lab: Harness;
let context: OperationContext;
let cloudFormation: CloudFormation;
let scheduler: Scheduler;

const inTheNameOf = (region: string, caller?: Caller): OperationContext => lab.endpoint.internalContext(region, caller === undefined ? {} : { caller, judged: true });
const startScheduler = (): Scheduler => createScheduler({ contextFor: inTheNameOf, log: (line) => lab.log.push(line), now: Date.now });

beforeEach(async () => {
  cloudFormation = createCloudFormation({ contextFor: inTheNameOf, log: (line) => lab.log.push(line), now: Date.now });
  scheduler = startScheduler();
  lab = await startHarness({ services: [iam, ssm, scheduler.service, cloudFormation.service], now: Date.now });
  context = lab.endpoint.internalContext(REGION);
  await call('iam', 'CreateRole', { RoleName: 'ender', AssumeRolePolicyDocument: trust('scheduler.amazonaws.com') });
});

afterEach(async () => {
  scheduler.stop();
  cloudFormation.stop();
  await lab.close();
});

async function call(service: string, operation: string, input: Input = {}): Promise<Output> {
  return context.call(service, operation, input);
}

const at = (milliseconds: number): string => `at(${new Date(Date.now() + milliseconds).toISOString().slice(0, 19)})`;

const schedule = (more: Input = {}, target: Input = {}): Input => ({
  Name: 'end', ScheduleExpression: at(3_600_000), FlexibleTimeWindow: { Mode: 'OFF' }, ActionAfterCompletion: 'DELETE',
  Target: { Arn: TARGET, RoleArn: ROLE, Input: JSON.stringify({ StackName: 'lab' }), ...target }, ...more,
});

const rest = async (method: string, path: string, body?: Input): Promise<{ readonly status: number; readonly error: string | undefined; readonly body: Record<string, unknown> }> => {
  const { status, headers, text } = await lab.call({ service: 'scheduler', method, path, body: body === undefined ? '' : JSON.stringify(body), headers: { 'content-type': 'application/json' }, signedAt: Date.now() });
  expect(headers['content-type']).toBe('application/json');
  return { status, error: headers['x-amzn-errortype'] as string | undefined, body: JSON.parse(text) as Record<string, unknown> };
};

async function makeStack(): Promise<void> {
  await call('cloudformation', 'CreateStack', { StackName: 'lab', TemplateBody: TEMPLATE });
  await cloudFormation.idle();
  await expect(call('ssm', 'GetParameter', { Name: '/word' })).resolves.toBeDefined();
}

const allow = (Action: string[]): Promise<Output> => call('iam', 'PutRolePolicy', { RoleName: 'ender', PolicyName: 'end', PolicyDocument: document({ Effect: 'Allow', Action, Resource: '*' }) });

async function until(what: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !what();) {
    if (Date.now() > end) throw new Error(`it did not come about:\n${lab.log.join('\n')}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

const stackStatus = (): string => {
  const output = context.call('cloudformation', 'ListStacks', {}) as Output;
  return (output['StackSummaries'] as { StackStatus: string }[])[0]?.StackStatus ?? 'none';
};

describe('at', () => {
  it.each([
    ['at(2026-12-01T10:00:00)', 'UTC', '2026-12-01T10:00:00Z'],
    ['at(2026-12-01T10:00:00)', 'Asia/Tokyo', '2026-12-01T01:00:00Z'],
    ['at(2026-07-01T10:00:00)', 'Europe/Berlin', '2026-07-01T08:00:00Z'],
    ['at(2026-10-25T03:30:00)', 'Europe/Berlin', '2026-10-25T02:30:00Z'],
  ])('%s in %s', (expression, zone, time) => expect(new Date(timeOf(expression, zone)).toISOString().replace('.000Z', 'Z')).toBe(time));

  it.each([['at(2026-02-31T00:00:00)', 'UTC'], ['at(2026-12-01)', 'UTC'], ['at(2026-12-01T10:00:00)', 'Mars/Base'], ['rate(1 hour)', 'UTC'], ['cron(0 0 * * ? *)', 'UTC']])('%s in %s is refused by name', (expression, zone) => {
    expect(() => timeOf(expression, zone)).toThrow(expect.objectContaining({ code: 'ValidationException', message: expect.stringContaining(zone === 'UTC' ? expression : zone) as string }));
  });
});

describe('schedules on the wire', () => {
  it('are made, read, changed, listed and deleted', async () => {
    expect(await rest('POST', '/schedules/end', schedule({ ScheduleExpressionTimezone: 'Asia/Tokyo' }))).toMatchObject({ status: 200, body: { ScheduleArn: `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/default/end` } });
    expect(await rest('POST', '/schedules/end', schedule())).toMatchObject({ status: 409, error: 'ConflictException', body: { Message: 'Schedule end already exists.' } });
    expect(await rest('GET', '/schedules/end')).toMatchObject({ body: { GroupName: 'default', State: 'ENABLED', ScheduleExpressionTimezone: 'Asia/Tokyo', Target: { RoleArn: ROLE, RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } } } });
    expect(await rest('PUT', '/schedules/end', schedule({ State: 'DISABLED' }))).toMatchObject({ status: 200 });
    expect(await rest('GET', '/schedules?NamePrefix=e&MaxResults=1&State=DISABLED')).toMatchObject({ body: { Schedules: [{ Name: 'end', Target: { Arn: TARGET } }] } });
    expect(await rest('DELETE', '/schedules/end?groupName=default')).toMatchObject({ status: 200, body: {} });
    expect(await rest('GET', '/schedules/end')).toMatchObject({ status: 404, error: 'ResourceNotFoundException' });
    expect(await rest('PATCH', '/schedules/end')).toMatchObject({ status: 404, error: 'UnknownOperationException' });
  });

  it.each([
    ['a target that is not there', schedule({}, { Arn: 'arn:aws:lambda:ap-northeast-1:123456789012:function:x' }), /does not support the target arn:aws:lambda/],
    ['an Input that is no JSON', schedule({}, { Input: 'lab' }), /Invalid Input/],
    ['a role that is not there', schedule({}, { RoleArn: `${ROLE}s` }), /must allow AWS EventBridge Scheduler to assume the role/],
    ['a dead-letter queue', schedule({}, { DeadLetterConfig: { Arn: 'arn:aws:sqs:ap-northeast-1:123456789012:q' } }), /DeadLetterConfig\.Arn is not supported/],
    ['a window without its length', schedule({ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }), /MaximumWindowInMinutes/],
    ['a recurring schedule', schedule({ ScheduleExpression: 'rate(1 hour)' }), /rate\(1 hour\)/],
  ])('refuse %s', async (_what, input, message) => {
    expect(await rest('POST', '/schedules/end', input)).toMatchObject({ status: 400, error: 'ValidationException', body: { Message: expect.stringMatching(message) as string } });
    expect(await rest('GET', '/schedules')).toMatchObject({ body: { Schedules: [] } });
  });

  it('need the caller\'s permission, and iam:PassRole for the role', async () => {
    await call('iam', 'CreateUser', { UserName: 'ann' });
    const made = (await call('iam', 'CreateAccessKey', { UserName: 'ann' }))['AccessKey'] as Record<string, string>;
    const keys = { accessKeyId: made['AccessKeyId'] ?? '', secretAccessKey: made['SecretAccessKey'] ?? '' };
    const ask = () => lab.call({ service: 'scheduler', path: '/schedules/end', body: JSON.stringify(schedule()), headers: { 'content-type': 'application/json' }, keys, signedAt: Date.now() });
    const may = (...statements: object[]) => call('iam', 'PutUserPolicy', { UserName: 'ann', PolicyName: 'p', PolicyDocument: document(...statements) });
    expect(await ask()).toMatchObject({ status: 403, text: expect.stringContaining(`is not authorized to perform: scheduler:CreateSchedule on resource: arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/default/end`) as string });
    await may({ Effect: 'Allow', Action: 'scheduler:CreateSchedule', Resource: `arn:aws:scheduler:*:*:schedule/default/e*` });
    expect(await ask()).toMatchObject({ status: 403, text: expect.stringContaining(`iam:PassRole on resource: ${ROLE}`) as string });
    await may({ Effect: 'Allow', Action: 'scheduler:CreateSchedule', Resource: '*' }, { Effect: 'Allow', Action: 'iam:PassRole', Resource: ROLE, Condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } } });
    expect(await ask()).toMatchObject({ status: 200 });
  });
});

describe('when the time has come', () => {
  it('the stack is deleted by the role, and the schedule is gone', async () => {
    await makeStack();
    await allow(['cloudformation:DeleteStack', 'ssm:*']);
    scheduler.resume(REGION);
    await call('scheduler', 'CreateSchedule', schedule({ ScheduleExpression: at(1000) }));
    expect(stackStatus()).toBe('CREATE_COMPLETE');
    await until(() => stackStatus() === 'DELETE_COMPLETE');
    await expect(call('scheduler', 'GetSchedule', { Name: 'end' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await expect(call('ssm', 'GetParameter', { Name: '/word' })).rejects.toMatchObject({ code: 'ParameterNotFound' });
  });

  it('a role that may not is refused, tried again as RetryPolicy says, and heard when it may', async () => {
    await makeStack();
    scheduler.resume(REGION);
    await call('scheduler', 'CreateSchedule', schedule({ ScheduleExpression: at(-1000) }));
    await until(() => lab.log.some((line) => /default\/end, attempt 1: AccessDenied: User: arn:aws:sts::\d+:assumed-role\/ender\/end-\d+ is not authorized to perform: cloudformation:DeleteStack/.test(line)));
    expect(stackStatus()).toBe('CREATE_COMPLETE');
    await allow(['cloudformation:DeleteStack', 'ssm:*']);
    await until(() => stackStatus() === 'DELETE_COMPLETE');
  });

  it('a role that may delete the stack and nothing in it deletes nothing', async () => {
    await makeStack();
    await allow(['cloudformation:DeleteStack']);
    scheduler.resume(REGION);
    await call('scheduler', 'CreateSchedule', schedule({ ScheduleExpression: at(-1000) }));
    await until(() => stackStatus() === 'DELETE_FAILED');
    await expect(call('ssm', 'GetParameter', { Name: '/word' })).resolves.toBeDefined();
  });

  it('without retries it is given up, and kept when it is not to be deleted', async () => {
    await makeStack();
    scheduler.resume(REGION);
    await call('scheduler', 'CreateSchedule', schedule({ ScheduleExpression: at(-1000), ActionAfterCompletion: 'NONE' }, { RetryPolicy: { MaximumRetryAttempts: 0 } }));
    await until(() => lab.log.some((line) => line.endsWith('; given up')));
    await expect(call('scheduler', 'GetSchedule', { Name: 'end' })).resolves.toMatchObject({ ActionAfterCompletion: 'NONE' });
  });

  it('a role that trusts Scheduler no more is not assumed', async () => {
    scheduler.resume(REGION);
    await call('scheduler', 'CreateSchedule', schedule({ State: 'DISABLED', ScheduleExpression: at(-1000) }));
    await call('iam', 'UpdateAssumeRolePolicy', { RoleName: 'ender', PolicyDocument: trust('ec2.amazonaws.com') });
    await expect(call('scheduler', 'UpdateSchedule', schedule())).rejects.toMatchObject({ code: 'ValidationException' });
    const elsewhere = trust('scheduler.amazonaws.com', { Condition: { ArnEquals: { 'aws:SourceArn': `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule-group/other` } } });
    await call('iam', 'UpdateAssumeRolePolicy', { RoleName: 'ender', PolicyDocument: elsewhere });
    await expect(call('scheduler', 'UpdateSchedule', schedule())).rejects.toMatchObject({ code: 'ValidationException' });
    await call('iam', 'UpdateAssumeRolePolicy', { RoleName: 'ender', PolicyDocument: elsewhere.replace('/other', '/default') });
    await expect(call('scheduler', 'UpdateSchedule', schedule())).resolves.toBeDefined();
  });

  it('what came due while the region did not run is called when it starts', async () => {
    await makeStack();
    await allow(['cloudformation:DeleteStack', 'ssm:*']);
    await call('scheduler', 'CreateSchedule', schedule({ ScheduleExpression: at(-5000) }));
    expect(stackStatus()).toBe('CREATE_COMPLETE');
    scheduler.resume(REGION);
    await until(() => stackStatus() === 'DELETE_COMPLETE');
  });
});

describe('groups', () => {
  it('hold schedules of one name apart, and take theirs with them', async () => {
    expect(await rest('POST', '/schedule-groups/labs', {})).toMatchObject({ body: { ScheduleGroupArn: `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule-group/labs` } });
    await call('scheduler', 'CreateSchedule', schedule());
    await call('scheduler', 'CreateSchedule', schedule({ GroupName: 'labs' }));
    expect(await rest('GET', '/schedules?ScheduleGroup=labs')).toMatchObject({ body: { Schedules: [{ GroupName: 'labs' }] } });
    expect(await rest('GET', '/schedules?ScheduleGroup=nobodys')).toMatchObject({ status: 404 });
    expect(await rest('GET', '/schedule-groups')).toMatchObject({ body: { ScheduleGroups: [{ Name: 'default' }, { Name: 'labs' }] } });
    expect(await rest('DELETE', '/schedule-groups/labs')).toMatchObject({ status: 200 });
    expect((await rest('GET', '/schedules')).body['Schedules']).toHaveLength(1);
    expect(await rest('DELETE', '/schedule-groups/default')).toMatchObject({ status: 400, error: 'ValidationException' });
  });
});
