/**
 * Memory of an instance. A worker that runs out of heap in one leap can take the whole region process along (V8 aborts
 * before Node can end the worker alone), so no guest may get there: single texts are bounded, and what grows step by
 * step meets an out-of-memory killer, as on Linux.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SystemError } from './errors.js';
import type { Quota } from './regular-file.js';
import type { Scheduler } from './schedule.js';

/** Characters of one variable, line or expansion. */
const LONGEST_TEXT = 4 * 1024 * 1024;
/** Bytes that a command may hold of its input at once. */
const MOST_BUFFERED = 16 * 1024 * 1024;
/** Words of one expansion, elements of one array. */
const MOST_WORDS = 200_000;
/** Live memory above which processes are ended: heap, and buffers apart from the files'. */
const SOFT_LIMIT = 72 * 1024 * 1024;
/** Garbage that may gather before the next look, once there is much. */
const STEP = 16 * 1024 * 1024;
/** After so many characters the slice is over early, so that growth is looked at. */
const LOOK_AFTER = 8 * 1024 * 1024;

export class Memory {
  private readonly scheduler: Scheduler;
  private readonly quota: Quota;
  private since = 0;
  private threshold = SOFT_LIMIT;
  private collect: (() => void) | undefined;

  constructor(scheduler: Scheduler, quota: Quota) {
    this.scheduler = scheduler;
    this.quota = quota;
  }

  /** Before a text of this length is made. Throws ENOMEM when it is too long. */
  text(characters: number): void {
    if (characters > LONGEST_TEXT) throw new SystemError('ENOMEM');
    this.since += characters;
    if (this.since < LOOK_AFTER) return;
    this.since = 0;
    this.scheduler.endSlice();
  }

  /** Before a list has this many words. */
  words(count: number): void {
    if (count > MOST_WORDS) throw new SystemError('ENOMEM');
  }

  /** While input is gathered. */
  buffered(bytes: number): void {
    if (bytes > MOST_BUFFERED) throw new SystemError('ENOMEM');
  }

  /** Whether live memory is above the limit; garbage does not count. */
  exhausted(): boolean {
    if (!this.high(this.threshold)) return false;
    this.collect ??= exposeCollector();
    // The second time finishes what the first left to be swept in the background: buffers above all.
    this.collect();
    this.collect();
    if (this.high(SOFT_LIMIT)) return true;
    // Collecting at every slice would cost more than the work: only when so much came on top again.
    const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
    this.threshold = Math.max(SOFT_LIMIT, Math.max(heap, external - this.quota.used) + STEP);
    return false;
  }

  private high(limit: number): boolean {
    const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
    return heap > limit || external - this.quota.used > limit;
  }
}

/** V8's collector as a function; only wanted where memory is short, so only made there. */
function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
