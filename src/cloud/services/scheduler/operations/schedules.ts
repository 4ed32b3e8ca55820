/** CreateSchedule, GetSchedule, UpdateSchedule, DeleteSchedule, ListSchedules. */
import { AwsError, type Operation, type OperationContext } from '../../../endpoint/operation.js';
import { optionalString } from '../../../endpoint/typed-input.js';
import type { Reader } from '../../../state/store.js';
import { askedSchedule, checkGroup, clientTokenOf, conflict, listed, nameOf, namePrefixOf, notFound, optionalGroupOf, type AskedSchedule } from '../input.js';
import { DEFAULT_GROUP, scheduleKey, SCHEDULES, type ScheduleRecord } from '../records.js';
import { assumed } from '../role.js';
import { scheduleArn, scheduleSummary, scheduleView } from '../view.js';

function found(state: Reader, groupName: string, name: string): ScheduleRecord {
  checkGroup(state, groupName);
  const schedule = state.get(SCHEDULES, scheduleKey(groupName, name));
  if (schedule === undefined) throw notFound(`Schedule ${name} does not exist.`);
  return schedule;
}

function checkRole(asked: AskedSchedule, groupName: string, context: OperationContext): void {
  if (assumed({ groupName, target: asked.target }, context, context.globalState, 'validation') === undefined) {
    throw new AwsError('ValidationException', 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.');
  }
}

const dueOf = ({ state, time }: AskedSchedule): number | undefined => (state === 'ENABLED' ? time : undefined);

export const createSchedule: Operation = (input, context) => {
  const name = nameOf(input);
  const groupName = optionalGroupOf(input) ?? DEFAULT_GROUP;
  const asked = askedSchedule(input);
  return context.state.transact((tx) => {
    checkGroup(tx, groupName);
    const known = tx.get(SCHEDULES, scheduleKey(groupName, name));
    // The same request again: it was made.
    if (known?.clientToken !== undefined && known.clientToken === asked.clientToken) return { ScheduleArn: scheduleArn(known, context) };
    if (known !== undefined) throw conflict(`Schedule ${name} already exists.`);
    checkRole(asked, groupName, context);
    const schedule: ScheduleRecord = { ...asked, name, groupName, createdAt: context.now(), modifiedAt: context.now(), dueAt: dueOf(asked), failures: 0 };
    tx.put(SCHEDULES, scheduleKey(groupName, name), schedule);
    return { ScheduleArn: scheduleArn(schedule, context) };
  });
};

export const updateSchedule: Operation = (input, context) => {
  const name = nameOf(input);
  const groupName = optionalGroupOf(input) ?? DEFAULT_GROUP;
  const asked = askedSchedule(input);
  return context.state.transact((tx) => {
    const { createdAt } = found(tx, groupName, name);
    checkRole(asked, groupName, context);
    const schedule: ScheduleRecord = { ...asked, name, groupName, createdAt, modifiedAt: context.now(), dueAt: dueOf(asked), failures: 0 };
    tx.put(SCHEDULES, scheduleKey(groupName, name), schedule);
    return { ScheduleArn: scheduleArn(schedule, context) };
  });
};

export const getSchedule: Operation = (input, context) => scheduleView(found(context.state, optionalGroupOf(input) ?? DEFAULT_GROUP, nameOf(input)), context);

export const deleteSchedule: Operation = (input, context) => {
  const name = nameOf(input);
  const groupName = optionalGroupOf(input) ?? DEFAULT_GROUP;
  clientTokenOf(input);
  return context.state.transact((tx) => {
    found(tx, groupName, name);
    tx.delete(SCHEDULES, scheduleKey(groupName, name));
    return {};
  });
};

export const listSchedules: Operation = (input, context) => {
  const groupName = optionalGroupOf(input);
  const prefix = namePrefixOf(input);
  const state = optionalString(input, 'State', { oneOf: ['ENABLED', 'DISABLED'] });
  if (groupName !== undefined) checkGroup(context.state, groupName);
  const wanted = context.state.list(SCHEDULES).filter((schedule) => (groupName ?? schedule.groupName) === schedule.groupName && schedule.name.startsWith(prefix) && (state ?? schedule.state) === schedule.state);
  const { items, NextToken } = listed(wanted, input, (schedule) => scheduleKey(schedule.groupName, schedule.name));
  return { Schedules: items.map((schedule) => scheduleSummary(schedule, context)), NextToken };
};
