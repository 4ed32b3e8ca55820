/** Waiting between two polls, ended early by an abort. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits; a test passes one that does not. */
export type Pause = (seconds: number) => Promise<void>;

/** The real one. Rejects with the signal's reason when it aborts. */
export function pauseUntil(signal?: AbortSignal): Pause {
  return async (seconds) => {
    await sleep(seconds * 1000, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      throw signal?.aborted === true ? signal.reason : error;
    });
  };
}
