/** What a process is told that bytes of others pass through for as long as it runs. */
import { setFlagsFromString } from 'node:v8';

/**
 * Buffers lie outside of the heap and count as its growth: a client of 20 MB collected its whole heap for every 8 MB that passed,
 * half of an upload's time. When the heap may be four times what is alive, collections of the young free them first.
 */
export function expectTransfers(): void {
  setFlagsFromString('--heap-growing-percent=300');
}
