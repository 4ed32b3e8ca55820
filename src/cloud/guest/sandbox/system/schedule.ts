/** Readiness gates, and the time slice after which a busy process lets the others of its instance run. */

/** Longest stretch, milliseconds, that guest code may hold the worker's thread. */
const SLICE_MS = 8;

/** Something to wait for that happens again and again: every waiter of now wakes at the next `open`. */
export class Gate {
  private promise: Promise<void> | undefined;
  private release: (() => void) | undefined;

  wait(): Promise<void> {
    this.promise ??= new Promise((resolve) => {
      this.release = resolve;
    });
    return this.promise;
  }

  open(): void {
    const release = this.release;
    this.promise = undefined;
    this.release = undefined;
    release?.();
  }
}

/** Shared by all processes of an instance. */
export class Scheduler {
  private deadline = 0;
  private turn: Promise<void> | undefined;

  /** The next `breathe` waits, however young the slice is. */
  endSlice(): void {
    this.deadline = 0;
  }

  /** Undefined while the slice lasts; otherwise resolves after timers, signals and I/O had their turn. */
  breathe(): Promise<void> | undefined {
    if (this.turn !== undefined) return this.turn;
    const now = performance.now();
    if (now < this.deadline) return undefined;
    this.turn = new Promise((resolve) => {
      setImmediate(() => {
        this.turn = undefined;
        this.deadline = performance.now() + SLICE_MS;
        resolve();
      });
    });
    return this.turn;
  }
}
