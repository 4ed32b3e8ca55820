/**
 * Sessions under faults on purpose, from the tool's own client to the agent. For any schedule that leaves the session
 * resumable both ends have the same bytes, both ways; for any other both are told within bounded time, and why.
 * `SSMLAB_SEED=n` begins with that schedule; the seed is in every failure.
 */
import { randomInt } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Defect, loadProduct } from './product.js';
import { type Schedule, scheduleOf } from './schedule.js';
import { CLIENT_TOLD_WITHIN_MS, LIMIT_MS, type Outcome, runSession, TOLD_WITHIN_MS } from './virtual-session.js';

const MEBIBYTE = 1 << 20;
const SCHEDULES = 300;
const BATCHES = 20;
const first = Number(process.env['SSMLAB_SEED'] ?? randomInt(2 ** 31));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function load(defect?: Defect) {
  vi.useRealTimers();
  const product = await loadProduct(defect);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
  return product;
}

/** What is wrong with the outcome; undefined when the property holds. */
function fault(seed: number, outcome: Outcome): string | undefined {
  const { refuses } = scheduleOf(seed, 0);
  const { sent, received, told, took, clientTook } = outcome;
  const equal = received.client === sent.agent && received.agent === sent.client;
  // What was refused after everything had arrived came too late to matter.
  if (equal) return undefined;
  if (took >= LIMIT_MS) return `stuck; told: ${JSON.stringify(told)}`;
  if (refuses === undefined) return told.client === undefined && told.agent === undefined ? 'other bytes arrived than were sent' : `ended, though it could be resumed: ${JSON.stringify(told)}`;
  if (told.client === undefined || told.client === '' || told.agent === undefined || told.agent === '') return `an end was not told why: ${JSON.stringify(told)}`;
  if (refuses.end === 'client' && (clientTook ?? LIMIT_MS) - refuses.from > CLIENT_TOLD_WITHIN_MS) return `the client was told after ${(clientTook ?? LIMIT_MS) - refuses.from} ms`;
  return took - refuses.from > TOLD_WITHIN_MS ? `the ends were told after ${took - refuses.from} ms` : undefined;
}

describe(`sessions in virtual time: ${SCHEDULES} schedules of 1 MiB each way (SSMLAB_SEED=${first})`, () => {
  const seen = { refused: 0, messages: 0, connections: 0 };

  it.each(Array.from({ length: BATCHES }, (_, batch) => batch + 1))(`equal bytes, or both ends told why: %i of ${BATCHES}`, { timeout: 120_000 }, async (batch) => {
    const product = await load();
    const share = SCHEDULES / BATCHES;
    for (let seed = first + (batch - 1) * share; seed < first + batch * share; seed += 1) {
      const outcome = await runSession(product, scheduleOf(seed, MEBIBYTE));
      seen.messages += outcome.messages;
      seen.connections += outcome.connections;
      if (outcome.told.client !== undefined) seen.refused += 1;
      expect(fault(seed, outcome), `SSMLAB_SEED=${seed} ${JSON.stringify(scheduleOf(seed, MEBIBYTE))}`).toBeUndefined();
    }
  });

  it('the schedules are of both kinds, and something happens in them', () => {
    expect(seen.refused).toBeGreaterThan(5);
    expect(seen.refused).toBeLessThan(SCHEDULES / 2);
    expect(seen.messages).toBeGreaterThan(SCHEDULES * 100);
    expect(seen.connections).toBeGreaterThan(SCHEDULES * 1.2);
  });
});

const RESENT_AFTER_A_LOSS = {
  file: 'src/lib/protocol/stream-sender.ts',
  was: 'this.#lost = [...this.#unacknowledged.values()];',
  is: 'this.#lost = [...this.#unacknowledged.values()].slice(1);',
};

describe('a defect that is planted is seen', () => {
  it.each<[string, Defect, ((schedule: Schedule) => boolean)?]>([
    ['the window that is sent again after a loss of the connection begins one too late', RESENT_AFTER_A_LOSS],
    // Seldom is the first message in doubt a lost one: where much is on its way when the client's connection goes.
    ['the same in the client alone', { ...RESENT_AFTER_A_LOSS, inClientAlone: true }, ({ client }) => client.latency > 20 && (client.closesAfter !== undefined || client.cuts.length > 1)],
    ['an acknowledgement takes the next one with it', {
      file: 'src/lib/protocol/stream-sender.ts',
      was: 'this.#unacknowledged.delete(sequence);\n',
      is: 'this.#unacknowledged.delete(sequence); this.#unacknowledged.delete(sequence + 1);\n',
    }],
    ['the client comes back with the token that it came with', { file: 'src/lib/session/data-channel.ts', was: 'found = address;', is: '' }],
    ['the client does not send again over another connection', { file: 'src/lib/session/data-channel.ts', was: 'this.#stream.connect(performance.now());', is: 'if (this.#losses === 0) this.#stream.connect(performance.now());' }],
    ['the client does not notice a silence', { file: 'src/lib/session/stream-socket.ts', was: 'onDead(now - heard);', is: '' }, ({ client }) => client.silences.length > 0],
    ['the client seeks the way back for ever', { file: 'src/lib/session/reconnect.ts', was: 'const tried = now - (this.#began ?? now);', is: 'const tried = 0;' }, ({ refuses }) => refuses?.end === 'client'],
  ])('%s', { timeout: 600_000 }, async (_name, defect, shows = () => true) => {
    const defective = await load(defect);
    const found: string[] = [];
    for (let seed = first; seed < first + SCHEDULES && found.length === 0; seed += 1) {
      const schedule = scheduleOf(seed, MEBIBYTE);
      if (!shows(schedule)) continue;
      const wrong = fault(seed, await runSession(defective, schedule));
      if (wrong !== undefined) found.push(wrong);
    }
    expect(found).toHaveLength(1);
  });
});
