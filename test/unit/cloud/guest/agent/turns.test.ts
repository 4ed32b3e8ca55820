import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Turns } from '../../../../../src/cloud/guest/agent/turns.js';

const never = new AbortController().signal;
/** Waits until everybody who can has begun. */
const settled = () => vi.advanceTimersByTimeAsync(0);

describe('turns', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are had by six at a time, in order, who connects before who proves', async () => {
    const turns = new Turns(() => () => 0);
    const begun: string[] = [];
    const leaves: (() => void)[] = [];
    for (const [what, name] of [...Array.from({ length: 6 }, () => ['prove', 'early'] as const), ['prove', 'p1'] as const, ['prove', 'p2'] as const, ['connect', 'c1'] as const]) {
      void (async () => {
        const leave = await turns.take(what, never);
        begun.push(name);
        leaves.push(leave);
      })();
    }
    await settled();
    expect(begun).toHaveLength(6);
    for (const leave of leaves.slice(0, 3)) {
      leave();
      // Once: the place is another's now.
      leave();
      await settled();
    }
    expect(begun.slice(6)).toEqual(['c1', 'p1', 'p2']);
  });

  it('end for others after half a second: a way that is shut takes longer, and computes nothing', async () => {
    const turns = new Turns(() => () => 0);
    for (let each = 0; each < 6; each++) void turns.take('connect', never);
    let begun = false;
    void turns.take('prove', never).then(() => (begun = true));
    await vi.advanceTimersByTimeAsync(499);
    expect(begun).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(begun).toBe(true);
  });

  it('go on while the process has work: then it is not the network that they wait for', async () => {
    let busy = 1;
    const turns = new Turns(() => () => busy);
    for (let each = 0; each < 6; each++) void turns.take('connect', never);
    let begun = false;
    void turns.take('prove', never).then(() => (begun = true));
    await vi.advanceTimersByTimeAsync(2000);
    expect(begun).toBe(false);
    busy = 0.1;
    await vi.advanceTimersByTimeAsync(500);
    expect(begun).toBe(true);
    // But not for ever.
    busy = 1;
    let late = false;
    for (let each = 0; each < 6; each++) void turns.take('prove', never).then(() => (late = true));
    await vi.advanceTimersByTimeAsync(5000);
    expect(late).toBe(true);
  });

  it('are given up by who is stopped', async () => {
    const turns = new Turns(() => () => 0);
    const first: (() => void)[] = [];
    for (let each = 0; each < 6; each++) void turns.take('connect', never).then((leave) => first.push(leave));
    const stop = new AbortController();
    const gone = turns.take('connect', stop.signal);
    let begun = false;
    void turns.take('connect', never).then(() => (begun = true));
    stop.abort(new Error('stopped'));
    await expect(gone).rejects.toThrow('stopped');
    first[0]?.();
    await settled();
    expect(begun).toBe(true);
    await expect(turns.take('prove', stop.signal)).rejects.toThrow('stopped');
  });
});
