/**
 * How calls on AWS are tried again: the SDK's standard pauses, and beside them a rate for each operation that was throttled.
 *
 * The SDK's own adaptive mode has one rate for a whole client, and asks for a client "around each type of resource that might be throttled"
 * (AWS SDKs and Tools reference, "Retry behavior"); AWS counts by operation (`vpc-semantics.md` E7). One DescribeInstances that was throttled held
 * back every call of EC2 at half a call a second, and then at no more than twice what had just been sent. A deployment of the lab on the local cloud
 * with one answer throttled, seconds, medians of three on a busy machine, with adaptive mode → with this at 2 calls a second at the least (5 since):
 * none throttled 2.0 → 1.6, DescribeInstances 5.5 → 2.6, DescribeStacks 4.8 → 2.9, DescribeInstanceTypeOfferings 4.6 → 1.6, DescribeInstanceInformation
 * 4.3 → 2.4; of these up to one second is the pause before the next try.
 */
import { DefaultRateLimiter, type RateLimiter, StandardRetryStrategy } from '@smithy/core/retry';

/** Tries of one call, the first included. */
export const ATTEMPTS = 5;
/** Of these, so many may wait for an answer that does not come: who accepts and says nothing does not answer the fifth time either, and each of them is a long wait. */
const UNANSWERED = 2;
/** Calls a second of an operation that was throttled a moment ago, at the least: half of the slowest refill of EC2's reads. StartSession, 3 a second, is spaced by `sessionIntervalMs`. */
const LEAST_RATE = 5;
/** The longest pause, before it is shortened by a random part; milliseconds, as the SDK has it. */
const LONGEST_MS = 20_000;

/** The SDK's pauses, which it does not export, `scale` times as long: doubled from try to try, and a random part of that, so that many who were refused together do not come together. */
function pauses(scale: number) {
  let base = 0;
  return {
    setDelayBase: (milliseconds: number): void => void (base = milliseconds),
    computeNextBackoffDelay: (attempt: number): number => Math.floor(Math.random() * Math.min(base * 2 ** attempt, LONGEST_MS) * scale),
  };
}

/** What the SDK's strategy keeps of a call. */
type Token = Awaited<ReturnType<StandardRetryStrategy['acquireInitialRetryToken']>>;

interface Tries {
  readonly strategy: StandardRetryStrategy;
  readonly unanswered: number;
}

/** As the SDK's handler names an answer that did not come in time; a connection that is not made in time has no code, and a shorter bound. */
const isUnanswered = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError' && (error as NodeJS.ErrnoException).code === 'ETIMEDOUT';

/**
 * The strategy of one client. Up to 50 ms, doubled with each try, before the next; up to 1 s of what was throttled. Each call has the SDK's strategy to
 * itself: what a client may spend on retries, about 35 calls that were cut, is refilled by successes only, and one operation that always fails
 * left the others without any.
 */
export function retries(scale: number): Pick<StandardRetryStrategy, 'acquireInitialRetryToken' | 'refreshRetryTokenForRetry' | 'recordSuccess'> {
  const calls = new WeakMap<Token, Tries>();
  const own = (): Tries => ({ strategy: new StandardRetryStrategy({ maxAttempts: ATTEMPTS, backoff: pauses(scale) }), unanswered: 0 });
  const keep = (token: Token, call: Tries): Token => {
    calls.set(token, call);
    return token;
  };
  return {
    acquireInitialRetryToken: async (scope) => {
      const call = own();
      return keep(await call.strategy.acquireInitialRetryToken(scope), call);
    },
    refreshRetryTokenForRetry: async (token, info) => {
      const { strategy, unanswered } = calls.get(token) ?? own();
      const call: Tries = { strategy, unanswered: unanswered + (isUnanswered(info.error) ? 1 : 0) };
      // The SDK throws the call's own error for whatever is thrown here.
      if (call.unanswered >= UNANSWERED) throw new Error(`${UNANSWERED} tries were not answered`);
      return keep(await strategy.refreshRetryTokenForRetry(token, info), call);
    },
    recordSuccess: () => undefined,
  };
}

type Next<Args, Result> = (args: Args) => Promise<Result>;

/** For the middleware of one client, within each try: who is not throttled is not held back. */
export function ratesByOperation(scale: number): <Args, Result>(next: Next<Args, Result>, context: { readonly commandName?: string }) => Next<Args, Result> {
  const limiters = new Map<string, RateLimiter>();
  return (next, { commandName = '' }) => {
    const limiter = limiters.get(commandName) ?? new DefaultRateLimiter({ minFillRate: LEAST_RATE / scale });
    limiters.set(commandName, limiter);
    return async (args) => {
      await limiter.getSendToken();
      try {
        const result = await next(args);
        limiter.updateClientSendingRate({});
        return result;
      } catch (error) {
        // Only one of throttling changes the rate downward; it tells them apart by the code and status of the error.
        limiter.updateClientSendingRate({ error });
        throw error;
      }
    };
  };
}
