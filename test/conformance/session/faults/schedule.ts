/** What happens to the messages of a session and to its connections, drawn from a seed: the same seed, the same faults. */

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One hop: between the service and one end. Probabilities are of a message, times are milliseconds. */
export interface HopFaults {
  readonly loss: number;
  readonly duplicates: number;
  readonly latency: number;
  readonly jitter: number;
  /** Late ones do not hold up those behind them. */
  readonly reorders: boolean;
  /** The connection is closed so long after it was opened, as AWS does hourly; every time. */
  readonly closesAfter: number | undefined;
  /** And cut at these moments, without a word, what is on its way lost. */
  readonly cuts: readonly number[];
  /** How long nobody gets through after a close or a cut. */
  readonly outage: number;
}

export interface Schedule {
  readonly seed: number;
  readonly client: HopFaults;
  readonly agent: HopFaults;
  /** Who is refused every connection after which moment; undefined: the session can always be resumed. */
  readonly refuses: { readonly end: 'client' | 'agent'; readonly from: number } | undefined;
  readonly payloadBytes: { readonly client: number; readonly agent: number };
  /** Bytes that each end sends. */
  readonly bytes: number;
}

export function scheduleOf(seed: number, bytes: number): Schedule {
  const next = dice(seed);
  const chance = (probability: number): boolean => next() < probability;
  const between = (low: number, high: number): number => low + next() * (high - low);
  const hop = (): HopFaults => ({
    loss: chance(0.6) ? between(0, 0.08) : 0,
    duplicates: chance(0.5) ? between(0, 0.1) : 0,
    latency: between(0.2, 60),
    jitter: chance(0.7) ? between(0, 60) : 0,
    reorders: chance(0.5),
    closesAfter: chance(0.4) ? between(300, 4_000) : undefined,
    cuts: Array.from({ length: Math.floor(next() * 4) }, () => between(10, 6_000)).toSorted((a, b) => a - b),
    outage: between(0, 1_500),
  });
  const size = (): number => Math.floor(2 ** between(11, 16));
  return {
    seed,
    client: hop(),
    agent: hop(),
    refuses: chance(0.2) ? { end: chance(0.5) ? 'client' : 'agent', from: between(0, 3_000) } : undefined,
    payloadBytes: { client: size(), agent: size() },
    bytes,
  };
}
