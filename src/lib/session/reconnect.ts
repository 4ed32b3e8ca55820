/**
 * The way back to a session whose connection was lost: ResumeSession and a new websocket, again and again with growing
 * pauses, for minutes. AWS closes every stream about once an hour and expects just this (`protocol.md` §2.4).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { SsmlabError } from '../errors.js';

/** What ResumeSession gives: a fresh token, and the URL to use it at, which need not be the first one's. */
export interface StreamAddress {
  readonly tokenValue: string;
  readonly streamUrl: string;
}

export interface ReconnectOptions {
  /** Asks the service, with credentials as they are by then. Undefined: the session is over. */
  readonly resume: () => Promise<StreamAddress | undefined>;
  /** How long the way back is sought. Default 5 minutes. */
  readonly budgetMs?: number | undefined;
  /** First pause, doubled from time to time. Default 100. */
  readonly firstPauseMs?: number | undefined;
  /** How long an address may refuse connections before that is final: nobody is behind it any more. Default: the whole budget. */
  readonly refusedMs?: number | undefined;
}

/** On loopback nothing but the region's process can be missing, and with it went the session. */
export const REFUSED_MS = 5_000;

const BUDGET_MS = 5 * 60_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** Pauses and budget of one loss; the next one goes on with them unless the connection proved good in between. */
export class Reconnector {
  readonly #options: ReconnectOptions;
  #began: number | undefined;
  #attempts = 0;
  #refusedSince: number | undefined;

  constructor(options: ReconnectOptions) {
    this.#options = options;
  }

  /** The connection is good: something came over it. */
  proved(): void {
    this.#began = undefined;
    this.#attempts = 0;
    this.#refusedSince = undefined;
  }

  /**
   * Another websocket; undefined when the service says that the session is over. Throws what ended the search, with how
   * long it took, and the signal's reason.
   */
  async connect(open: (address: StreamAddress) => Promise<WebSocket>, signal: AbortSignal): Promise<WebSocket | undefined> {
    this.#began ??= performance.now();
    for (;;) {
      await sleep(this.#pause(), undefined, { signal });
      try {
        const address = await this.#options.resume();
        signal.throwIfAborted();
        if (address === undefined) return undefined;
        const socket = await open(address);
        this.#refusedSince = undefined;
        return socket;
      } catch (error) {
        signal.throwIfAborted();
        this.#judge(error);
      }
    }
  }

  /**
   * The first try is at once; then the pauses double, each shortened by a random part so that many clients do not come together. The last
   * one ends with the time that there is: who waited beyond it would be told late.
   */
  #pause(): number {
    const attempt = this.#attempts;
    this.#attempts += 1;
    if (attempt === 0) return 0;
    const pause = Math.min(LONGEST_PAUSE_MS, (this.#options.firstPauseMs ?? FIRST_PAUSE_MS) * 2 ** Math.min(attempt - 1, 16));
    const now = performance.now();
    const left = Math.min(
      (this.#began ?? now) + (this.#options.budgetMs ?? BUDGET_MS) - now,
      (this.#refusedSince ?? now) + (this.#options.refusedMs ?? Number.POSITIVE_INFINITY) - now,
    );
    return Math.max(0, Math.min(pause * (0.5 + Math.random() / 2), left));
  }

  #judge(error: unknown): void {
    const now = performance.now();
    // A fault of ours, and what no waiting mends.
    if (!(error instanceof SsmlabError) || error.code === 'access-denied') throw error;
    if (isRefusal(error)) this.#refusedSince ??= now;
    else this.#refusedSince = undefined;
    const tried = now - (this.#began ?? now);
    const refused = this.#refusedSince === undefined ? 0 : now - this.#refusedSince;
    if (tried < (this.#options.budgetMs ?? BUDGET_MS) && refused < (this.#options.refusedMs ?? Number.POSITIVE_INFINITY)) return;
    throw new SsmlabError(error.code, `${error.message}; the way back was sought for ${inWords(tried)}`, { cause: error, hint: error.hint });
  }
}

function isRefusal(error: unknown): boolean {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if ((current as NodeJS.ErrnoException).code === 'ECONNREFUSED') return true;
  }
  return false;
}

const inWords = (milliseconds: number): string => (milliseconds < 90_000 ? `${Math.round(milliseconds / 1000)} s` : `${Math.round(milliseconds / 60_000)} minutes`);
