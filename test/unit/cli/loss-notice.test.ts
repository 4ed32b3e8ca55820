import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { lossNotice, type LossNotice } from '../../../src/cli/loss-notice.js';
import { SsmlabError } from '../../../src/lib/errors.js';
import { Connection } from '../../../src/lib/session/connection.js';

const why = (message: string): SsmlabError => new SsmlabError('session-failed', message);
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
    notice.onLost(why('host:443 closed the stream'));
    vi.advanceTimersByTime(2_000);
    expect(lines).toEqual(['Connection lost: host:443 closed the stream. Seeking the way back; ~. leaves.']);
    vi.advanceTimersByTime(60_000);
    notice.onRegained();
    expect(lines.slice(1)).toEqual(['Connected again.']);
  });

  it('names a stream that fell silent before anybody has waited for 10 s', () => {
    // A socket that goes on to be there, and never says anything.
    const socket = Object.assign(new EventEmitter(), { isPaused: false, OPEN: 1, readyState: 1, ping: () => undefined, pause: () => undefined, resume: () => undefined, terminate: () => undefined });
    for (const head of [0, 100, 250, 370]) {
      lines = [];
      const connection = new Connection({ socket: socket as unknown as WebSocket, host: 'host:443', sessionId: 's', onMessage: () => undefined, onLost: notice.onLost });
      vi.advanceTimersByTime(head);
      socket.emit('pong');
      for (let silent = 0; silent < 10_000 && lines.length === 0; silent += 50) vi.advanceTimersByTime(50);
      expect(lines).toEqual([expect.stringMatching(/^Connection lost: nothing was heard from host:443 for [89] s\. Seeking the way back; ~\. leaves\.$/u)]);
      notice.onRegained();
      connection.drop();
    }
  });

  it('says once, and at once, that a session is slow to open: that was waited for already', () => {
    notice.onSlow(why('the stream at host:443 cannot be reached: opening handshake has timed out'));
    notice.onSlow(why('again'));
    expect(lines).toEqual(['No answer yet: the stream at host:443 cannot be reached: opening handshake has timed out. Trying again; Ctrl-C ends it.']);
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
