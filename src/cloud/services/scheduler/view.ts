/** Schedules and groups as replies show them. */
import type { OperationContext, Output } from '../../endpoint/operation.js';
import { DEFAULT_GROUP, type ScheduleGroupRecord, type ScheduleRecord } from './records.js';

export type Place = Pick<OperationContext, 'region' | 'accountId'>;

export const scheduleArn = ({ groupName, name }: Pick<ScheduleRecord, 'groupName' | 'name'>, { region, accountId }: Place): string => `arn:aws:scheduler:${region}:${accountId}:schedule/${groupName}/${name}`;
export const groupArn = (name: string, { region, accountId }: Place): string => `arn:aws:scheduler:${region}:${accountId}:schedule-group/${name}`;

export function scheduleView(schedule: ScheduleRecord, place: Place): Output {
  const { target, flexibleTimeWindow: window } = schedule;
  return {
    ActionAfterCompletion: schedule.actionAfterCompletion,
    Arn: scheduleArn(schedule, place),
    CreationDate: new Date(schedule.createdAt),
    Description: schedule.description,
    EndDate: schedule.endDate,
    FlexibleTimeWindow: { Mode: window.mode, MaximumWindowInMinutes: window.maximumWindowInMinutes },
    GroupName: schedule.groupName,
    LastModificationDate: new Date(schedule.modifiedAt),
    Name: schedule.name,
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timezone,
    StartDate: schedule.startDate,
    State: schedule.state,
    Target: {
      Arn: target.arn, RoleArn: target.roleArn, Input: target.input,
      RetryPolicy: { MaximumEventAgeInSeconds: target.retryPolicy.maximumEventAgeInSeconds, MaximumRetryAttempts: target.retryPolicy.maximumRetryAttempts },
    },
  };
}

export function scheduleSummary(schedule: ScheduleRecord, place: Place): Output {
  return {
    Arn: scheduleArn(schedule, place), CreationDate: new Date(schedule.createdAt), GroupName: schedule.groupName, LastModificationDate: new Date(schedule.modifiedAt), Name: schedule.name, State: schedule.state,
    Target: { Arn: schedule.target.arn },
  };
}

/** The default group is as old as the region, of which nobody wrote down when that was. */
export const DEFAULT_GROUP_RECORD: ScheduleGroupRecord = { name: DEFAULT_GROUP, createdAt: Date.UTC(2022, 10, 10), modifiedAt: Date.UTC(2022, 10, 10) };

export function groupView(group: ScheduleGroupRecord, place: Place): Output {
  return { Arn: groupArn(group.name, place), CreationDate: new Date(group.createdAt), LastModificationDate: new Date(group.modifiedAt), Name: group.name, State: 'ACTIVE' };
}
