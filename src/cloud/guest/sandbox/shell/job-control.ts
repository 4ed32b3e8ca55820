/** Job control (`set -m`): who has the terminal, waiting for a job to end or stop, fg and bg, and the end of a shell with jobs. */
import type { Process } from '../system/process.js';
import { shellStatus, signalStatus, signalText } from '../system/signals.js';
import { Interrupted } from '../system/errors.js';
import { LoopExit } from './control.js';
import { addJob, type Job, jobLine, type JobText, makeRecent, markOf, removeJob, stateOf, statusOfJob } from './jobs.js';
import type { Shell } from './shell.js';

/** What a shell with job control does not stop for; handlers, since what is ignored would be inherited by every command. */
const SHIELDED = ['TSTP', 'TTIN', 'TTOU'];

export function setMonitor(shell: Shell, on: boolean): void {
  const { process } = shell;
  shell.options.monitor = on;
  for (const name of SHIELDED) {
    if (shell.traps.has(name)) continue;
    if (on) process.dispositions.set(name, () => {});
    else process.dispositions.delete(name);
  }
}

/** An interactive shell takes the terminal with a group of its own. Returns what gives it back. */
export async function takeTerminal(shell: Shell): Promise<() => void> {
  const { process } = shell;
  const { tty } = process;
  if (tty === undefined) return () => undefined;
  // Started in the background it waits for its turn.
  while (process.inBackgroundOf(tty) && !tty.hungUp) {
    process.stopForTerminal('TTIN');
    await process.breathe();
  }
  const before = process.group;
  process.group = process.pid;
  tty.foreground = process.pid;
  setMonitor(shell, true);
  return () => {
    process.group = before;
    if (tty.foreground === process.pid) tty.foreground = before;
  };
}

/** Waits until all processes have ended or, with job control, none of them runs any more. */
async function settle(shell: Shell, processes: readonly Process[]): Promise<'over' | 'stopped'> {
  for (;;) {
    const state = stateOf({ processes });
    if (state === 'over' || (state === 'stopped' && shell.options.monitor)) return state;
    await shell.patiently(Promise.race(processes.filter((process) => process.ended === undefined).map((process) => process.changed.wait())));
  }
}

/** Waits for a pipeline that has the terminal; statuses to `$?` and PIPESTATUS. `job`: it is in the table already. */
export async function foreground(shell: Shell, processes: readonly Process[], describe: () => JobText, job?: Job): Promise<void> {
  const { tty } = shell.process;
  const group = processes[0]?.group;
  const owns = shell.options.monitor && tty !== undefined && group !== undefined && group !== shell.process.group;
  const modes = owns ? { ...tty.termios } : undefined;
  shell.foregroundGroup = group;
  if (owns) tty.foreground = group;
  if (job !== undefined) {
    job.told = 'running';
    shell.process.kernel.signalGroup(job.group, 'CONT');
  }
  let state: 'over' | 'stopped';
  try {
    state = await settle(shell, processes);
  } finally {
    if (owns) tty.foreground = shell.process.group;
    shell.foregroundGroup = undefined;
  }
  if (state === 'stopped') {
    const stopped = job ?? addJob(shell, processes, describe());
    if (stopped === undefined) return;
    if (tty !== undefined && modes !== undefined) tty.setTermios(modes);
    await tellStopped(shell, stopped);
    return;
  }
  if (job !== undefined) removeJob(shell, job);
  await conclude(shell, processes);
}

async function tellStopped(shell: Shell, job: Job): Promise<void> {
  makeRecent(shell, job);
  job.told = 'stopped';
  shell.status = statusOfJob(job);
  shell.pipeStatus = job.processes.map((process) => (process.ended === undefined ? signalStatus(process.stoppedBy ?? 'STOP') : shellStatus(process.ended)));
  await shell.warn(`\n${jobLine(shell, job)}`);
  // The rest of a loop would start right behind a command that was only put aside.
  if (shell.loops > 0) throw new LoopExit('break', shell.loops);
}

async function conclude(shell: Shell, processes: readonly Process[]): Promise<void> {
  const statuses = processes.map(({ ended }) => (ended === undefined ? 0 : shellStatus(ended)));
  shell.pipeStatus = statuses;
  shell.status = shell.options.pipefail ? (statuses.findLast((status) => status !== 0) ?? 0) : (statuses.at(-1) ?? 0);
  const last = processes.at(-1);
  const signal = last?.ended?.signal;
  if (shell.interactive && processes.some(({ ended }) => ended?.signal === 'INT')) throw new Interrupted('INT');
  if (signal === undefined || signal === 'INT' || signal === 'PIPE') return;
  if (shell.interactive) await shell.warn(`${signalText(signal)}\n`);
  else await shell.complain(`${String(last?.pid ?? 0).padStart(5)} ${signalText(signal).padEnd(23)} ${last?.argv.join(' ') ?? ''}`);
}

/** fg: says what it is, gives it the terminal, lets it go on and waits. */
export async function bringToFront(shell: Shell, job: Job): Promise<void> {
  await shell.process.write(1, `${job.text}\n`);
  makeRecent(shell, job);
  await foreground(shell, job.processes, () => job, job);
}

/** bg. */
export async function continueBehind(shell: Shell, job: Job): Promise<void> {
  const mark = shell.options.posix ? '' : markOf(shell, job);
  shell.process.kernel.signalGroup(job.group, 'CONT');
  job.told = 'running';
  shell.lastBackground = job.processes.at(-1)?.pid;
  await shell.process.write(1, `[${job.number}]${mark} ${job.text} &\n`);
}

/** True: the shell may go. Jobs that are stopped are told once; asked again right after, it goes. */
export async function mayExit(shell: Shell): Promise<boolean> {
  if (!shell.interactive || !shell.jobs.some((job) => stateOf(job) === 'stopped') || shell.exitRefusedAt === shell.commandNumber - 1) return true;
  shell.exitRefusedAt = shell.commandNumber;
  await shell.warn('There are stopped jobs.\n');
  return false;
}

/** What is stopped when the shell goes would lie about for ever: bash ends it. */
export function endStoppedJobs(shell: Shell): void {
  for (const job of shell.jobs.filter((one) => stateOf(one) === 'stopped')) {
    shell.process.kernel.signalGroup(job.group, 'TERM');
    shell.process.kernel.signalGroup(job.group, 'CONT');
  }
}

/** The terminal hung up: bash passes that on to its jobs. */
export function hangUpJobs(shell: Shell): void {
  const { kernel } = shell.process;
  const groups = shell.jobs.filter((job) => !job.spared && stateOf(job) !== 'over').map((job) => job.group);
  for (const group of shell.foregroundGroup === undefined ? groups : [shell.foregroundGroup, ...groups]) {
    if (group === shell.process.group) continue;
    kernel.signalGroup(group, 'HUP');
    kernel.signalGroup(group, 'CONT');
  }
}
