/**
 * Turns for agents that come online or prove their way: a few at a time. All of two hundred at once would keep each other from
 * it: every one would run into its timeouts, and begin again.
 */
import { performance } from 'node:perf_hooks';

/** As many as keep two cores at work: each is some handshakes, both sides of which this process computes. */
const AT_ONCE = 6;
/**
 * How often it is looked, milliseconds, whether those whose turn it is do anything: whose way is shut has an attempt of seconds, in
 * which nothing is computed, and keeps nobody waiting. Where this process has work all the time it is not they who wait.
 */
const LOOK_MS = 500;
const BUSY = 0.5;
/** Looks after which a turn ends in any case. */
const MOST_LOOKS = 10;

interface Waiting {
  readonly begin: (leave: () => void) => void;
}

/** Part of the time since it was last asked in which this process had something to do, 0 to 1. */
export type Utilization = () => number;

function utilization(): Utilization {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(now, last);
    last = now;
    return since.utilization;
  };
}

export class Turns {
  readonly #meter: () => Utilization;
  /** Who is not connected comes before who is. */
  readonly #waiting: Readonly<Record<'connect' | 'prove', Set<Waiting>>> = { connect: new Set(), prove: new Set() };
  #busy = 0;

  constructor(meter: () => Utilization = utilization) {
    this.#meter = meter;
  }

  /** Resolves when it may begin, with what is to be called when it is done. Rejects with the signal's reason. */
  take(what: 'connect' | 'prove', signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = (): void => {
        this.#waiting[what].delete(waiting);
        reject(signal.reason as Error);
      };
      const waiting: Waiting = {
        begin: (leave) => {
          signal.removeEventListener('abort', onAbort);
          resolve(leave);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting[what].add(waiting);
      this.#next();
    });
  }

  #next(): void {
    const { connect, prove } = this.#waiting;
    while (this.#busy < AT_ONCE && connect.size + prove.size > 0) {
      const queue = connect.size > 0 ? connect : prove;
      const [first] = queue;
      if (first === undefined) return;
      queue.delete(first);
      this.#busy++;
      first.begin(this.#leaving());
    }
  }

  /** Ends a turn, once. */
  #leaving(): () => void {
    let over = false;
    const leave = (): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      this.#busy--;
      this.#next();
    };
    const busy = this.#meter();
    const look = (left: number): NodeJS.Timeout => setTimeout(() => {
      if (busy() < BUSY || left <= 1) leave();
      else timer = look(left - 1);
    }, LOOK_MS).unref();
    let timer = look(MOST_LOOKS);
    return leave;
  }
}
