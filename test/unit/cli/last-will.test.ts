import { describe, expect, it } from 'vitest';
import { opening } from '../../../src/cli/last-will.js';

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
