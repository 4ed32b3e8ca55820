/** What the engine is told of a process that bytes of others pass through, or keys, for as long as it runs. */
import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/**
 * Buffers lie outside of the heap and count as its growth: a client of 20 MB collected its whole heap for every 8 MB that passed,
 * half of an upload's time. When the heap may be four times what is alive, collections of the young free them first.
 */
export function expectTransfers(): void {
  setFlagsFromString('--heap-growing-percent=300');
}

/**
 * A key runs each function on its way once: by default thousands were typed before the last of them was compiled. It is compiled after
 * a thirtieth of that, most of it while the prompt is read (`lib/session/warm-up`). What is not compiled with all that it calls is spread over so
 * much memory that a key, which comes when nothing of it is in the processor's caches any more, takes a tenth longer. To be told before the session's channel opens.
 */
export function expectTyping(): void {
  setFlagsFromString('--interrupt-budget=4000');
  putOtherThreadsBehind();
}

/**
 * All threads but the one that keys run on get out of the way of whatever else wants a processor. While the first hundreds of keys are typed,
 * those that compile work for half a millisecond a key, in pieces of several: on two processors the far side of a key waited for them, to the next
 * tick of the scheduler (4 ms), twice as often as with AWS's plugin. Linux alone has a priority for each thread (setpriority(2), "NOTES").
 */
function putOtherThreadsBehind(): void {
  if (process.platform !== 'linux') return;
  try {
    for (const thread of readdirSync('/proc/self/task')) if (Number(thread) !== process.pid) setPriority(Number(thread), constants.priority.PRIORITY_LOW);
  } catch {
    // Without /proc, or where a thread has ended meanwhile: slower, and nothing else.
  }
}
