/** Stands for `node:timers/promises`, which fake timers do not reach. */

/** As Node's: resolves after so long, rejects with the signal. */
export function setTimeout(milliseconds: number, value?: unknown, { signal }: { readonly signal?: AbortSignal; readonly ref?: boolean } = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = globalThis.setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    }, milliseconds);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
