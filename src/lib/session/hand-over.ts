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

export interface Consumer {
  /** To be called whenever there is something new. */
  readonly work: () => void;
  /** Takes a message ahead of what waits, which is nothing unless it is false: then it is not taken. */
  readonly offer: (message: DataMessage) => boolean;
}

/** Resolves at the end; rejects with what `take` or `over` throws. `begin` is given who takes them. */
export function handOver({ take, next, over }: HandOverOptions, begin: (consumer: Consumer) => void): Promise<void> {
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
    const offer = (message: DataMessage): boolean => {
      if (busy) return false;
      busy = true;
      try {
        const room = take(message);
        if (room === undefined) busy = false;
        else room.then(resume, fail);
      } catch (error) {
        fail(error);
      }
      return true;
    };
    begin({ work, offer });
    work();
  });
}
