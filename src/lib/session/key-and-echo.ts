/**
 * A key on its way out and its echo on its way in, past the books of the stream: first the wire and the screen, then what is to be written
 * down of it. In Node what runs once in a while is slow, since nothing of it is in the processor's caches: a hundred functions between a key
 * and its message took three times as long as the rest of that way. Nor may they run behind it: who is woken by the key or by its echo waits
 * for this very processor, until this process sleeps.
 */
import { FIXED_BYTES, PAYLOAD_TYPE, isOutput, putByte } from '../protocol/agent-message.js';
import { frameAround } from '../protocol/ordinary-frames.js';
import type { ReliableStream } from '../protocol/reliable-stream.js';
import type { Connection } from './connection.js';
import type { DataMessage } from './inbox.js';

/** What a key makes a shell print is no longer; what is more is no echo. */
const ECHO_BYTES = 512;
/** Within this what was sent and shown is written down, milliseconds, if no message comes and has it done before: mostly that is the acknowledgement of the key. */
const SETTLE_MS = 20;
/** So often that is looked after in vain before it rests: longer than between two keys of somebody who types. */
const LOOKS_IN_VAIN = 10;

/** One of each payload of one byte, as most echoes are. */
const single = Array.from({ length: 256 }, (_, byte) => Buffer.of(byte));

export interface KeyAndEchoOptions {
  readonly stream: ReliableStream;
  /** Hands a message over, ahead of all that is written down; false when it has to wait for others. */
  readonly offer: (message: DataMessage) => boolean;
  /** Takes a message as any that comes, or that came at `at`, by the steady clock: into the stream, which delivers it. */
  readonly receive: (bytes: Buffer, at: number) => void;
  /** The stream is to be asked what there is to do. */
  readonly onWork: () => void;
}

export class KeyAndEcho {
  readonly #options: KeyAndEchoOptions;
  #connection: Connection | undefined;
  /** The frame of the next key, whole but for the key, and the message that is its end. */
  #frame: Buffer | undefined;
  /** When the key was sent that is not written down. */
  #sentAt: number | undefined;
  /** The message that was handed over and is not written down. */
  #shown: Buffer | undefined;
  #shownAt = 0;
  #delivered = false;
  /** Runs while keys are typed: to begin a timer for each would be one more thing to do before others have the processor. */
  #settling: NodeJS.Timeout | undefined;
  #inVain = 0;

  constructor(options: KeyAndEchoOptions) {
    this.#options = options;
  }

  /** From now on; undefined for none: messages are not as they are on the wire (KMS), or there is no connection. */
  over(connection: Connection | undefined): void {
    this.#connection = connection;
    this.#frame = undefined;
  }

  /** What was sent and shown is written down, and nothing more goes this way until {@link over} is called. */
  end(): void {
    this.settle();
    this.over(undefined);
    this.#rest();
  }

  /** Sends a key when its frame is ready; false, and nothing is sent, when not. */
  send(byte: number): boolean {
    const frame = this.#frame;
    if (frame === undefined) return false;
    this.#frame = undefined;
    const message = this.#options.stream.prepared;
    if (message === undefined) return false;
    putByte(message, byte, Date.now());
    if (this.#connection?.writeWhole(frame) !== true) return false;
    this.#sentAt = performance.now();
    this.#lookAfterIt();
    return true;
  }

  /**
   * Shows what comes when it is an echo that somebody waits for; false, and nothing is done, when it is to be received as any message. `bytes`
   * are not kept.
   */
  show(bytes: Buffer): boolean {
    if (this.#shown !== undefined) this.settle();
    const shown = this.#show(bytes);
    if (!shown) this.settle();
    return shown;
  }

  #show(bytes: Buffer): boolean {
    const { expected } = this.#options.stream;
    if (this.#connection === undefined || expected === undefined || bytes.length > FIXED_BYTES + ECHO_BYTES || !isOutput(bytes, expected)) return false;
    const payload = bytes.length === FIXED_BYTES + 1 ? single[bytes[FIXED_BYTES] ?? 0] : undefined;
    if (!this.#options.offer({ payloadType: PAYLOAD_TYPE.output, payload: payload ?? Buffer.from(bytes.subarray(FIXED_BYTES)) })) return false;
    this.#shownAt = performance.now();
    this.#shown = Buffer.from(bytes);
    this.#lookAfterIt();
    return true;
  }

  /** Writes down what was sent and shown, of which the stream delivers the latter: it asks {@link delivered}. Makes the next key's frame ready. */
  settle(): void {
    const { stream } = this.#options;
    if (this.#sentAt !== undefined) {
      const then = this.#sentAt;
      this.#sentAt = undefined;
      stream.sentPrepared(then);
    }
    const bytes = this.#shown;
    if (bytes === undefined) return;
    this.#shown = undefined;
    this.#delivered = true;
    this.#options.receive(bytes, this.#shownAt);
    this.#delivered = false;
    if (this.#frame !== undefined || this.#connection?.takesWhole !== true) return;
    this.#frame = frameAround(FIXED_BYTES + 1);
    stream.prepare(PAYLOAD_TYPE.output, this.#frame.subarray(-1));
  }

  /** Whether what the stream delivers now was handed over already; asked once of each. */
  delivered(): boolean {
    const delivered = this.#delivered;
    this.#delivered = false;
    return delivered;
  }

  #lookAfterIt(): void {
    this.#inVain = 0;
    this.#settling ??= setInterval(() => {
      this.#inVain += 1;
      if (this.#inVain > LOOKS_IN_VAIN) this.#rest();
      if (this.#sentAt === undefined && this.#shown === undefined) return;
      this.settle();
      this.#options.onWork();
    }, SETTLE_MS).unref();
  }

  #rest(): void {
    clearInterval(this.#settling);
    this.#settling = undefined;
  }
}
