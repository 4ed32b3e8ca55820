import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { beforeSignals, opening } from '../../../src/cli/last-will.js';

describe('what is done before a signal ends the process', () => {
  let died: unknown[][] = [];
  let off = (): void => undefined;

  beforeEach(() => {
    vi.useFakeTimers();
    died = [];
    vi.spyOn(process, 'kill').mockImplementation((...what) => {
      // The signal has its way only when nobody of ours listens any more.
      died.push([...what, process.listenerCount(what[1] as NodeJS.Signals)]);
      return true;
    });
  });
  afterEach(() => {
    off();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

  it.each(['SIGTERM', 'SIGHUP'] as const)('%s: the act first, once, then the signal itself', async (signal) => {
    let finish = (): void => undefined;
    const act = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
    const listening = process.listenerCount(signal);
    off = beforeSignals(act);
    process.emit(signal, signal);
    process.emit(signal, signal);
    await settle();
    expect([act.mock.calls.length, died]).toEqual([1, []]);
    finish();
    await settle();
    expect(died).toEqual([[process.pid, signal, listening]]);
  });

  it('an act that fails is no reason to live on', async () => {
    off = beforeSignals(() => Promise.reject(new Error('no such session')));
    process.emit('SIGTERM', 'SIGTERM');
    await settle();
    expect(died).toHaveLength(1);
  });

  it('an act that gets no answer is not waited for longer than 3 s', async () => {
    off = beforeSignals(() => new Promise(() => undefined));
    process.emit('SIGTERM', 'SIGTERM');
    await vi.advanceTimersByTimeAsync(2_999);
    expect(died).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(died).toHaveLength(1);
  });

  it('leaves other signals alone, unless they are named', async () => {
    const act = vi.fn(() => Promise.resolve());
    const listening = process.listenerCount('SIGINT');
    off = beforeSignals(act);
    expect(process.listenerCount('SIGINT')).toBe(listening);
    off();
    off = beforeSignals(act, ['SIGINT']);
    process.emit('SIGINT', 'SIGINT');
    await settle();
    expect([act.mock.calls.length, died]).toEqual([1, [[process.pid, 'SIGINT', listening]]]);
  });

  it('is over when it is called off', async () => {
    const before = ['SIGTERM', 'SIGHUP'].map((signal) => process.listenerCount(signal));
    const act = vi.fn(() => Promise.resolve());
    beforeSignals(act)();
    expect(['SIGTERM', 'SIGHUP'].map((signal) => process.listenerCount(signal))).toEqual(before);
  });
});

describe('opening', () => {
  it('opens nothing after Ctrl-C', async () => {
    const interruption = new AbortController();
    interruption.abort(new Error('Ctrl-C'));
    let asked = 0;
    await expect(opening(async () => (asked += 1), interruption.signal)).rejects.toThrow('Ctrl-C');
    expect(asked).toBe(0);
  });

  it('tells what is being opened of Ctrl-C, and waits for it', async () => {
    const interruption = new AbortController();
    const steps: string[] = [];
    const opened = opening(async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      steps.push('closed at the service');
      throw signal.reason;
    }, interruption.signal);
    interruption.abort(new Error('Ctrl-C'));
    await expect(opened.finally(() => steps.push('settled'))).rejects.toThrow('Ctrl-C');
    expect(steps).toEqual(['closed at the service', 'settled']);
  });

  it('has no listener of a signal left when it is open', async () => {
    const before = process.listenerCount('SIGTERM');
    expect(await opening(async () => process.listenerCount('SIGTERM'))).toBe(before);
    let within = 0;
    await opening(async () => {
      await Promise.resolve();
      within = process.listenerCount('SIGTERM');
    });
    expect([within, process.listenerCount('SIGTERM')]).toEqual([before + 1, before]);
  });
});
