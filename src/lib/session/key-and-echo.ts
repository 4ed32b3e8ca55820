/**
 * A key on its way out and its echo on its way in, past the books of the stream: first the wire and the screen, then what is to be written
 * down of it. In Node what runs once in a while is slow, since nothing of it is in the processor's caches: a hundred functions between a key
 * and its message took three times as long as the rest of that way.
 */
import { FIXED_BYTES, PAYLOAD_TYPE, expectedOutput } from '../protocol/agent-message.js';
import { frameAround } from '../protocol/ordinary-frames.js';
import type { ReliableStream } from '../protocol/reliable-stream.js';
import type { Connection } from './connection.js';
import type { DataMessage } from './inbox.js';

/** What a key makes a shell print is no longer; what is more is no echo. */
const ECHO_BYTES = 512;
/** From a key on, or from an echo that was longer on its way, until what was shown is written down, milliseconds: by then it is on the screen, and due to be acknowledged. */
const SETTLE_MS = 5;

export interface KeyAndEchoOptions {
  readonly stream: ReliableStream;
  /** Hands a message over, ahead of all that is written down; false when it has to wait for others. */
  readonly offer: (message: DataMessage) => boolean;
  /** Takes a message as any that comes, or that came at `at`, by the steady clock: into the stream, which delivers it. */
  readonly receive: (bytes: Buffer, at: number) => void;
}

export class KeyAndEcho {
  readonly #options: KeyAndEchoOptions;
  #connection: Connection | undefined;
  /** The frame of the next key, whole but for the key. */
  #frame: Buffer | undefined;
  /** The message that was handed over and is not written down. */
  #shown: Buffer | undefined;
  #shownAt = 0;
  #delivered = false;
  #timer: NodeJS.Timeout | undefined;
  /** The timer runs. */
  #waiting = false;

  constructor(options: KeyAndEchoOptions) {
    this.#options = options;
  }

  /** From now on; undefined for none: messages are not as they are on the wire (KMS), or there is no connection. */
  over(connection: Connection | undefined): void {
    this.#connection = connection;
    this.#frame = undefined;
  }

  /** What was shown is written down, and nothing more goes this way until {@link over} is called. */
  end(): void {
    this.settle();
    this.over(undefined);
  }

  /** Sends a key when its frame is ready; false, and nothing is sent, when not. */
  send(byte: number): boolean {
    const frame = this.#frame;
    const connection = this.#connection;
    if (frame === undefined || connection === undefined) return false;
    this.#frame = undefined;
    const sent = this.#options.stream.sendPrepared(byte, () => (connection.writeWhole(frame) ? performance.now() : undefined));
    // Now, while its echo is on the way; once that is here it would keep the processor from the screen.
    if (sent && !this.#waiting) this.#wait();
    return sent;
  }

  /** Shows what comes when it is an echo that somebody waits for; false, and nothing is done, when it is to be received as any message. */
  show(bytes: Buffer): boolean {
    this.settle();
    const { stream, offer } = this.#options;
    const { expected } = stream;
    if (this.#connection === undefined || bytes.length > FIXED_BYTES + ECHO_BYTES || expected === undefined) return false;
    const payload = expectedOutput(bytes, expected);
    if (payload === undefined || !offer({ payloadType: PAYLOAD_TYPE.output, payload })) return false;
    this.#shown = bytes;
    this.#shownAt = performance.now();
    if (!this.#waiting) this.#wait();
    return true;
  }

  #wait(): void {
    this.#waiting = true;
    if (this.#timer !== undefined) this.#timer.refresh();
    else {
      this.#timer = setTimeout(() => {
        this.#waiting = false;
        this.settle();
      }, SETTLE_MS).unref();
    }
  }

  /** Writes down what was shown, which the stream delivers: it asks {@link delivered}. Makes the next key's frame ready. */
  settle(): void {
    const bytes = this.#shown;
    if (bytes === undefined) return;
    this.#shown = undefined;
    this.#delivered = true;
    this.#options.receive(bytes, this.#shownAt);
    this.#delivered = false;
    if (this.#frame !== undefined || this.#connection?.takesWhole !== true) return;
    this.#frame = frameAround(FIXED_BYTES + 1);
    this.#options.stream.prepare(PAYLOAD_TYPE.output, this.#frame.subarray(-1));
  }

  /** Whether what the stream delivers now was handed over already; asked once of each. */
  delivered(): boolean {
    const delivered = this.#delivered;
    this.#delivered = false;
    return delivered;
  }
}
