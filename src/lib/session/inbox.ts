/** What the remote side sent and nobody has taken yet. */

/** A message of the remote side, in order. */
export interface DataMessage {
  /** One of PAYLOAD_TYPE. */
  readonly payloadType: number;
  readonly payload: Buffer;
}

/** Bytes not yet taken, from which on a message is acknowledged only when it is taken: that holds the sender back. */
const HIGH_WATER = 1024 * 1024;

export class Inbox {
  readonly #messages: { readonly message: DataMessage; readonly accept: () => void }[] = [];
  #bytes = 0;

  /** `accept` acknowledges it. */
  put(message: DataMessage, accept: () => void): void {
    this.#messages.push({ message, accept });
    this.#bytes += message.payload.length;
    if (this.#bytes <= HIGH_WATER) accept();
  }

  /** The next one; undefined when none waits. */
  take(): DataMessage | undefined {
    const next = this.#messages.shift();
    if (next === undefined) return undefined;
    this.#bytes -= next.message.payload.length;
    next.accept();
    return next.message;
  }
}
