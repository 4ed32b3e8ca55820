/** An end of a session that falls silent without a word, at the service: who is told, and when. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Session } from '../../../../src/cloud/messages/session.js';
import { VirtualConnection } from './virtual-socket.js';

const MINUTE = 60_000;
let now = 0;
let session: Session;
let ended = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
  now = performance.now();
  ended = 0;
  session = new Session({
    request: { region: 'r', sessionId: 's', target: 'i', documentName: 'd', document: {}, parameters: {}, owner: 'o', idleTimeoutMs: 20 * MINUTE, maxDurationMs: undefined },
    now: Date.now,
    awayMs: MINUTE,
    callAgent: () => undefined,
    tellAgent: () => undefined,
    onHeard: () => undefined, onEnd: () => (ended = performance.now() - now),
  });
});
afterEach(() => {
  session.terminate('');
  vi.useRealTimers();
});

function attached(end: 'client' | 'agent'): VirtualConnection {
  const connection = new VirtualConnection({ loss: 0, duplicates: 0, latency: 1, jitter: 0, reorders: false }, () => 0.5, () => undefined);
  connection.open();
  session.attach(end, connection.far);
  return connection;
}

it('an agent that nobody hears any more, on no channel, ends the session within minutes, and the client is told why', () => {
  const client = attached('client');
  const words: string[] = [];
  client.near.on('message', (data: Buffer) => words.push(data.toString()));
  const agent = attached('agent');
  const asking = setInterval(() => agent.near.ping('keepalive'), 54_000);
  vi.advanceTimersByTime(10 * MINUTE);
  // It only pings, as AWS's agent does.
  expect(ended).toBe(0);
  agent.silence();
  vi.advanceTimersByTime(4 * MINUTE);
  clearInterval(asking);
  expect(ended).toBeGreaterThan(11 * MINUTE);
  expect(ended).toBeLessThan(13.1 * MINUTE);
  expect(words.at(-1)).toMatch(/channel_closed.*The instance did not come to the session, or come back to it, within 60 seconds/su);
});

it('an agent that is not read from, since the client takes nothing, is not judged by its silence', () => {
  attached('client');
  const agent = attached('agent');
  agent.far.pause();
  vi.advanceTimersByTime(10 * MINUTE);
  expect(ended).toBe(0);
  expect(agent.far.readyState).toBe(agent.far.OPEN);
});
