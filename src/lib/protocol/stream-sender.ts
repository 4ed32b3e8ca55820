/**
 * The sending half of a stream, sans-IO: numbers messages, keeps each until it is acknowledged, and says which to put on the
 * wire now: those that were lost first, each by itself, then new ones as the window admits (`protocol.md` §4). Nothing is
 * ever dropped. Times are milliseconds of any steady clock.
 */
import type { PayloadPlace } from './agent-message.js';
import { CongestionWindow } from './congestion-window.js';
import { DoubtedMessages } from './doubted-messages.js';
import { admit, costOf, frameOf, outgoing } from './outgoing.js';
import type { MessageForm, Outgoing } from './outgoing.js';
import { RoundTripEstimator } from './round-trip.js';

/** Payload bytes on their way and not acknowledged, and bytes taken in ahead of that. */
const WINDOW_BYTES = 1024 * 1024;
/** Numbers on their way: AWS's plugin keeps 10 000 early messages and forgets the rest. */
const WINDOW_MESSAGES = 8_192;
/** The path below is TCP: what is silent for less is slow and not lost. */
const SHORTEST_TIMEOUT = 200;
/** A message that was sent this much earlier than one that is acknowledged already was lost, or a quarter of a round trip. */
const OVERTAKEN_AFTER = 10;

/** The longest round trip that a message which was sent again may speak for. */
const LONGEST_AFTER_RESEND = 1_000;

export interface StreamSenderOptions extends MessageForm {
  /** Largest window. Default {@link WINDOW_BYTES}. */
  readonly windowBytes?: number | undefined;
}

export class StreamSender {
  readonly #options: StreamSenderOptions;
  readonly #room: number;
  readonly #window: CongestionWindow;
  readonly #roundTrip = new RoundTripEstimator();
  /** In order of sequence; #waiting follows it. */
  readonly #unacknowledged = new Map<number, Outgoing>();
  #waiting: Outgoing[] = [];
  /** Messages to be sent again; some may have been acknowledged since. */
  #lost: Outgoing[] = [];
  readonly #doubted = new DoubtedMessages();
  #next = 0;
  #prepared: Outgoing | undefined;
  /** Without what is in doubt. */
  #keptBytes = 0;
  #waitingBytes = 0;
  /** Sent, not acknowledged and not taken for lost. */
  #onTheWay = 0;
  #timerBegan = 0;
  #timeouts = 0;
  /** Since a timeout it is not known yet whether what was on its way was lost or slow. */
  #doubtful = false;
  /** Of #waiting, how many (from its head) are admitted, and their bytes. */
  #admitted = 0;
  #admittedBytes = 0;
  #newestAcknowledged = Number.NEGATIVE_INFINITY;
  #shrunk = Number.NEGATIVE_INFINITY;

  constructor(options: StreamSenderOptions) {
    this.#options = options;
    this.#room = options.windowBytes ?? WINDOW_BYTES;
    this.#window = new CongestionWindow(this.#room);
  }

  /** Bytes taken in and not yet acknowledged. */
  get backlog(): number {
    return this.#keptBytes + this.#waitingBytes;
  }

  /** True when everything is acknowledged. */
  get idle(): boolean {
    return this.#unacknowledged.size === 0 && this.#waiting.length === 0;
  }

  /** Bytes that may be on their way now. */
  get windowBytes(): number {
    return this.#window.bytes;
  }

  /** False while more is taken in than the window holds: hold back until an acknowledgement. {@link enqueue} itself never refuses. */
  get writable(): boolean {
    return this.backlog < this.#room;
  }

  /** True when each message that is not acknowledged was sent at least this many times. */
  sentAtLeast(times: number): boolean {
    return this.#waiting.length === 0 && [...this.#unacknowledged.values()].every(({ resends }) => resends + 1 >= times);
  }

  /** Takes a message in. `admitted` is called once, when there is room for it; at once if there is. */
  enqueue(payloadType: number, payload: Uint8Array, admitted?: () => void, place: PayloadPlace = 'apart'): void {
    const message = outgoing({ sequence: this.#next, payloadType, payload, place, admitted });
    this.#next += 1;
    this.#waiting.push(message);
    this.#waitingBytes += costOf(message);
    this.#admitWhatFits();
  }

  /** Makes the next message ahead of time, for one byte that is to come. `payload`: that byte, with room before it for its message. */
  prepare(payloadType: number, payload: Uint8Array): void {
    this.#prepared = outgoing({ sequence: this.#next, payloadType, payload, place: 'roomy', admitted: undefined });
    frameOf(this.#prepared, this.#options);
  }

  /** The bytes of what was prepared, to be filled in and put on the wire now and then {@link sentPrepared}; undefined when that is not the next message any more, or has to wait. */
  get prepared(): Buffer | undefined {
    const message = this.#prepared;
    if (message === undefined || message.sequence !== this.#next || this.#waiting.length > 0) return undefined;
    // As at most keys: nothing is on its way.
    if (this.#unacknowledged.size === 0) return message.frame;
    if (this.#lost.length > 0) return undefined;
    const fits = this.#fits(message) && this.#keptBytes + costOf(message) <= this.#room && message.sequence - this.#oldest(message) < WINDOW_MESSAGES;
    return fits ? message.frame : undefined;
  }

  /** What was prepared is on the wire. */
  sentPrepared(now: number): void {
    const message = this.#prepared;
    if (message === undefined) return;
    this.#prepared = undefined;
    this.#next += 1;
    this.#keep(message, now);
    this.#send(message, now);
  }

  /** The messages to put on the wire now. `judge` false: the wire is full, so that silence means nothing. */
  take(now: number, judge = true): Buffer[] {
    if (!judge) this.#timerBegan = now;
    else if (this.#onTheWay > 0 && now >= this.#deadline) this.#timedOut(now);
    const frames = this.#doubted.take(now).map((message) => frameOf(message, this.#options));
    let at = 0;
    for (; at < this.#lost.length; at += 1) {
      const message = this.#lost[at];
      if (message === undefined || !message.lost) continue;
      if (!message.carried && !this.#fits(message)) break;
      message.lost = false;
      frames.push(this.#send(message, now));
    }
    if (at > 0) this.#lost = this.#lost.slice(at);
    if (this.#lost.length === 0) this.#takeNew(now, frames);
    return frames;
  }

  /** When to call {@link take} again though nothing else happened; undefined when nothing is on its way. */
  get nextTake(): number | undefined {
    const next = Math.min(this.#onTheWay > 0 ? this.#deadline : Number.POSITIVE_INFINITY, this.#doubted.nextTake);
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  /** Takes an acknowledgement, matched by number alone. False when that message was not (or no longer) waited for. */
  acknowledge(sequence: number, now: number): boolean {
    const message = this.#unacknowledged.get(sequence);
    if (message === undefined) return false;
    const filled = this.#onTheWay + costOf(message) >= this.#window.bytes / 2;
    this.#unacknowledged.delete(sequence);
    if (this.#doubted.delete(message)) return true;
    this.#keptBytes -= costOf(message);
    // The peer has it though it was not sent again yet: what was taken for lost with it was only slow.
    const slow = message.lost;
    if (slow) message.lost = false;
    else this.#onTheWay -= costOf(message);
    this.#timeouts = 0;
    if (this.#doubtful) this.#resolveDoubt(slow, now);
    this.#timerBegan = now;
    // Counted from the first sending also after resends: too long at worst, while counting from the last one would shrink
    // the estimate on a path slower than the timeout, and resend for ever. But loss must not look like a path of minutes.
    const age = now - message.firstSent;
    this.#roundTrip.sample(message.resends === 0 ? age : Math.min(age, LONGEST_AFTER_RESEND));
    const queueing = message.resends === 0 ? this.#roundTrip.queueing(age, now) : undefined;
    this.#window.acknowledged(costOf(message), queueing, filled);
    this.#newestAcknowledged = Math.max(this.#newestAcknowledged, message.lastSent);
    this.#findOvertaken(now);
    this.#admitWhatFits();
    return true;
  }

  /** Another connection: what the peer did not acknowledge is sent again, in order. */
  restart(now: number): void {
    for (const message of this.#unacknowledged.values()) {
      message.carried = true;
      message.overtaken = 0;
      message.counted = false;
      if (this.#doubted.delete(message)) this.#keptBytes += costOf(message);
      else if (!message.lost) this.#onTheWay -= costOf(message);
      message.lost = true;
    }
    this.#lost = [...this.#unacknowledged.values()];
    this.#timeouts = 0;
    this.#doubtful = false;
    this.#timerBegan = now;
    this.#newestAcknowledged = Number.NEGATIVE_INFINITY;
    this.#roundTrip.forgetMinimum();
    this.#window.restart();
  }

  /** Forgets everything; nothing is sent any more. */
  clear(): void {
    this.#unacknowledged.clear();
    this.#doubted.clear();
    this.#waiting = [];
    this.#lost = [];
    this.#keptBytes = 0;
    this.#waitingBytes = 0;
    this.#onTheWay = 0;
    this.#admitted = 0;
    this.#admittedBytes = 0;
  }

  get #deadline(): number {
    const timeout = Math.max(SHORTEST_TIMEOUT, this.#roundTrip.rto) * 2 ** Math.min(this.#timeouts, 10);
    return this.#timerBegan + Math.min(timeout, Math.max(1_000, 2 * this.#roundTrip.rtt));
  }

  /** One message may always be on its way. */
  #fits(message: Outgoing): boolean {
    return this.#onTheWay === 0 || this.#onTheWay + costOf(message) <= this.#window.bytes;
  }

  /** Number of the oldest message that is not acknowledged; where there is none that of `message`, the next one. */
  #oldest({ sequence }: Outgoing): number {
    if (this.#unacknowledged.size === 0) return sequence;
    const [oldest = sequence] = this.#unacknowledged.keys();
    return oldest;
  }

  #takeNew(now: number, frames: Buffer[]): void {
    let taken = 0;
    let oldest: number | undefined;
    for (const message of this.#waiting) {
      oldest ??= this.#oldest(message);
      if (!this.#fits(message) || message.sequence - oldest >= WINDOW_MESSAGES) break;
      if (this.#keptBytes > 0 && this.#keptBytes + costOf(message) > this.#room) break;
      taken += 1;
      this.#waitingBytes -= costOf(message);
      if (taken <= this.#admitted) this.#admittedBytes -= costOf(message);
      else admit(message);
      // It is kept before it is sent, so that no acknowledgement comes too early.
      this.#keep(message, now);
      frames.push(this.#send(message, now));
    }
    if (taken === 0) return;
    this.#waiting = this.#waiting.slice(taken);
    this.#admitted = Math.max(0, this.#admitted - taken);
    this.#admitWhatFits();
  }

  /** From its first sending on. */
  #keep(message: Outgoing, now: number): void {
    this.#keptBytes += costOf(message);
    message.firstSent = now;
    this.#unacknowledged.set(message.sequence, message);
  }

  #send(message: Outgoing, now: number): Buffer {
    if (this.#onTheWay === 0) this.#timerBegan = now;
    this.#onTheWay += costOf(message);
    message.lastSent = now;
    message.resends += 1;
    return frameOf(message, this.#options);
  }

  /** Nothing came for a whole timeout: all that is on its way is taken for lost, and sent again from the oldest on. */
  #timedOut(now: number): void {
    this.#timerBegan = now;
    for (const message of this.#unacknowledged.values()) if (message.carried && !message.lost) this.#doubt(message, now);
    if (this.#onTheWay === 0) return;
    this.#timeouts += 1;
    this.#window.timedOut(!this.#doubtful);
    this.#doubtful = true;
    const kept = [...this.#unacknowledged.values()].filter((message) => !this.#doubted.has(message));
    this.#lose(kept);
    this.#lost = kept;
  }

  #doubt(message: Outgoing, now: number): void {
    if (this.#doubted.has(message)) return;
    this.#doubted.add(message, now);
    if (!message.lost) this.#onTheWay -= costOf(message);
    message.lost = false;
    this.#keptBytes -= costOf(message);
  }

  #resolveDoubt(slow: boolean, now: number): void {
    this.#window.resume();
    this.#doubtful = !slow && this.#lost.some(({ lost }) => lost);
    if (!slow) return;
    this.#window.undoTimeout();
    for (const message of this.#lost) {
      if (!message.lost) continue;
      message.lost = false;
      message.lastSent = now;
      this.#onTheWay += costOf(message);
    }
    this.#lost = [];
  }

  /** What was sent well before something that is acknowledged by now was lost on the way. */
  #findOvertaken(now: number): void {
    const before = this.#newestAcknowledged - Math.max(OVERTAKEN_AFTER, this.#roundTrip.rtt / 4);
    for (const received of this.#doubted.countOvertaken(before)) this.#unacknowledged.delete(received.sequence);
    const overtaken: Outgoing[] = [];
    for (const message of this.#unacknowledged.values()) {
      if (!message.lost && !this.#doubted.has(message) && message.lastSent < before) {
        if (message.carried) this.#doubt(message, now);
        else overtaken.push(message);
      }
      // First sendings are in order of time: none after this one is older.
      if (message.resends === 0 && message.lastSent >= before) break;
    }
    if (overtaken.length === 0) return;
    this.#lose(overtaken);
    this.#lost.push(...overtaken);
    if (now - this.#shrunk < this.#roundTrip.rtt) return;
    this.#shrunk = now;
    this.#window.lost();
  }

  #lose(messages: readonly Outgoing[]): void {
    for (const message of messages) {
      if (message.lost) continue;
      message.lost = true;
      this.#onTheWay -= costOf(message);
    }
  }

  /** Admits, in order, what there is room for by now. */
  #admitWhatFits(): void {
    for (let next = this.#waiting[this.#admitted]; next !== undefined; next = this.#waiting[this.#admitted]) {
      if (this.#keptBytes + this.#admittedBytes + costOf(next) > this.#room && this.backlog > costOf(next)) return;
      this.#admitted += 1;
      this.#admittedBytes += costOf(next);
      admit(next);
    }
  }
}
