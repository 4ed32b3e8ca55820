/**
 * Reliability of one direction of a data channel, without I/O: numbers what is sent and repeats it until it is
 * acknowledged; puts what arrives in order and says what to acknowledge (`protocol.md` §4). Time comes in as a parameter.
 */

/** Estimates of §4: RTT 100 ms at first, gains 1/8 and 1/4, timeout at most 1 s. */
const INITIAL_RTT_MS = 100;
const INITIAL_RTO_MS = 200;
const MAX_RTO_MS = 1000;
const MIN_VARIATION_MS = 10;

interface Sent<T> {
  readonly message: T;
  readonly bytes: number;
  sentAt: number;
  /** A repeated message gives no sample: its acknowledgement may be of either copy (Karn's rule). */
  repeated: boolean;
}

/** The sending half. `T` is whatever the caller needs to send a message again. */
export class StreamSender<T> {
  readonly #unacknowledged = new Map<number, Sent<T>>();
  readonly #windowBytes: number;
  #next = 0;
  #inFlight = 0;
  #rtt = INITIAL_RTT_MS;
  #variation = 0;
  #rto = INITIAL_RTO_MS;

  /** @param windowBytes payload bytes that may be unacknowledged before {@link writable} turns false. */
  constructor(windowBytes: number) {
    this.#windowBytes = windowBytes;
  }

  /** False while the window is full; control messages may be sent all the same. */
  get writable(): boolean {
    return this.#inFlight < this.#windowBytes;
  }

  /** True when everything sent has been acknowledged. */
  get idle(): boolean {
    return this.#unacknowledged.size === 0;
  }

  /** Takes the next sequence number and remembers the message that `make` builds with it. */
  send(bytes: number, now: number, make: (sequenceNumber: number) => T): T {
    const sequenceNumber = this.#next++;
    const message = make(sequenceNumber);
    this.#unacknowledged.set(sequenceNumber, { message, bytes, sentAt: now, repeated: false });
    this.#inFlight += bytes;
    return message;
  }

  /** True when the acknowledgement was news. */
  acknowledge(sequenceNumber: number, now: number): boolean {
    const sent = this.#unacknowledged.get(sequenceNumber);
    if (sent === undefined) return false;
    this.#unacknowledged.delete(sequenceNumber);
    this.#inFlight -= sent.bytes;
    if (!sent.repeated) this.#sample(now - sent.sentAt);
    return true;
  }

  /** Everything whose timeout has passed, in order; counted as sent now. */
  due(now: number): T[] {
    const due: T[] = [];
    for (const sent of this.#unacknowledged.values()) {
      if (now - sent.sentAt < this.#rto) continue;
      sent.sentAt = now;
      sent.repeated = true;
      due.push(sent.message);
    }
    return due;
  }

  #sample(rtt: number): void {
    this.#variation = 0.75 * this.#variation + 0.25 * Math.abs(this.#rtt - rtt);
    this.#rtt = 0.875 * this.#rtt + 0.125 * rtt;
    this.#rto = Math.min(MAX_RTO_MS, this.#rtt + Math.max(MIN_VARIATION_MS, 4 * this.#variation));
  }
}

/** What to do with a message that arrived. */
export interface Received<T> {
  /** False for what could not be kept: it has to be sent again. Duplicates are acknowledged for ever (§4). */
  readonly acknowledge: boolean;
  /** Messages that are now in order, this one and those that waited for it. */
  readonly deliver: readonly T[];
}

/** The receiving half. */
export class StreamReceiver<T> {
  readonly #early = new Map<number, T>();
  readonly #limit: number;
  #expected = 0;

  /** @param limit out-of-order messages kept. */
  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  receive(sequenceNumber: number, message: T): Received<T> {
    if (sequenceNumber < this.#expected || this.#early.has(sequenceNumber)) return { acknowledge: true, deliver: [] };
    if (sequenceNumber > this.#expected) {
      if (this.#early.size >= this.#limit) return { acknowledge: false, deliver: [] };
      this.#early.set(sequenceNumber, message);
      return { acknowledge: true, deliver: [] };
    }
    const deliver = [message];
    this.#expected++;
    for (let next = this.#early.get(this.#expected); next !== undefined; next = this.#early.get(this.#expected)) {
      this.#early.delete(this.#expected++);
      deliver.push(next);
    }
    return { acknowledge: true, deliver };
  }
}
