/** One-time tokens that open a channel: bound to a purpose, short-lived, compared in constant time, never logged. */
import { randomBytes, timingSafeEqual } from 'node:crypto';

const LIFETIME_MS = 60_000;
/** More unused tokens than this for one purpose are not kept; the oldest goes. */
const PER_PURPOSE = 8;

interface Token {
  readonly value: Buffer;
  readonly expires: number;
}

export class Tokens {
  readonly #now: () => number;
  readonly #tokens = new Map<string, Token[]>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A fresh token for one use for this purpose, such as `client SESSION`. */
  issue(purpose: string): string {
    const value = randomBytes(96).toString('base64');
    const valid = this.#valid(purpose);
    valid.push({ value: Buffer.from(value), expires: this.#now() + LIFETIME_MS });
    this.#tokens.set(purpose, valid.slice(-PER_PURPOSE));
    return value;
  }

  /** True once for each token of the purpose. */
  redeem(purpose: string, value: string): boolean {
    const offered = Buffer.from(value);
    let found: Token | undefined;
    for (const token of this.#valid(purpose)) {
      if (token.value.length === offered.length && timingSafeEqual(token.value, offered)) found = token;
    }
    if (found === undefined) return false;
    const rest = this.#valid(purpose).filter((token) => token !== found);
    if (rest.length === 0) this.#tokens.delete(purpose);
    else this.#tokens.set(purpose, rest);
    return true;
  }

  /** Forgets the tokens of a purpose. */
  revoke(purpose: string): void {
    this.#tokens.delete(purpose);
  }

  #valid(purpose: string): Token[] {
    const now = this.#now();
    return (this.#tokens.get(purpose) ?? []).filter((token) => token.expires > now);
  }
}
