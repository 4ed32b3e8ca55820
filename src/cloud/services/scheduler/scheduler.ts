/**
 * EventBridge Scheduler as labs that end by themselves need it: one-time schedules that call CloudFormation's DeleteStack in the
 * name of a role. Recurring schedules, other targets and dead-letter queues are refused by name.
 */
import type { Service } from '../../endpoint/operation.js';
import { type ClockOptions, SchedulerClock } from './clock.js';
import { createScheduleGroup, deleteScheduleGroup, getScheduleGroup, listScheduleGroups } from './operations/schedule-groups.js';
import { createSchedule, deleteSchedule, getSchedule, listSchedules, updateSchedule } from './operations/schedules.js';

const PAGE = { MaxResults: 'MaxResults', NamePrefix: 'NamePrefix', NextToken: 'NextToken' };
const integers = ['MaxResults'];

const service: Service = {
  name: 'scheduler',
  protocol: 'json',
  version: '2021-06-30',
  restJson: {
    CreateSchedule: { method: 'POST', path: '/schedules/{Name}' },
    CreateScheduleGroup: { method: 'POST', path: '/schedule-groups/{Name}' },
    DeleteSchedule: { method: 'DELETE', path: '/schedules/{Name}', query: { ClientToken: 'clientToken', GroupName: 'groupName' } },
    DeleteScheduleGroup: { method: 'DELETE', path: '/schedule-groups/{Name}', query: { ClientToken: 'clientToken' } },
    GetSchedule: { method: 'GET', path: '/schedules/{Name}', query: { GroupName: 'groupName' } },
    GetScheduleGroup: { method: 'GET', path: '/schedule-groups/{Name}' },
    ListScheduleGroups: { method: 'GET', path: '/schedule-groups', query: PAGE, integers },
    ListSchedules: { method: 'GET', path: '/schedules', query: { ...PAGE, GroupName: 'ScheduleGroup', State: 'State' }, integers },
    UpdateSchedule: { method: 'PUT', path: '/schedules/{Name}' },
  },
  operations: {
    CreateSchedule: createSchedule,
    CreateScheduleGroup: createScheduleGroup,
    DeleteSchedule: deleteSchedule,
    DeleteScheduleGroup: deleteScheduleGroup,
    GetSchedule: getSchedule,
    GetScheduleGroup: getScheduleGroup,
    ListScheduleGroups: listScheduleGroups,
    ListSchedules: listSchedules,
    UpdateSchedule: updateSchedule,
  },
};

export interface Scheduler {
  readonly service: Service;
  /** Follows the region's schedules; what came due while nobody did is called now. */
  resume(region: string): void;
  stop(): void;
}

export function createScheduler(options: ClockOptions): Scheduler {
  const clock = new SchedulerClock(options);
  return { service, resume: (region) => clock.resume(region), stop: () => clock.stop() };
}
