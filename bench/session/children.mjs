/** The processes that the bench starts: whatever becomes of it, none outlives it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** From SIGTERM to SIGKILL. */
const KILL_MS = 5_000;
/** A step of the bench takes no longer, or it hangs. */
const STEP_MS = 15 * 60_000;

const running = new Set();

/** As `spawn` does, in a process group of its own. */
export function start(program, args, options) {
  const child = spawn(program, args, { ...options, detached: true });
  running.add(child);
  child.once('error', () => running.delete(child)).once('exit', () => running.delete(child));
  return child;
}

/** To the child and to whom it has started, as a terminal does. */
export function signal(child, name) {
  try {
    process.kill(0 - child.pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Ends what still runs. */
export async function endChildren() {
  await Promise.all([...running].map(async (child) => {
    const exited = once(child, 'exit');
    const timer = setTimeout(() => signal(child, 'SIGKILL'), KILL_MS);
    signal(child, 'SIGTERM');
    await exited;
    clearTimeout(timer);
  }));
}

/** Runs a step to its end, which is an error when it does not come, or when the bench is told to end. */
export async function step(what, run) {
  let stop;
  const stopped = new Promise((_, reject) => (stop = (why) => reject(new Error(`${what}: ${why}`))));
  const timer = setTimeout(() => stop(`not done after ${STEP_MS / 60_000} minutes`), STEP_MS);
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const name of names) process.on(name, stop);
  try {
    return await Promise.race([run(), stopped]);
  } finally {
    clearTimeout(timer);
    for (const name of names) process.off(name, stop);
  }
}
