/** When a schedule is due: `at(yyyy-mm-ddThh:mm:ss)` in a time zone (EventBridge Scheduler user guide, "Schedule types"). */
import { AwsError } from '../../endpoint/operation.js';

const AT = /^at\((\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\)$/;

/** Milliseconds since the epoch. Throws ValidationException; rate and cron expressions are refused by name. */
export function timeOf(expression: string, timezone: string): number {
  if (/^(?:rate|cron)\(/.test(expression)) throw new AwsError('ValidationException', `The local cloud does not support the ScheduleExpression ${expression}: it has one-time schedules, at(yyyy-mm-ddThh:mm:ss)`);
  const parts = AT.exec(expression)?.slice(1).map(Number);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts ?? [];
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date takes 31 February for a day of March.
  if (parts === undefined || new Date(wall).toISOString().slice(0, 19) !== expression.slice(3, -1)) throw new AwsError('ValidationException', `Invalid Schedule Expression ${expression}.`);
  const clock = clockOf(timezone);
  // The offset at the time itself: at first that of the same figures in UTC, then that of the time that was found with it.
  const near = wall - offsetAt(clock, wall);
  return wall - offsetAt(clock, near);
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  } catch {
    throw new AwsError('ValidationException', `Invalid Schedule Expression Timezone ${timeZone}.`);
  }
}

/** What the zone's clock is ahead of UTC, milliseconds. */
function offsetAt(clock: Intl.DateTimeFormat, time: number): number {
  const parts = new Map(clock.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - time;
}
