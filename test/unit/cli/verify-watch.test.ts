import { describe, expect, it } from 'vitest';
import { interruptedAt } from '../../../src/cli/interruption.js';
import { errorLines } from '../../../src/cli/present-error.js';
import { asTyped, programName } from '../../../src/cli/self.js';
import { checkEvery, showWatch, typedEvents, watchTimes } from '../../../src/cli/verify-watch.js';
import { SsmlabError } from '../../../src/lib/errors.js';
import { plainStyle } from '../../../src/lib/report/style.js';
import type { Claim, VerifyReport } from '../../../src/lib/verify/claim.js';
import type { WatchEvent } from '../../../src/lib/verify/watch.js';

const report: VerifyReport = { version: 1, verdict: 'fail', fabric: 'computed', stack: 's', region: 'r', takenAt: 't', claims: [] };

/** One event, then `signal` to this process; ends when it is told to. */
async function* endedBy(signal: NodeJS.Signals, end: AbortSignal): AsyncGenerator<WatchEvent, void, void> {
  yield { kind: 'report', at: new Date(0), seconds: 1, report, changed: [], gone: [] };
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

describe('--every', () => {
  it('is of --watch, 60 seconds where nothing is said', () => {
    expect(() => checkEvery({ every: 5, watch: false })).toThrow(expect.objectContaining({ code: 'usage', message: '--every says how often --watch looks, and --watch was not said' }));
    for (const flags of [{ every: 5, watch: true }, { every: undefined, watch: true }, { every: undefined, watch: false }]) checkEvery(flags);
    expect([watchTimes({ pollSeconds: 1 }).lookEveryMs, watchTimes({ pollSeconds: 1 }, 5).lookEveryMs]).toEqual([60_000, 5000]);
  });
});

describe('what a watch tells', () => {
  it('names commands as the user can type them, in reasons and errors', async () => {
    const claim: Claim = { instance: 1, claim: 'ping', subject: null, declared: 'replies', predicted: 'replies', observed: null, verdict: 'unknown', by: 'ping', why: 'the key file is not there [key-missing]: run `ssmlab destroy`', blame: null };
    const told: WatchEvent[] = [];
    for await (const event of typedEvents((async function* (): AsyncGenerator<WatchEvent> {
      yield { kind: 'report', at: new Date(0), seconds: 1, report: { ...report, claims: [claim] }, changed: [claim], gone: [] };
      yield { kind: 'error', at: new Date(0), seconds: 1, error: new SsmlabError('cloud-not-running', 'it is not there') };
    })())) told.push(event);
    expect(programName()).not.toBe('ssmlab');
    const why = `the key file is not there [key-missing]: run \`${programName()} destroy\``;
    expect(told).toMatchObject([{ report: { claims: [{ why }] }, changed: [{ why }] }, { error: { code: 'cloud-not-running', hint: asTyped('run `ssmlab local start`') } }]);
  });
});
