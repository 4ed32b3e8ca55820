/**
 * Scheduler's clock: calls the target of every schedule whose time has come, in the name of its role. All it knows is in the
 * records, so that what came due while the region did not run is called when it starts. As on AWS a target is called at least once.
 */
import type { Caller, OperationContext } from '../../endpoint/operation.js';
import { AwsError } from '../../endpoint/operation.js';
import { scheduleKey, SCHEDULES, type ScheduleRecord } from './records.js';
import { assumed } from './role.js';
import { callOf } from './target.js';

export interface ClockOptions {
  /** What Scheduler itself does in a region, and what a role may do there: its calls are judged. */
  readonly contextFor: (region: string, caller?: Caller) => OperationContext;
  readonly log: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The pauses between attempts double. */
const RETRY_FIRST_MS = 1000;
const RETRY_LAST_MS = 300_000;
/** Of setTimeout. */
const LONGEST_MS = 2 ** 31 - 1;

export class SchedulerClock {
  readonly #options: ClockOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #unsubscribe: (() => void)[] = [];
  #stopped = false;

  constructor(options: ClockOptions) {
    this.#options = options;
  }

  /** Follows the region's schedules from now on. */
  resume(region: string): void {
    const { state } = this.#options.contextFor(region);
    this.#unsubscribe.push(state.onCommit((changes) => {
      // Not within the commit: what is due is called, which is a transaction too.
      if (changes.some((change) => change.table === SCHEDULES.name)) setImmediate(() => this.#turn(region));
    }));
    this.#turn(region);
  }

  stop(): void {
    this.#stopped = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** Calls what is due, and sets the clock to the next time. */
  #turn(region: string): void {
    if (this.#stopped) return;
    clearTimeout(this.#timers.get(region));
    const { state } = this.#options.contextFor(region);
    const now = this.#options.now();
    for (const schedule of state.list(SCHEDULES)) if (schedule.dueAt !== undefined && schedule.dueAt <= now) this.#fire(region, schedule);
    const times = state.list(SCHEDULES).flatMap(({ dueAt }) => dueAt ?? []);
    if (times.length > 0) this.#timers.set(region, setTimeout(() => this.#turn(region), Math.min(Math.max(Math.min(...times) - now, 1), LONGEST_MS)));
  }

  #fire(region: string, schedule: ScheduleRecord): void {
    const { log, now } = this.#options;
    const { groupName, name } = schedule;
    try {
      this.#call(region, schedule);
      log(`scheduler: ${groupName}/${name} called ${schedule.target.arn}`);
      this.#keep(region, schedule, undefined);
    } catch (error) {
      const failures = schedule.failures + 1;
      const dueAt = nextAttempt(schedule, now());
      log(`scheduler: ${groupName}/${name}, attempt ${failures}: ${error instanceof AwsError ? `${error.code}: ${error.message}` : String(error)}${dueAt === undefined ? '; given up' : ''}`);
      this.#keep(region, { ...schedule, failures }, dueAt);
    }
  }

  #call(region: string, schedule: ScheduleRecord): void {
    const own = this.#options.contextFor(region);
    const { service, operation, input } = callOf(schedule.target);
    const caller = assumed(schedule, own, own.globalState, sessionName(schedule, this.#options.now()));
    if (caller === undefined) throw new AwsError('AccessDeniedException', `the role ${schedule.target.roleArn} is not there, or does not trust scheduler.amazonaws.com`);
    const answer = this.#options.contextFor(region, caller).call(service, operation, input);
    if (answer instanceof Promise) throw new TypeError(`${service}:${operation} is asynchronous`);
  }

  /** Of a schedule that was not changed meanwhile: what comes next for it. */
  #keep(region: string, schedule: ScheduleRecord, dueAt: number | undefined): void {
    const key = scheduleKey(schedule.groupName, schedule.name);
    this.#options.contextFor(region).state.transact((tx) => {
      if (tx.get(SCHEDULES, key)?.modifiedAt !== schedule.modifiedAt) return;
      if (dueAt === undefined && schedule.actionAfterCompletion === 'DELETE') tx.delete(SCHEDULES, key);
      else tx.put(SCHEDULES, key, { ...schedule, dueAt });
    });
  }
}

/** As RetryPolicy says; undefined when it is not tried again. */
function nextAttempt({ time, failures, target: { retryPolicy } }: ScheduleRecord, now: number): number | undefined {
  const next = now + Math.min(RETRY_FIRST_MS * 2 ** Math.min(failures, 20), RETRY_LAST_MS);
  return failures < retryPolicy.maximumRetryAttempts && next <= time + retryPolicy.maximumEventAgeInSeconds * 1000 ? next : undefined;
}

/** Of 64 characters at most, as STS has them. */
const sessionName = ({ name }: ScheduleRecord, now: number): string => `${name.slice(0, 48)}-${now}`;
