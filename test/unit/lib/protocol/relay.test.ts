/** Client, service and agent in virtual time: two hops that lose, double, delay, reorder and are cut, with credit from end to end. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SimulatedPath } from './simulated-path.js';

interface Cut {
  readonly hop: 'client' | 'agent' | 'both';
  readonly after: number;
  readonly away: number;
}

interface Schedule {
  readonly seed: number;
  /** Of 100 messages, on each hop. */
  readonly loss: readonly [number, number];
  readonly delay: readonly [number, number];
  readonly cuts: readonly Cut[];
  readonly up: number;
  readonly down: number;
  readonly payloadBytes: number;
}

/** Numbers below 1 that look random; the same for the same seed. */
function dice(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) / 0x100_0000;
  };
}

const digest = (parts: readonly Buffer[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

function chunks(bytes: number, size: number, random: () => number): Buffer[] {
  const parts: Buffer[] = [];
  for (let left = bytes; left > 0;) {
    const part = Buffer.alloc(Math.min(left, 1 + Math.floor(random() * size)), Math.floor(random() * 256));
    parts.push(part);
    left -= part.length;
  }
  return parts;
}

/** What goes wrong with a schedule; undefined for nothing. `spoil` says which frames never arrive. */
function fault(schedule: Schedule, spoil: (bytes: Buffer) => boolean = () => false): string | undefined {
  const random = dice(schedule.seed);
  const hop = (at: 0 | 1) => ({
    fate: (_now: number, bytes: Buffer) => {
      if (spoil(bytes) || random() * 100 < schedule.loss[at]) return { copies: [] };
      const delay = (): number => schedule.delay[at] * (0.5 + random());
      return { copies: random() < 0.05 ? [delay(), delay()] : [delay()] };
    },
  });
  const near: SimulatedPath = new SimulatedPath({ ...hop(0), onData: (end, payload, accept) => (end === 'agent' ? far.client.send(1, payload, accept) : accept()) });
  const far: SimulatedPath = new SimulatedPath({ ...hop(1), onData: (end, payload, accept) => (end === 'client' ? near.agent.send(1, payload, accept) : accept()) });
  const up = chunks(schedule.up, schedule.payloadBytes, random);
  const down = chunks(schedule.down, schedule.payloadBytes, random);
  const done = (): boolean => near.client.idle && near.agent.idle && far.client.idle && far.agent.idle && up.length === 0 && down.length === 0;
  const sent = { up: digest(up), down: digest(down) };
  let most = 0;
  const run = (milliseconds: number): void => {
    for (let at = 0; at < milliseconds && !done(); at += 2) {
      while (near.client.writable && up[0] !== undefined) near.client.send(1, up.shift() ?? Buffer.alloc(0));
      while (far.agent.writable && down[0] !== undefined) far.agent.send(1, down.shift() ?? Buffer.alloc(0));
      near.run(2);
      far.run(2);
      most = Math.max(most, near.agent.backlog + near.agent.heldBytes + far.client.backlog + far.client.heldBytes);
    }
  };
  for (const { hop: which, after, away } of schedule.cuts) {
    run(after);
    const cut = which === 'both' ? [near, far] : [which === 'client' ? near : far];
    for (const path of cut) path.cut();
    run(away);
    for (const path of cut) path.connect();
  }
  run(120_000);
  if (digest(far.received.agent) !== sent.up) return 'the agent received something else than the client sent';
  if (digest(near.received.client) !== sent.down) return 'the client received something else than the agent sent';
  if (!done()) return 'something was never acknowledged';
  return most > 8 << 20 ? `the service held ${most} bytes` : undefined;
}

const schedules = fc.record({
  seed: fc.integer(),
  loss: fc.tuple(fc.nat(15), fc.nat(15)),
  delay: fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 })),
  cuts: fc.array(fc.record({ hop: fc.constantFrom('client' as const, 'agent' as const, 'both' as const), after: fc.nat(400), away: fc.nat(300) }), { maxLength: 4 }),
  up: fc.integer({ min: 0, max: 1 << 20 }),
  down: fc.constant(1 << 20),
  payloadBytes: fc.constantFrom(4096, 16 << 10, 64 << 10),
});

it('whatever happens on the two hops, both streams arrive whole, and the service holds little', { timeout: 120_000 }, () => {
  fc.assert(fc.property(schedules, (schedule) => {
    expect(fault(schedule)).toBeUndefined();
  }), { numRuns: 300 });
});

it('a message that is never sent again is found', () => {
  const schedule: Schedule = { seed: 1, loss: [0, 0], delay: [5, 5], cuts: [], up: 0, down: 1 << 20, payloadBytes: 4096 };
  expect(fault(schedule)).toBeUndefined();
  const seventh = (bytes: Buffer): boolean => bytes.toString('latin1', 4, 22) === 'output_stream_data' && bytes.readUInt32BE(52) === 7;
  expect(fault(schedule, seventh)).toMatch(/something else/);
});
