/**
 * Drives every stack that has something in progress. All it knows is in the journal: a step reads the records, does
 * one thing in one transaction and looks again, so that after a kill at any moment the next start goes on.
 */
import type { Caller } from '../../endpoint/operation.js';
import { STACKS, type StackRecord } from '../records.js';
import { advance, type Next } from './advance.js';
import { Run, type EngineOptions, type RunOptions } from './run.js';

/** Runs a function after so many milliseconds; returns its cancellation. */
export type Schedule = (run: () => void, milliseconds: number) => () => void;

/** Between looks at resources that are coming to rest, milliseconds, where no record of theirs changes. */
const POLL = 50;

interface Active {
  readonly run: Run;
  cancel: () => void;
  /** Who is told when the stack has nothing more in progress. */
  readonly waiting: (() => void)[];
}

export class Engine {
  readonly #options: RunOptions;
  readonly #schedule: Schedule;
  readonly #active = new Map<string, Active>();
  #idle: (() => void)[] = [];
  #stopped = false;

  constructor(options: EngineOptions, schedule: Schedule) {
    this.#options = { ...options, drive: (region, stackId) => this.drive(region, stackId) };
    this.#schedule = schedule;
  }

  /** A stack as the engine sees it; `asker` as {@link Run}'s. */
  run(region: string, stackId: string, asker?: Caller): Run {
    return new Run(region, stackId, this.#options, asker);
  }

  /** Goes on with the stack whatever it has in progress; again for one that is being driven already changes nothing. */
  drive(region: string, stackId: string): void {
    const key = `${region} ${stackId}`;
    if (this.#stopped || this.#active.has(key)) return;
    const active: Active = { run: this.run(region, stackId), cancel: () => undefined, waiting: [] };
    this.#active.set(key, active);
    active.cancel = this.#schedule(() => this.#step(key, active), 0);
  }

  /** Drives every stack of the region that was in progress when the process ended. */
  resume(region: string): void {
    const stacks: readonly StackRecord[] = this.#options.contextFor(region).state.list(STACKS);
    for (const { stackId, status } of stacks) if (isInProgress(status)) this.drive(region, stackId);
  }

  /** Resolves when the stack has nothing in progress, or after so many milliseconds. */
  rest(region: string, stackId: string, milliseconds: number): Promise<void> {
    const active = this.#active.get(`${region} ${stackId}`);
    if (active === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#schedule(resolve, milliseconds);
      active.waiting.push(() => {
        cancel();
        resolve();
      });
    });
  }

  /** Resolves when no stack has anything in progress. */
  idle(): Promise<void> {
    if (this.#active.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Stops driving; what is in progress stays so in the journal. */
  stop(): void {
    this.#stopped = true;
    for (const { cancel, waiting } of this.#active.values()) {
      cancel();
      for (const told of waiting) told();
    }
    this.#active.clear();
    this.#wake();
  }

  #step(key: string, active: Active): void {
    if (this.#stopped) return;
    let next: Next;
    try {
      next = advance(active.run);
    } catch (error) {
      // The journal cannot be written, or a bug: the state is as before the step, and the step is tried again.
      this.#options.log(`cloudformation: ${active.run.stackId}: ${described(error)}`);
      active.cancel = this.#schedule(() => this.#step(key, active), 20 * POLL);
      return;
    }
    if (next === 'over') {
      this.#active.delete(key);
      for (const told of active.waiting) told();
      if (this.#active.size === 0) this.#wake();
    } else {
      active.cancel = next === 'again' ? this.#schedule(() => this.#step(key, active), 0) : this.#later(key, active);
    }
  }

  /** Looks again as soon as a record changes that has the id of a resource on its way: an instance that runs, a nested stack that is through. */
  #later(key: string, active: Active): () => void {
    const { context, resources } = active.run;
    const awaited = new Set(resources.filter(({ status }) => status.endsWith('_IN_PROGRESS')).map(({ physicalId }) => physicalId));
    const unsubscribe = context.state.onCommit((changes) => {
      if (!changes.some(({ id }) => awaited.has(id))) return;
      active.cancel();
      active.cancel = this.#schedule(() => this.#step(key, active), 0);
    });
    const cancel = this.#schedule(() => {
      unsubscribe();
      this.#step(key, active);
    }, POLL);
    return () => {
      unsubscribe();
      cancel();
    };
  }

  #wake(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? error.message}${error.cause === undefined ? '' : `: ${error.cause instanceof Error ? error.cause.message : JSON.stringify(error.cause)}`}`;
}

/** Whether the engine has something to do for a stack of this status. A stack in review waits for its change set. */
export function isInProgress(status: string): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}
