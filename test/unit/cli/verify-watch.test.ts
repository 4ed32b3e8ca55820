import { describe, expect, it } from 'vitest';
import { interruptedAt } from '../../../src/cli/interruption.js';
import { errorLines } from '../../../src/cli/present-error.js';
import { showWatch } from '../../../src/cli/verify-watch.js';
import { plainStyle } from '../../../src/lib/report/style.js';
import type { VerifyReport } from '../../../src/lib/verify/claim.js';
import type { WatchEvent } from '../../../src/lib/verify/watch.js';

const report: VerifyReport = { version: 1, verdict: 'fail', fabric: 'computed', stack: 's', region: 'r', takenAt: 't', claims: [] };

/** One event, then `signal` to this process; ends when it is told to. */
async function* endedBy(signal: NodeJS.Signals, end: AbortSignal): AsyncGenerator<WatchEvent, void, void> {
  yield { kind: 'report', at: new Date(0), report, changed: [], gone: [] };
  const aborted = new Promise<void>((resolve) => end.addEventListener('abort', () => resolve(), { once: true }));
  process.emit(signal, signal);
  await aborted;
}

describe('the end of a watch', () => {
  it.each([['SIGINT', 1], ['SIGTERM', 0]] as const)('by %s is told %i times, and is the last verdict', async (signal, times) => {
    // A stand-in for the runner's own listeners, which are not to hear of it.
    const others = process.listeners(signal);
    process.removeAllListeners(signal);
    try {
      let told = 0;
      const status = await showWatch((end) => endedBy(signal, end), { json: false, text: { style: plainStyle() }, onInterrupt: () => void (told += 1), print: () => undefined, exit: () => undefined });
      expect([status, told]).toEqual([1, times]);
    } finally {
      for (const each of others) process.on(signal, each);
    }
  });

  it('is one line that fits 80 columns', () => {
    expect(errorLines(interruptedAt('watching-claims'), plainStyle(), 80)).toEqual(['interrupted: nothing was changed; the exit status is that of the last verdict']);
  });
});
