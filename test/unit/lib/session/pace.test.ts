import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { PAYLOAD_TYPE } from '../../../../src/lib/protocol/agent-message.js';
import { openDataChannel } from '../../../../src/lib/session/data-channel.js';
import { Pace } from '../../../../src/lib/session/pace.js';
import { startGateway } from './gateway-double.js';

/** What may go at once. */
const BURST = 16;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanups.splice(0).toReversed()) await each();
});

/** Sends as soon as it may, `count` times from `start` on, and gives when. */
function sendings(pace: Pace, count: number, start: number): number[] {
  const at: number[] = [];
  let now = start;
  while (at.length < count) {
    const wait = pace.wait(now);
    now += wait;
    if (wait > 0) continue;
    pace.spend(now);
    at.push(now);
  }
  return at;
}

describe('pace', () => {
  it('lets a burst go at once, then one after the other', () => {
    const at = sendings(new Pace(1000), BURST + 4, 50);
    expect(at).toEqual([...Array.from({ length: BURST }, () => 50), 51, 52, 53, 54]);
  });

  it('waits as long as one takes, rounded up to whole milliseconds', () => {
    const pace = new Pace(3);
    for (let sent = 0; sent < BURST; sent += 1) pace.spend(0);
    expect([pace.wait(0), pace.wait(100), pace.wait(334)]).toEqual([334, 234, 0]);
  });

  it('saves no more than a burst over a pause, however long', () => {
    const pace = new Pace(1000);
    sendings(pace, 100, 0);
    expect(sendings(pace, BURST + 1, 3_600_000)).toEqual([...Array.from({ length: BURST }, () => 3_600_000), 3_600_001]);
  });

  it('takes a clock that stands or goes back for one that stands', () => {
    const pace = new Pace(1000);
    for (let sent = 0; sent < BURST; sent += 1) pace.spend(1000);
    expect([pace.wait(1000), pace.wait(0), pace.wait(1000), pace.wait(1001)]).toEqual([1, 1, 1, 0]);
  });

  it('admits in no stretch of time more than a burst and what the rate says', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 5_000 }), fc.array(fc.tuple(fc.nat(40), fc.nat(2_000)), { maxLength: 20 }), (perSecond, runs) => {
      const pace = new Pace(perSecond);
      const at: number[] = [];
      for (const [count, pause] of runs) at.push(...sendings(pace, count, (at.at(-1) ?? 0) + pause));
      // How far the fullest stretch is over what it may hold.
      let over = Number.NEGATIVE_INFINITY;
      for (let from = 0; from < at.length; from += 1) {
        for (let to = from; to < at.length; to += 1) over = Math.max(over, to - from + 1 - BURST - (((at[to] ?? 0) - (at[from] ?? 0)) * perSecond) / 1000);
      }
      expect(over).toBeLessThanOrEqual(1e-6);
    }));
  });

  it('holds a data channel back, without its window being full', async () => {
    const gateway = await startGateway();
    cleanups.push(() => gateway.close());
    const opening = openDataChannel({ streamUrl: gateway.url, tokenValue: 't', sessionId: 's', payloadBytes: 1, payloadsPerSecond: 200 });
    const peer = await gateway.client();
    peer.say(PAYLOAD_TYPE.output, 'x');
    const channel = await opening;
    cleanups.push(() => channel.close());
    const began = performance.now();
    await channel.write(Buffer.alloc(BURST + 10, 'y'));
    // A timer may be late, never early.
    expect(performance.now() - began).toBeGreaterThanOrEqual(10 * 5 - 1);
    await peer.until(() => peer.typed.length === BURST + 10);
  });
});
