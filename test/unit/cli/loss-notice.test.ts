import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lossNotice, type LossNotice } from '../../../src/cli/loss-notice.js';
import { SsmlabError } from '../../../src/lib/errors.js';

const why = (message: string): SsmlabError => new SsmlabError('stream-unreachable', message);
let lines: string[] = [];
let notice: LossNotice;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  notice = lossNotice((line) => lines.push(line), '~. leaves');
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the notice of a loss', () => {
  it('says nothing of one that is over soon, as every hour on AWS', () => {
    for (let hour = 0; hour < 3; hour += 1) {
      notice.onLost(why('closed (1000 Bye)'));
      vi.advanceTimersByTime(1_999);
      notice.onRegained();
      vi.advanceTimersByTime(3_600_000);
    }
    expect(lines).toEqual([]);
  });

  it('says once what was lost and what can be done, and once that it is back', () => {
    notice.onLost(why('nothing was heard from host:443 for 8 s'));
    vi.advanceTimersByTime(2_000);
    expect(lines).toEqual(['Connection lost: nothing was heard from host:443 for 8 s. Seeking the way back; ~. leaves.']);
    vi.advanceTimersByTime(60_000);
    notice.onRegained();
    expect(lines.slice(1)).toEqual(['Connected again.']);
  });

  it('tells a loss that follows before it is back as the same one', () => {
    notice.onLost(why('first'));
    vi.advanceTimersByTime(2_000);
    notice.onLost(why('second'));
    vi.advanceTimersByTime(10_000);
    expect(lines).toEqual(['Connection lost: first. Seeking the way back; ~. leaves.']);
  });

  it('tells the next one anew', () => {
    for (const name of ['first', 'second']) {
      notice.onLost(why(name));
      vi.advanceTimersByTime(2_000);
      notice.onRegained();
    }
    expect(lines.map((line) => line.split('.')[0])).toEqual(['Connection lost: first', 'Connected again', 'Connection lost: second', 'Connected again']);
  });

  it('is silent when it was stopped, as after a session\'s end', () => {
    notice.onLost(why('gone'));
    notice.stop();
    vi.advanceTimersByTime(60_000);
    expect(lines).toEqual([]);
  });

  it('keeps no process alive', () => {
    vi.useRealTimers();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    notice.onLost(why('gone'));
    const timer = timers.mock.results.at(-1)?.value as NodeJS.Timeout;
    expect(timer.hasRef()).toBe(false);
    notice.stop();
    timers.mockRestore();
  });
});
