/** CreateScheduleGroup, GetScheduleGroup, DeleteScheduleGroup, ListScheduleGroups. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { clientTokenOf, conflict, listed, nameOf, namePrefixOf, notFound } from '../input.js';
import { DEFAULT_GROUP, SCHEDULE_GROUPS, scheduleKey, SCHEDULES } from '../records.js';
import { DEFAULT_GROUP_RECORD, groupArn, groupView } from '../view.js';

export const createScheduleGroup: Operation = (input, context) => {
  const name = nameOf(input);
  const clientToken = clientTokenOf(input);
  return context.state.transact((tx) => {
    const known = name === DEFAULT_GROUP ? DEFAULT_GROUP_RECORD : tx.get(SCHEDULE_GROUPS, name);
    if (known !== undefined && (clientToken === undefined || known.clientToken !== clientToken)) throw conflict(`Schedule group ${name} already exists.`);
    if (known === undefined) tx.put(SCHEDULE_GROUPS, name, { name, clientToken, createdAt: context.now(), modifiedAt: context.now() });
    return { ScheduleGroupArn: groupArn(name, context) };
  });
};

export const getScheduleGroup: Operation = (input, context) => {
  const name = nameOf(input);
  const group = name === DEFAULT_GROUP ? DEFAULT_GROUP_RECORD : context.state.get(SCHEDULE_GROUPS, name);
  if (group === undefined) throw notFound(`Schedule group ${name} does not exist.`);
  return groupView(group, context);
};

/** With its schedules, at once; on AWS it is DELETING for a while. */
export const deleteScheduleGroup: Operation = (input, context) => {
  const name = nameOf(input);
  clientTokenOf(input);
  if (name === DEFAULT_GROUP) throw new AwsError('ValidationException', 'The default schedule group cannot be deleted.');
  return context.state.transact((tx) => {
    if (tx.get(SCHEDULE_GROUPS, name) === undefined) throw notFound(`Schedule group ${name} does not exist.`);
    for (const schedule of tx.list(SCHEDULES)) if (schedule.groupName === name) tx.delete(SCHEDULES, scheduleKey(name, schedule.name));
    tx.delete(SCHEDULE_GROUPS, name);
    return {};
  });
};

export const listScheduleGroups: Operation = (input, context) => {
  const prefix = namePrefixOf(input);
  const { items, NextToken } = listed([DEFAULT_GROUP_RECORD, ...context.state.list(SCHEDULE_GROUPS)].filter(({ name }) => name.startsWith(prefix)), input, ({ name }) => name);
  return { ScheduleGroups: items.map((group) => groupView(group, context)), NextToken };
};
