/** Messages are handed to their consumer in the turn in which they came: a key's echo waits for no promise. */
import type { DataMessage } from './inbox.js';

/** Undefined: it has taken the message. A promise: there is no room for more until it is settled. */
export type Take = (message: DataMessage) => Promise<unknown> | undefined;

export interface HandOverOptions {
  readonly take: Take;
  /** The next message; undefined when none waits. */
  readonly next: () => DataMessage | undefined;
  /** True when none comes any more; throws when that is a failure. Asked when all was taken. */
  readonly over: () => boolean;
}

/** Resolves at the end; rejects with what `take` or `over` throws. `begin` is given what is to be called whenever there is something new. */
export function handOver({ take, next, over }: HandOverOptions, begin: (work: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let busy = false;
    const resume = (): void => {
      busy = false;
      work();
    };
    const fail = (error: unknown): void => {
      busy = true;
      reject(error);
    };
    const work = (): void => {
      // It may be called from within `take`: the outermost call goes on.
      if (busy) return;
      busy = true;
      try {
        for (let message = next(); message !== undefined; message = next()) {
          const room = take(message);
          if (room !== undefined) {
            room.then(resume, fail);
            return;
          }
        }
        if (over()) resolve();
        busy = false;
      } catch (error) {
        fail(error);
      }
    };
    begin(work);
    work();
  });
}
