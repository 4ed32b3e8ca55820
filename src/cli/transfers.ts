/** What the engine is told of a process that bytes of others pass through, or keys, for as long as it runs. */
import { setFlagsFromString } from 'node:v8';

/**
 * Buffers lie outside of the heap and count as its growth: a client of 20 MB collected its whole heap for every 8 MB that passed,
 * half of an upload's time. When the heap may be four times what is alive, collections of the young free them first.
 */
export function expectTransfers(): void {
  setFlagsFromString('--heap-growing-percent=300');
}

/**
 * The slowest keys are those whose echo waits for a processor on which the engine works for milliseconds of its own accord: it compiles what ran often
 * with optimisation, and, eight seconds after its start, collects the whole heap in steps. Neither is begun from here on. What a key goes
 * through takes 0.1 ms longer without optimisation, the slowest of a hundred keys 2 ms less (`bench/README.md`).
 */
export function expectTyping(): void {
  setFlagsFromString('--no-opt');
  setFlagsFromString('--no-incremental-marking');
}
