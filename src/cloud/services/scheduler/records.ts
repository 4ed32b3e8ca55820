/** What EventBridge Scheduler remembers of a region. */
import { table } from '../../state/store.js';

export interface ScheduleTarget {
  /** `arn:aws:scheduler:::aws-sdk:cloudformation:deleteStack` */
  readonly arn: string;
  readonly roleArn: string;
  /** JSON text, as given. */
  readonly input?: string | undefined;
  readonly retryPolicy: { readonly maximumEventAgeInSeconds: number; readonly maximumRetryAttempts: number };
}

export interface ScheduleRecord {
  readonly name: string;
  readonly groupName: string;
  readonly description?: string | undefined;
  /** `at(2026-12-01T10:00:00)`, in `timezone`. */
  readonly expression: string;
  /** A name of the IANA time zone database. */
  readonly timezone: string;
  /** Seconds since the epoch; a one-time schedule keeps these and does not look at them. */
  readonly startDate?: number | undefined;
  readonly endDate?: number | undefined;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly flexibleTimeWindow: { readonly mode: 'OFF' | 'FLEXIBLE'; readonly maximumWindowInMinutes?: number | undefined };
  readonly target: ScheduleTarget;
  readonly actionAfterCompletion: 'NONE' | 'DELETE';
  readonly clientToken?: string | undefined;
  /** Milliseconds since the epoch, as are all times below. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** The time that the expression names. */
  readonly time: number;
  /** When the target is called next; undefined when it was, for the last time. */
  readonly dueAt?: number | undefined;
  /** Calls that failed. */
  readonly failures: number;
}

export interface ScheduleGroupRecord {
  readonly name: string;
  readonly clientToken?: string | undefined;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** By {@link scheduleKey}. */
export const SCHEDULES = table<ScheduleRecord>('scheduler/schedule');
/** By name. That of the name `default` is always there, and has no record. */
export const SCHEDULE_GROUPS = table<ScheduleGroupRecord>('scheduler/schedule-group');

export const DEFAULT_GROUP = 'default';

export const scheduleKey = (groupName: string, name: string): string => `${groupName}/${name}`;
