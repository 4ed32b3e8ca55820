/** A stream that is silent, as long as the defaults have it: named within 10 s (issue 4). */
import { EventEmitter } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { Connection } from '../../../../src/lib/session/connection.js';
import { takeWire, watchForSilence } from '../../../../src/lib/session/stream-socket.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

class Socket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  isPaused = false;
  /** When it was asked for a sign of life, in milliseconds since the beginning. */
  readonly pings: number[] = [];
  answers = false;
  terminate(): void {}
  readonly began = performance.now();

  ping(): void {
    this.pings.push(performance.now() - this.began);
    if (this.answers) this.emit('pong');
  }
}

/** The silences that were named, and when. */
function watched(socket: Socket): { readonly dead: { readonly at: number; readonly silentMs: number }[]; readonly heard: () => void } {
  const dead: { at: number; silentMs: number }[] = [];
  const { heard } = watchForSilence(socket as unknown as WebSocket, {}, (silentMs) => dead.push({ at: performance.now() - socket.began, silentMs }));
  return { dead, heard };
}

it('a dead stream is named within 10 s, once, having been asked and given time to answer', () => {
  const socket = new Socket();
  const { dead } = watched(socket);
  vi.advanceTimersByTime(60_000);
  expect(dead).toHaveLength(1);
  expect(dead[0]?.at).toBeLessThan(10_000);
  expect(socket.pings).toHaveLength(1);
  expect((dead[0]?.at ?? 0) - (socket.pings[0] ?? 0)).toBeGreaterThanOrEqual(5_000);
});

it('also when it dies in the middle: within 10 s of the last that was heard', () => {
  const socket = new Socket();
  const { dead, heard } = watched(socket);
  const talking = setInterval(heard, 100);
  vi.advanceTimersByTime(60_000);
  clearInterval(talking);
  expect([dead, socket.pings]).toEqual([[], []]);
  vi.advanceTimersByTime(10_000);
  expect(dead).toHaveLength(1);
  expect(dead[0]?.silentMs).toBeLessThan(10_000);
});

it('one that has nothing to say is asked more often than every 30 s, and lives by its answers', () => {
  const socket = new Socket();
  socket.answers = true;
  const { dead } = watched(socket);
  vi.advanceTimersByTime(600_000);
  expect(dead).toEqual([]);
  expect(socket.pings.length).toBeGreaterThan(20);
});

it('one that is not read from, since nobody takes what it sends, is not judged', () => {
  const socket = new Socket();
  socket.isPaused = true;
  const { dead } = watched(socket);
  vi.advanceTimersByTime(600_000);
  expect(dead).toEqual([]);
});

it('what a peer says that answers no ping is a sign of life to its connection, until it says no more', () => {
  const socket = new Socket();
  const lost: string[] = [];
  const connection = new Connection({ socket: socket as unknown as WebSocket, host: 'there:1', sessionId: 'me-1', onMessage: () => undefined, onLost: ({ message }) => lost.push(message) });
  const talking = setInterval(() => socket.emit('message', Buffer.from('k')), 1_000);
  vi.advanceTimersByTime(60_000);
  clearInterval(talking);
  expect([lost, connection.takesWhole]).toEqual([[], false]);
  vi.advanceTimersByTime(10_000);
  expect(lost).toEqual([expect.stringMatching(/^nothing was heard from there:1 for \d s$/u)]);
});

it('a key goes to the system past the stream, but not under TLS, whose socket is not the one that the system knows', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-wire-'));
  const file = join(folder, 'wire');
  const fd = openSync(file, 'w');
  try {
    for (const encrypted of [false, true]) {
      const written: string[] = [];
      const wire = Object.assign(new EventEmitter(), { encrypted, writableLength: 0, _handle: { fd }, write: (bytes: Buffer) => written.push(bytes.toString()) });
      const socket = new Socket();
      takeWire(socket as unknown as WebSocket, wire as unknown as Duplex, false);
      const connection = new Connection({ socket: socket as unknown as WebSocket, host: 'there:1', sessionId: 'me-1', onMessage: () => undefined, onLost: () => undefined });
      expect(connection.writeWhole(Buffer.from(`encrypted ${encrypted};`))).toBe(true);
      expect([written, readFileSync(file, 'utf8')]).toEqual([encrypted ? ['encrypted true;'] : [], 'encrypted false;']);
    }
  } finally {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  }
});
