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

/** What happens to messages. Probabilities are of a message, times are milliseconds. */
export interface MessageFaults {
  readonly loss: number;
  readonly duplicates: number;
  readonly latency: number;
  readonly jitter: number;
  /** Late ones do not hold up those behind them. */
  readonly reorders: boolean;
}

/** One hop: between the service and one end. */
export interface HopFaults extends MessageFaults {
  /** The connection is closed so long after it was opened, as AWS does hourly; every time. */
  readonly closesAfter: number | undefined;
  /** And cut at these moments, without a word, what is on its way lost. */
  readonly cuts: readonly number[];
  /** And silent from these moments on: nothing comes through, and nobody is told. */
  readonly silences: readonly number[];
  /** How long nobody gets through after a close or a cut. */
  readonly outage: number;
}

/** How the way back is barred: nobody listens, no answer to the upgrade, 403 to it, or by ResumeSession, which fails or knows no session. */
export type Refusal = 'ECONNREFUSED' | 'no answer' | '403' | 'ResumeSession fails' | 'ResumeSession knows it no more';
const REFUSALS: readonly Refusal[] = ['ECONNREFUSED', 'no answer', '403', 'ResumeSession fails', 'ResumeSession knows it no more'];

export interface Schedule {
  readonly seed: number;
  readonly client: HopFaults;
  readonly agent: HopFaults;
  /** Who is refused every connection after which moment; undefined: the session can always be resumed. `how` is the client's. */
  readonly refuses: { readonly end: 'client' | 'agent'; readonly from: number; readonly how: Refusal } | undefined;
  readonly payloadBytes: { readonly client: number; readonly agent: number };
  /** The session begins with a handshake, as all but plain shells do. */
  readonly handshake: boolean;
  /** The ends take their time to read, so that credit is what limits the sender; undefined: they read at once. The longest pause, milliseconds. */
  readonly reads: { readonly pause: number } | undefined;
  /** Bytes that each end sends. */
  readonly bytes: number;
}

export function scheduleOf(seed: number, bytes: number): Schedule {
  const next = dice(seed);
  const chance = (probability: number): boolean => next() < probability;
  const between = (low: number, high: number): number => low + next() * (high - low);
  const moments = (most: number): readonly number[] => Array.from({ length: Math.floor(next() * (most + 1)) }, () => 10 * 600 ** next()).toSorted((a, b) => a - b);
  const hop = (): HopFaults => ({
    loss: chance(0.6) ? between(0, 0.08) : 0,
    duplicates: chance(0.5) ? between(0, 0.1) : 0,
    latency: between(0.2, 60),
    jitter: chance(0.7) ? between(0, 60) : 0,
    reorders: chance(0.5),
    closesAfter: chance(0.4) ? between(300, 4_000) : undefined,
    cuts: moments(3),
    silences: chance(0.3) ? moments(2) : [],
    outage: between(0, 1_500),
  });
  const size = (): number => Math.floor(2 ** between(11, 16));
  const slow = chance(0.1);
  return {
    seed,
    client: hop(),
    agent: hop(),
    refuses: chance(0.2) ? { end: chance(0.5) ? 'client' : 'agent', from: between(0, 3_000), how: REFUSALS[Math.floor(next() * REFUSALS.length)] ?? 'ECONNREFUSED' } : undefined,
    payloadBytes: { client: size(), agent: size() },
    handshake: chance(0.5),
    reads: slow ? { pause: between(1, 200) } : undefined,
    // More than all windows and buffers on the way hold.
    bytes: slow ? 4 * bytes : bytes,
  };
}
