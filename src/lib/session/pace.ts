/** So many things a second, and not many at once. Times are milliseconds of any steady clock. */

/** What may go at once after a pause: a screen of typing, or a page of output. */
const BURST = 16;

export class Pace {
  readonly #perMillisecond: number;
  #credit = BURST;
  #at = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number) {
    this.#perMillisecond = perSecond / 1000;
  }

  /** How long until the next one may go; 0 when it may now. */
  wait(now: number): number {
    this.#earn(now);
    return this.#credit >= 1 ? 0 : Math.ceil((1 - this.#credit) / this.#perMillisecond);
  }

  /** One went. */
  spend(now: number): void {
    this.#earn(now);
    this.#credit -= 1;
  }

  #earn(now: number): void {
    if (now > this.#at) {
      this.#credit = Math.min(BURST, this.#credit + (now - this.#at) * this.#perMillisecond);
      this.#at = now;
    }
  }
}
