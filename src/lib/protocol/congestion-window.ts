/**
 * How many bytes may be on their way: as many as the path and the reader at its end take in without a queue. Grows by what
 * is acknowledged (at first exponentially), shrinks when messages are lost or wait for longer than {@link QUEUEING_TARGET}.
 */

const INITIAL = 64 * 1024;
/** Of waiting it never shrinks below this. */
const FLOOR = 16 * 1024;
/** Of losses it never shrinks below this: under a stream there is TCP, and what is lost was lost with a connection or a gateway. */
const LOSS_FLOOR = 256 * 1024;
/** Waiting that is put up with, milliseconds: a Ctrl-C has to come through behind it. */
const QUEUEING_TARGET = 100;
/** Growth per round trip once there has been a loss. */
const STEP = 16 * 1024;

export class CongestionWindow {
  readonly #maximum: number;
  #bytes: number;
  #threshold: number;
  #beforeTimeout: { readonly bytes: number; readonly threshold: number };

  constructor(maximum: number) {
    this.#maximum = maximum;
    this.#bytes = Math.min(INITIAL, maximum);
    this.#threshold = maximum;
    this.#beforeTimeout = { bytes: this.#bytes, threshold: maximum };
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `queueing` undefined: not known for this message. `filled`: the window was what held the sender back. */
  acknowledged(bytes: number, queueing: number | undefined, filled: boolean): void {
    if (queueing !== undefined && queueing > QUEUEING_TARGET) {
      this.#bytes = Math.max(Math.min(FLOOR, this.#bytes), this.#bytes - bytes / 4);
      this.#threshold = this.#bytes;
    } else if (filled) {
      const growth = this.#bytes < this.#threshold ? bytes : (bytes * STEP) / this.#bytes;
      this.#bytes = Math.min(this.#maximum, this.#bytes + growth);
    }
  }

  /** Some messages were lost while later ones came through. To be called once a round trip. */
  lost(): void {
    if (this.#bytes > LOSS_FLOOR) this.#bytes = Math.max(LOSS_FLOOR, this.#bytes * 0.7);
    this.#threshold = this.#bytes;
  }

  /** Nothing was heard for a whole timeout: one message at a time until something is. `first`: the first one in a row. */
  timedOut(first: boolean): void {
    if (first) this.#beforeTimeout = { bytes: this.#bytes, threshold: this.#threshold };
    this.#bytes = 1;
  }

  /** Something was acknowledged after a timeout: it begins to grow again. */
  resume(): void {
    this.#bytes = Math.max(this.#bytes, Math.min(FLOOR, this.#maximum));
  }

  /** The timeout was for nothing, all was only slow: what it took is given back. */
  undoTimeout(): void {
    ({ bytes: this.#bytes, threshold: this.#threshold } = this.#beforeTimeout);
  }

  /** Another connection: nothing is known of its path. */
  restart(): void {
    this.#bytes = Math.min(INITIAL, this.#maximum);
    this.#threshold = this.#maximum;
  }
}
