/**
 * AWS's plugin never acknowledges a duplicate: where its acknowledgement was lost with a connection there comes no other
 * (`protocol.md` §4). So what was sent over an earlier connection and is not acknowledged over this one is in doubt: it no longer
 * counts, is sent again now and then, and is taken for received when many later messages were acknowledged in between.
 */
import type { Outgoing } from './outgoing.js';

/** So many later ones end it. */
const DOUBT_ENDS_AFTER = 20;
/** Milliseconds until it is sent again, doubled each time. */
const DOUBT_INTERVAL = 100;
const LONGEST_DOUBT_INTERVAL = 1_000;

export class DoubtedMessages {
  /** In order of sequence. */
  readonly #messages = new Set<Outgoing>();

  has(message: Outgoing): boolean {
    return this.#messages.has(message);
  }

  add(message: Outgoing, now: number): void {
    this.#messages.add(message);
    message.again = now + DOUBT_INTERVAL;
    message.interval = DOUBT_INTERVAL;
  }

  /** False when it was not in doubt. */
  delete(message: Outgoing): boolean {
    return this.#messages.delete(message);
  }

  clear(): void {
    this.#messages.clear();
  }

  /** When {@link take} has something; infinity when nothing is to be sent again. */
  get nextTake(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const message of this.#messages) if (this.#worthAnother(message)) next = Math.min(next, message.again);
    return next;
  }

  /** Those to be sent again now. */
  take(now: number): Outgoing[] {
    const due: Outgoing[] = [];
    for (const message of this.#messages) {
      if (message.again > now || !this.#worthAnother(message)) continue;
      message.interval = Math.min(LONGEST_DOUBT_INTERVAL, 2 * message.interval);
      message.again = now + message.interval;
      message.lastSent = now;
      message.counted = false;
      message.resends += 1;
      due.push(message);
    }
    return due;
  }

  /** Something was acknowledged that was sent after these, before that time, were. Returns those that are taken for received by now. */
  countOvertaken(before: number): Outgoing[] {
    const received: Outgoing[] = [];
    for (const message of this.#messages) {
      if (message.counted || message.lastSent >= before) continue;
      message.counted = true;
      message.overtaken += 1;
      if (message.overtaken < DOUBT_ENDS_AFTER) continue;
      this.#messages.delete(message);
      received.push(message);
    }
    return received;
  }

  /** The oldest of all holds up the stream if it was lost; of the others it is known when later ones came through. */
  #worthAnother(message: Outgoing): boolean {
    const [oldest] = this.#messages;
    return message === oldest || message.counted;
  }
}
