/**
 * The receiving half of a stream, sans-IO: in order and once each, acknowledged when there is room for it (`protocol.md` §4).
 * What is taken over is acknowledged again for ever; what nobody has room for is not, and so stalls the sender.
 */
import type { AgentMessage } from './agent-message.js';

/**
 * Payload bytes kept, handed over and not accepted or early, from which {@link StreamReceiver.full} asks not to be read to. A
 * peer with a window never makes them so many, its window handed over and {@link EARLY_BYTES}: two hops of a session that wait
 * for each other's room would both read no more, and so not the acknowledgements that make it.
 */
const HELD_BYTES = 4 * 1024 * 1024;
/** Up to here early messages are kept; later ones have to be sent again. */
const EARLY_BYTES = 2 * 1024 * 1024;
const EARLY_MESSAGES = 10_000;

/** In order and once each. `accept`, to be called once, says that there was room. */
export type OnData = (payloadType: number, payload: Buffer, accept: () => void) => void;

export class StreamReceiver {
  readonly #onData: OnData;
  readonly #acknowledge: (message: AgentMessage) => void;
  #expected = 0;
  readonly #early = new Map<number, AgentMessage>();
  /** Handed over and not acknowledged. */
  readonly #unaccepted = new Set<number>();
  #heldBytes = 0;
  #full = false;

  /** `acknowledge`: the message is to be acknowledged now. */
  constructor(onData: OnData, acknowledge: (message: AgentMessage) => void) {
    this.#onData = onData;
    this.#acknowledge = acknowledge;
  }

  get expectedSequenceNumber(): number {
    return this.#expected;
  }

  /** Payload bytes kept for who is to take them. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** True while a peer that goes on without credit (AWS's agent has no window) should not be read from. */
  get full(): boolean {
    return this.#full;
  }

  accept(message: AgentMessage): void {
    const { sequenceNumber: sequence, payload } = message;
    if (sequence > this.#expected) {
      if (!this.#early.has(sequence)) {
        if (this.#early.size >= EARLY_MESSAGES || this.#heldBytes + payload.length > EARLY_BYTES) return;
        this.#early.set(sequence, message);
        this.#hold(payload.length);
      }
      this.#acknowledge(message);
    } else if (sequence < this.#expected) {
      if (!this.#unaccepted.has(sequence)) this.#acknowledge(message);
    } else {
      this.#unaccepted.add(sequence);
      this.#hold(payload.length);
      this.#deliver(message);
      for (let next = this.#early.get(this.#expected); next !== undefined; next = this.#early.get(this.#expected)) {
        this.#early.delete(this.#expected);
        this.#deliver(next);
      }
    }
  }

  #deliver(message: AgentMessage): void {
    const { sequenceNumber: sequence, payload } = message;
    this.#expected = sequence + 1;
    let accepted = false;
    this.#onData(message.payloadType, payload, () => {
      if (accepted) return;
      accepted = true;
      this.#release(payload.length);
      // An early one was acknowledged when it came.
      if (this.#unaccepted.delete(sequence)) this.#acknowledge(message);
    });
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    if (this.#heldBytes > HELD_BYTES) this.#full = true;
  }

  #release(bytes: number): void {
    this.#heldBytes -= bytes;
    if (this.#heldBytes < HELD_BYTES / 2) this.#full = false;
  }
}
