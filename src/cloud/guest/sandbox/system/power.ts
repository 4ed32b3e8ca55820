/** The guest's power switch, and the one shutdown that may be scheduled. */
import type { PowerRequest } from '../../guest.js';

export class Power {
  /** Set by the worker: the region turns the instance off, or boots it anew. */
  onRequest: (request: PowerRequest) => void = () => undefined;
  #scheduled: NodeJS.Timeout | undefined;

  request(request: PowerRequest): void {
    this.cancel();
    this.onRequest(request);
  }

  /** Replaces what was scheduled before. */
  schedule(request: PowerRequest, milliseconds: number): void {
    this.cancel();
    this.#scheduled = setTimeout(() => this.request(request), milliseconds);
  }

  /** False when nothing was scheduled. */
  cancel(): boolean {
    const was = this.#scheduled !== undefined;
    clearTimeout(this.#scheduled);
    this.#scheduled = undefined;
    return was;
  }
}
