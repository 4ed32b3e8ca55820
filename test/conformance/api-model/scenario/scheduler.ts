/** EventBridge Scheduler: a group, a schedule of the far future in it, and their end. */
import { steps } from './step.js';

const TRUST = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole' }] });
const ROLE = { RoleName: '<run>-scheduler' };
const GROUP = { GroupName: '<run>-group' };
const NAME = { Name: '<run>-schedule' };
const Target = { Arn: 'arn:aws:scheduler:::aws-sdk:cloudformation:deleteStack', RoleArn: '<schedulerRole>', Input: JSON.stringify({ StackName: '<run>-nothing' }), RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 3 } };
const SCHEDULE = { ...NAME, ...GROUP, ScheduleExpression: 'at(2099-12-31T23:59:59)', ScheduleExpressionTimezone: 'Asia/Tokyo', FlexibleTimeWindow: { Mode: 'OFF' }, Target, Description: 'of the scenario', State: 'ENABLED', ActionAfterCompletion: 'DELETE', ClientToken: '<run>-token' };

export const scheduler = [
  ...steps('iam', [['CreateRole', { ...ROLE, AssumeRolePolicyDocument: TRUST }, { save: { schedulerRole: 'Role.Arn' } }]]),
  ...steps('scheduler', [
    ['CreateScheduleGroup', { Name: '<run>-group', ClientToken: '<run>-token' }, { expect: { ScheduleGroupArn: 'arn:aws:scheduler:<region>:<account>:schedule-group/<run>-group' } }],
    ['CreateScheduleGroup', { Name: '<run>-group' }, { error: 'ConflictException' }],
    ['GetScheduleGroup', { Name: '<run>-group' }, { expect: { State: 'ACTIVE' } }],
    ['ListScheduleGroups', { NamePrefix: '<run>', MaxResults: 1 }, { expect: { 'ScheduleGroups.0.Name': '<run>-group' } }],
    ['CreateSchedule', SCHEDULE, { expect: { ScheduleArn: 'arn:aws:scheduler:<region>:<account>:schedule/<run>-group/<run>-schedule' } }],
    ['CreateSchedule', { ...SCHEDULE, ClientToken: 'another' }, { error: 'ConflictException' }],
    ['CreateSchedule', { ...SCHEDULE, ScheduleExpression: 'rate(1 hour)' }, { error: 'ValidationException' }],
    ['CreateSchedule', { ...SCHEDULE, Target: { ...Target, RoleArn: '<roleArn>' }, Name: '<run>-untrusted' }, { error: 'ValidationException' }],
    ['CreateSchedule', { ...SCHEDULE, GroupName: '<run>-nobody' }, { error: 'ResourceNotFoundException' }],
    ['GetSchedule', { ...NAME, ...GROUP }, { expect: { ScheduleExpression: 'at(2099-12-31T23:59:59)', 'Target.RetryPolicy.MaximumRetryAttempts': '3', ActionAfterCompletion: 'DELETE' } }],
    ['GetSchedule', NAME, { error: 'ResourceNotFoundException' }],
    ['UpdateSchedule', { ...SCHEDULE, State: 'DISABLED', FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 } }],
    ['ListSchedules', { ...GROUP, NamePrefix: '<run>', State: 'DISABLED', MaxResults: 5 }, { expect: { 'Schedules.0.Name': '<run>-schedule', 'Schedules.0.State': 'DISABLED' } }],
    ['DeleteSchedule', { ...NAME, ...GROUP, ClientToken: '<run>-token' }],
    ['DeleteSchedule', { ...NAME, ...GROUP }, { error: 'ResourceNotFoundException' }],
    ['DeleteScheduleGroup', { Name: '<run>-group', ClientToken: '<run>-token' }],
    ['GetScheduleGroup', { Name: '<run>-group' }, { error: 'ResourceNotFoundException' }],
  ]),
  ...steps('iam', [['DeleteRole', ROLE]]),
];
