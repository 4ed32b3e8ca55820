/** EventBridge Scheduler, REST-JSON: schedules that run once. */
import { randomUUID } from 'node:crypto';
import type { ApiTarget } from './client.js';
import { awsCode } from './errors.js';
import { everyPageBy } from './pages.js';
import { Refusal, signedCall } from './signed-call.js';

type Body = Readonly<Record<string, unknown>>;

function call(target: ApiTarget, operation: string, method: 'GET' | 'POST' | 'DELETE', path: string, body?: Body): Promise<Body> {
  return signedCall(target, {
    service: 'scheduler',
    operation,
    method,
    path,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? '' : JSON.stringify(body),
    read: (text, { ok, status, headers }) => {
      const reply = object(text);
      if (ok) return reply;
      const code = /^[A-Za-z]+/u.exec(headers.get('x-amzn-errortype') ?? '')?.[0] ?? `HTTP ${status}`;
      const said = reply['Message'] ?? reply['message'];
      throw new Refusal(status, code, typeof said === 'string' ? said : `it answers with HTTP ${status}`);
    },
  });
}

function object(text: string): Body {
  if (text === '') return {};
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? (value as Body) : {};
}

const at = (name: string): string => `/schedules/${encodeURIComponent(name)}`;

export interface NewSchedule {
  readonly name: string;
  /** When it runs, to a second, in UTC. */
  readonly at: Date;
  /** ARN of what is called: `arn:aws:scheduler:::aws-sdk:cloudformation:deleteStack`. */
  readonly target: string;
  /** Role by which it calls. */
  readonly roleArn: string;
  readonly input: Body;
  readonly description: string;
}

/** Makes a schedule that runs once and goes away after. */
export async function createSchedule(target: ApiTarget, wanted: NewSchedule): Promise<void> {
  await call(target, 'CreateSchedule', 'POST', at(wanted.name), {
    // Sent again, because its reply did not arrive, it finds what the first one made.
    ClientToken: randomUUID(),
    ScheduleExpression: `at(${wanted.at.toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Description: wanted.description,
    Target: { Arn: wanted.target, RoleArn: wanted.roleArn, Input: JSON.stringify(wanted.input), RetryPolicy: { MaximumRetryAttempts: 10, MaximumEventAgeInSeconds: 86_400 } },
  });
}

/** Names that begin so, in the default group. */
export function scheduleNames(target: ApiTarget, prefix: string): Promise<string[]> {
  return everyPageBy<string>(async (token, names) => {
    const query = new URLSearchParams({ NamePrefix: prefix, ScheduleGroup: 'default', ...(token === undefined ? {} : { NextToken: token }) });
    const page = await call(target, 'ListSchedules', 'GET', `/schedules?${query.toString()}`);
    const schedules: readonly unknown[] = Array.isArray(page['Schedules']) ? page['Schedules'] : [];
    for (const schedule of schedules) {
      const name = typeof schedule === 'object' && schedule !== null ? (schedule as Body)['Name'] : undefined;
      if (typeof name === 'string') names.push(name);
    }
    return page['NextToken'];
  });
}

/** Whether one of that name is there, in the default group. */
export async function isScheduleThere(target: ApiTarget, name: string): Promise<boolean> {
  return (await call(target, 'GetSchedule', 'GET', at(name)).catch(noneWhenAbsent)) !== undefined;
}

/** Takes it away; one that is not there is no error. */
export async function deleteSchedule(target: ApiTarget, name: string): Promise<void> {
  await call(target, 'DeleteSchedule', 'DELETE', at(name)).catch(noneWhenAbsent);
}

function noneWhenAbsent(error: unknown): undefined {
  if (awsCode(error) !== 'ResourceNotFoundException') throw error;
  return undefined;
}
