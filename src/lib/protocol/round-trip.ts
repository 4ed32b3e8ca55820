/** Round trip times of one stream, and the timeout made of them. Source: `protocol.md` §4 (gains 1/8 and 1/4). Milliseconds. */

const INITIAL_RTT = 100;
/** A sample is at most this: a reader that stalled for an hour says nothing about the path. */
const LONGEST_SAMPLE = 10_000;
/** The minimum is that of the last one to two spans, so that a changed path is noticed. */
const MINIMUM_SPAN = 10_000;

/** Smoothed round trip time and the retransmission timeout made of it. */
export class RoundTripEstimator {
  rtt = INITIAL_RTT;
  variation = 0;
  /** The first timeout is 200 ms: nothing was measured yet. */
  rto = 2 * INITIAL_RTT;
  #minima: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  #spanBegan = 0;

  /** §4 caps the timeout at 1 s; a path that is slower than that gets twice its own time. */
  sample(milliseconds: number): void {
    const value = Math.min(milliseconds, LONGEST_SAMPLE);
    this.variation = 0.75 * this.variation + 0.25 * Math.abs(this.rtt - value);
    this.rtt = 0.875 * this.rtt + 0.125 * value;
    this.rto = Math.min(Math.max(1_000, 2 * this.rtt), this.rtt + Math.max(10, 4 * this.variation));
  }

  /** Notes an unambiguous round trip; returns how much of it was waiting in queues, or for the reader. */
  queueing(milliseconds: number, now: number): number {
    if (now - this.#spanBegan > MINIMUM_SPAN) {
      this.#minima = [this.#minima[1], milliseconds];
      this.#spanBegan = now;
    } else this.#minima[1] = Math.min(this.#minima[1], milliseconds);
    return milliseconds - Math.min(...this.#minima);
  }

  /** The path is another one from now on. */
  forgetMinimum(): void {
    this.#minima = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  }
}
