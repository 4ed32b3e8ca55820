/**
 * Sessions under faults on purpose. For any schedule that leaves the session resumable both ends have the same bytes, both
 * ways; for any other both are told within bounded time, and why. `SSMLAB_SEED=n` begins with that schedule; the seed is in
 * every failure.
 */
import { randomInt } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SessionChannel } from '../../../../src/cloud/guest/agent/session-channel.js';
import { Hop } from '../../../../src/cloud/messages/hop.js';
import { Session } from '../../../../src/cloud/messages/session.js';
import { mutated } from './mutant.js';
import { scheduleOf } from './schedule.js';
import { LIMIT_MS, type Outcome, type Product, runSession, TOLD_WITHIN_MS } from './virtual-session.js';

const MEBIBYTE = 1 << 20;
const SCHEDULES = 300;
const first = Number(process.env['SSMLAB_SEED'] ?? randomInt(2 ** 31));
const product: Product = { Hop, Session, SessionChannel };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What is wrong with the outcome; undefined when the property holds. */
function fault(seed: number, outcome: Outcome): string | undefined {
  const { refuses } = scheduleOf(seed, 0);
  const { sent, received, told, took } = outcome;
  const equal = received.client === sent.agent && received.agent === sent.client;
  // What was refused after everything had arrived came too late to matter.
  if (equal) return undefined;
  if (took >= LIMIT_MS) return `stuck; told: ${JSON.stringify(told)}`;
  if (refuses === undefined) return told.client === undefined && told.agent === undefined ? 'other bytes arrived than were sent' : `ended, though it could be resumed: ${JSON.stringify(told)}`;
  if (told.client === undefined || told.client === '' || told.agent === undefined || told.agent === '') return `an end was not told why: ${JSON.stringify(told)}`;
  return took - refuses.from > TOLD_WITHIN_MS ? `the ends were told after ${took - refuses.from} ms` : undefined;
}

describe('sessions in virtual time', () => {
  it(`${SCHEDULES} schedules of 1 MiB each way: equal bytes, or both ends told why (SSMLAB_SEED=${first})`, { timeout: 300_000 }, async () => {
    let refused = 0;
    let messages = 0;
    for (let seed = first; seed < first + SCHEDULES; seed += 1) {
      const outcome = await runSession(product, scheduleOf(seed, MEBIBYTE));
      messages += outcome.messages;
      if (outcome.told.client !== undefined) refused += 1;
      expect(fault(seed, outcome), `SSMLAB_SEED=${seed} ${JSON.stringify(scheduleOf(seed, MEBIBYTE))}`).toBeUndefined();
    }
    // The schedules are of both kinds, and something happens in them.
    expect(refused).toBeGreaterThan(5);
    expect(refused).toBeLessThan(SCHEDULES / 2);
    expect(messages).toBeGreaterThan(SCHEDULES * 100);
  });
});

describe('a defect that is planted is seen', () => {
  it.each([
    ['the window that is sent again after a loss of the connection begins one too late', 'this.#lost = [...this.#unacknowledged.values()];', 'this.#lost = [...this.#unacknowledged.values()].slice(1);'],
    ['an acknowledgement takes the next one with it', 'this.#unacknowledged.delete(sequence);\n', 'this.#unacknowledged.delete(sequence); this.#unacknowledged.delete(sequence + 1);\n'],
  ])('%s', { timeout: 120_000 }, async (_name, was, is) => {
    vi.useRealTimers();
    const defective = await mutated('src/lib/protocol/stream-sender.ts', was, is);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
    const found: string[] = [];
    for (let seed = first; seed < first + SCHEDULES && found.length === 0; seed += 1) {
      const wrong = fault(seed, await runSession(defective, scheduleOf(seed, MEBIBYTE)));
      if (wrong !== undefined) found.push(wrong);
    }
    expect(found).toHaveLength(1);
  });
});
