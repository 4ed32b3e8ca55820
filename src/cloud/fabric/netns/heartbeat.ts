/** Whether the holder still answers: while it is stopped its namespaces stay and what is open goes on, but nothing new comes about. */

const BEAT_MS = 1000;
/** Beats without an answer until it counts as held: more than a busy machine makes it wait. Counted, so that time in which this process itself was stopped does not. */
const MISSED = 4;

export interface Heartbeat {
  /** Whether it is held. */
  readonly held: boolean;
  stop(): void;
}

/** `beat` resolves when the holder has answered, and rejects when it has ended. */
export function heartbeat(beat: () => Promise<void>, onChange: (held: boolean) => void): Heartbeat {
  let waiting = false;
  let missed = 0;
  const turn = (): void => {
    if (waiting) {
      missed++;
      if (missed === MISSED) onChange(true);
      return;
    }
    waiting = true;
    const answered = (): void => {
      const wasHeld = missed >= MISSED;
      waiting = false;
      missed = 0;
      if (wasHeld) onChange(false);
    };
    // Its end is told by others.
    beat().then(answered, () => clearInterval(timer));
  };
  const timer = setInterval(turn, BEAT_MS).unref();
  return {
    get held() {
      return missed >= MISSED;
    },
    stop: () => clearInterval(timer),
  };
}
