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
 * A key runs each function on its way once: by default thousands were typed before the last of them was compiled. Compiled after
 * a thirtieth of that, a key and its echo take a third less of the client's time. With little of what they call compiled into them it
 * takes other threads less than half as long, on the processors that an echo needs. To be told before the session's channel opens.
 */
export function expectTyping(): void {
  setFlagsFromString('--interrupt-budget=4000');
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=120');
}
