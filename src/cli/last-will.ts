/** What still has to be done when a signal ends this process: a session that nobody terminates goes on at the service. */

/** A service that does not answer must not keep a process that was told to end, in milliseconds. */
export const PATIENCE_MS = 3_000;

/**
 * Until the returned function is called, SIGTERM and SIGHUP run `act` first and then end the process as they would have.
 * The exit status, and what the parent sees, are those of the signal.
 */
export function beforeSignals(act: () => Promise<unknown>, signals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP']): () => void {
  let acting = false;
  const off = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (acting) return;
    acting = true;
    const die = (): void => {
      off();
      process.kill(process.pid, signal);
    };
    const timer = setTimeout(die, PATIENCE_MS);
    act().catch(() => undefined).finally(() => {
      clearTimeout(timer);
      die();
    });
  };
  for (const signal of signals) process.on(signal, onSignal);
  return off;
}

/**
 * Opens something that has to be closed at the service too: `open` gets a signal, aborted by `interruption` and by the signals of the process, and leaves
 * nothing behind then. A signal of the process ends it when `open` has settled.
 */
export async function opening<Opened>(open: (signal: AbortSignal) => Promise<Opened>, interruption?: AbortSignal, signals?: readonly NodeJS.Signals[]): Promise<Opened> {
  interruption?.throwIfAborted();
  const left = new AbortController();
  const opened = open(interruption === undefined ? left.signal : AbortSignal.any([left.signal, interruption]));
  const off = beforeSignals(() => {
    left.abort();
    return opened;
  }, signals);
  try {
    return await opened;
  } catch (error) {
    // The process is about to end, and has nothing to say.
    if (left.signal.aborted) await new Promise<never>(() => undefined);
    throw error;
  } finally {
    if (!left.signal.aborted) off();
  }
}
