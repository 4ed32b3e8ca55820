/**
 * How calls are tried again: by the SDK's own strategies, adaptive unless AWS_RETRY_MODE or the profile says standard, one for each operation.
 *
 * The SDK has one for a whole client: its rate, and what may be spent on tries, are those of all operations, and it asks for a client "around each type
 * of resource that might be throttled" (AWS SDKs and Tools reference, "Retry behavior"). AWS counts by operation (`vpc-semantics.md` E7): one DescribeInstances
 * that was throttled held back every call of EC2 at half a call a second, and one operation that always failed left the others without a second try.
 */
import { AdaptiveRetryStrategy, DefaultRateLimiter, isThrottlingError, isTransientError, StandardRetryStrategy } from '@smithy/core/retry';
import { SsmlabError } from '../errors.js';
import type { Target } from '../target/target.js';

/** Of the SDK's two; the adaptive one hands on the tokens of the other, whatever its type says. */
export type Strategy = Pick<StandardRetryStrategy, 'acquireInitialRetryToken' | 'refreshRetryTokenForRetry' | 'recordSuccess'>;
type Token = Awaited<ReturnType<Strategy['acquireInitialRetryToken']>>;
type ErrorInfo = Parameters<Strategy['refreshRetryTokenForRetry']>[1];
type Retrying = Partial<Pick<Target, 'kind' | 'pauseScale' | 'retries'>>;

/** Five tries of a call where nothing else is set. On the local cloud a refusal is final; one more try is for a kept-alive connection that was closed as it was used. */
const RETRIES: Record<Target['kind'], NonNullable<Target['retries']>> = { aws: { mode: 'adaptive', maxAttempts: 5 }, local: { mode: 'standard', maxAttempts: 2 } };
/** Of these, so many may wait for an answer that does not come: who accepts and says nothing does not answer the fifth time either, and each of them is a long wait. */
const UNANSWERED = 2;
/** The longest pause, before it is shortened by a random part, milliseconds; and the least rate of what is throttled, calls a second: as the SDK has them. */
const LONGEST_MS = 20_000;
const LEAST_RATE = 0.5;

/** Tries of one call, the first included, and whether a throttled operation has a rate from then on. */
export const retriesOf = ({ kind = 'aws', retries }: Retrying): NonNullable<Target['retries']> => retries ?? RETRIES[kind];

/** The SDK's pauses, which it does not export, `scale` times as long: doubled from try to try, and a random part of that, so that many who were refused together do not come together. */
function pauses(scale: number) {
  let base = 0;
  return {
    setDelayBase: (milliseconds: number): void => void (base = milliseconds),
    computeNextBackoffDelay: (attempt: number): number => Math.floor(Math.random() * Math.min(base * 2 ** attempt, LONGEST_MS) * scale),
  };
}

function sdkStrategy(target: Retrying): Strategy {
  const { mode, maxAttempts } = retriesOf(target);
  const { pauseScale = 1 } = target;
  const options = { maxAttempts, backoff: pauses(pauseScale) };
  return mode === 'standard' ? new StandardRetryStrategy(options) : (new AdaptiveRetryStrategy(maxAttempts, { ...options, rateLimiter: new DefaultRateLimiter({ minFillRate: LEAST_RATE / pauseScale }) }) as Strategy & AdaptiveRetryStrategy);
}

/** As `send` names an answer, or a connection, that did not come in time. */
const isUnanswered = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

/** The SDK's, which gives up what is not answered. */
function strategy(target: Retrying): Strategy {
  const sdk = sdkStrategy(target);
  const unanswered = new WeakMap<Token, number>();
  return {
    acquireInitialRetryToken: (scope) => sdk.acquireInitialRetryToken(scope),
    refreshRetryTokenForRetry: async (token, info) => {
      // Of what the call needed first, its credentials: that has had its own tries, whose errors the SDK would find below.
      if (info.error instanceof SsmlabError) throw info.error;
      const count = (unanswered.get(token) ?? 0) + (isUnanswered(info.error) ? 1 : 0);
      // The SDK throws the call's own error for whatever is thrown here.
      if (count >= UNANSWERED) throw new Error(`${UNANSWERED} tries were not answered`);
      const next = await sdk.refreshRetryTokenForRetry(token, info);
      unanswered.set(next, count);
      return next;
    },
    recordSuccess: (token) => sdk.recordSuccess(token),
  };
}

const strategies = new WeakMap<Retrying, Map<string, Strategy>>();

/** The strategy of one operation of a target's. */
export function retryStrategy(target: Retrying, service: string, operation: string): Strategy {
  const ofTarget = strategies.get(target) ?? new Map<string, Strategy>();
  strategies.set(target, ofTarget);
  const name = `${service} ${operation}`;
  const found = ofTarget.get(name) ?? strategy(target);
  ofTarget.set(name, found);
  return found;
}

/** What the SDK's middleware tells a strategy of an error. */
function infoOf(error: unknown): ErrorInfo {
  const thrown = (error instanceof Error ? error : new Error(String(error))) as NonNullable<ErrorInfo['error']>;
  return { error: thrown, errorType: isThrottlingError(thrown) ? 'THROTTLING' : isTransientError(thrown) ? 'TRANSIENT' : 'CLIENT_ERROR' };
}

/** Tries a call that no client of the SDK's makes, as one of theirs. Rejects with the error of the last one. */
export async function tried<Reply>(by: Strategy, once: () => Promise<Reply>): Promise<Reply> {
  for (let token = await by.acquireInitialRetryToken(''); ;) {
    try {
      const reply = await once();
      by.recordSuccess(token);
      return reply;
    } catch (error) {
      const next = await by.refreshRetryTokenForRetry(token, infoOf(error)).catch(() => undefined);
      if (next === undefined) throw error;
      token = next;
    }
  }
}
