/** Ready means ready: every way in is really opened once, and while it is not, the reason is told. */
import { SsmlabError } from '../errors.js';
import type { Pause } from './pause.js';

/** What one try to open a way came to. */
export type Opening =
  | { readonly state: 'open' }
  /** It may open yet. `error`: what it is if it does not. */
  | { readonly state: 'shut'; readonly error: SsmlabError }
  /** It cannot be tried from here, a clause. */
  | { readonly state: 'untried'; readonly why: string };

/** The way into one instance. */
export interface Door {
  readonly name: string;
  readonly way: 'ssh-key-pair' | 'session-manager';
  /** `last`: nobody will try again. Errors that it throws are told at once. */
  readonly open: (last: boolean) => Promise<Opening>;
}

export type ReadyEvent =
  | { readonly kind: 'shut'; readonly door: Door; readonly why: string }
  | { readonly kind: 'open'; readonly door: Door }
  | { readonly kind: 'untried'; readonly door: Door; readonly why: string };

export interface ReadyOptions {
  /** How long the last of them may take. */
  readonly seconds: number;
  /** What is shut for less is told to nobody. */
  readonly quietSeconds?: number | undefined;
  readonly pollSeconds: number;
  readonly pause: Pause;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** Tries one until it is open; throws what it is shut by at the bound. A reason is told once until it changes. */
async function* tryDoor(door: Door, { seconds, quietSeconds = 0, pollSeconds, pause, now = Date.now }: ReadyOptions): AsyncGenerator<ReadyEvent, void> {
  const begun = now();
  const end = begun + seconds * 1000;
  let told: string | undefined;
  for (;;) {
    const last = now() >= end;
    const opening = await door.open(last);
    if (opening.state === 'open') return yield { kind: 'open', door };
    if (opening.state === 'untried') return yield { kind: 'untried', door, why: opening.why };
    const { error } = opening;
    if (last) throw new SsmlabError(error.code, `the stack is complete, but ${door.name} is not reached after ${Math.round(seconds)} s: ${error.message}`, { cause: error, hint: error.hint });
    if (told !== error.message && now() - begun >= quietSeconds * 1000) {
      told = error.message;
      yield { kind: 'shut', door, why: told };
    }
    await pause(pollSeconds);
  }
}

/** Tries all of them side by side; events come as they happen. When one stays shut the others are tried to their end, and then it is thrown. */
export async function* untilReady(doors: readonly Door[], options: ReadyOptions): AsyncGenerator<ReadyEvent, void> {
  const events: ReadyEvent[] = [];
  let wake = (): void => undefined;
  let failure: { readonly error: unknown } | undefined;
  let open = doors.length;
  const watch = async (door: Door): Promise<void> => {
    try {
      for await (const event of tryDoor(door, options)) {
        events.push(event);
        wake();
      }
    } catch (error) {
      failure ??= { error };
    } finally {
      open -= 1;
      wake();
    }
  };
  for (const door of doors) void watch(door);
  for (;;) {
    const event = events.shift();
    if (event !== undefined) yield event;
    else if (open === 0) break;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
  if (failure !== undefined) throw failure.error;
}
