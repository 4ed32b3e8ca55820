/** The role of a target as Scheduler assumes it. */
import { assumedBy } from '../../endpoint/service-role.js';
import type { Caller } from '../../endpoint/operation.js';
import type { Reader } from '../../state/store.js';
import type { ScheduleRecord } from './records.js';
import { groupArn, type Place } from './view.js';

/** Undefined when the role is not there or does not trust Scheduler for schedules of this group (`aws:SourceArn` is the group's). */
export function assumed({ groupName, target }: Pick<ScheduleRecord, 'groupName' | 'target'>, place: Place, globalState: Reader, sessionName: string): Caller | undefined {
  return assumedBy(target.roleArn, { globalState, accountId: place.accountId, service: 'scheduler.amazonaws.com', sessionName, keys: { 'aws:SourceArn': groupArn(groupName, place) } });
}
