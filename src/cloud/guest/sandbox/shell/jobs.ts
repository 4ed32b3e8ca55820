/** The job table of a shell: numbers, current and previous, `%` names, states, and the lines that bash prints of them. */
import type { Process } from '../system/process.js';
import { shellStatus, signalStatus, signalText } from '../system/signals.js';
import type { Shell } from './shell.js';

export type JobState = 'running' | 'stopped' | 'over';

export interface Job {
  readonly number: number;
  readonly group: number;
  readonly text: string;
  /** What each process of the pipeline runs, for `jobs -l`. */
  readonly parts: readonly string[];
  readonly processes: readonly Process[];
  /** The state that the person was told last. */
  told: JobState;
  /** `disown -h`: a hangup of the shell passes it by. */
  spared: boolean;
}

/** Statuses of background processes that `wait PID` may still ask for (POSIX: CHILD_MAX). */
const REMEMBERED = 256;

/** The job's text, and the text of each process. */
export interface JobText {
  readonly text: string;
  readonly parts: readonly string[];
}

/** Puts a job into the table; undefined when there is no process. */
export function addJob(shell: Shell, processes: readonly Process[], { text, parts }: JobText): Job | undefined {
  const [leader] = processes;
  if (leader === undefined) return undefined;
  const job: Job = { number: Math.max(0, ...shell.jobs.map((one) => one.number)) + 1, group: leader.group, text, parts, processes, told: 'running', spared: false };
  shell.jobs = [...shell.jobs, job];
  makeRecent(shell, job);
  return job;
}

export function removeJob(shell: Shell, job: Job): void {
  shell.jobs = shell.jobs.filter((one) => one !== job);
  shell.recentJobs = shell.recentJobs.filter((one) => one !== job);
  for (const { pid, ended } of job.processes) if (ended !== undefined) shell.endedJobs.set(pid, shellStatus(ended));
  for (const pid of shell.endedJobs.keys()) if (shell.endedJobs.size > REMEMBERED) shell.endedJobs.delete(pid);
}

export function makeRecent(shell: Shell, job: Job): void {
  shell.recentJobs = [job, ...shell.recentJobs.filter((one) => one !== job)];
}

/** Stopped as soon as no process runs and one is stopped. */
export function stateOf(job: Pick<Job, 'processes'>): JobState {
  if (job.processes.every((process) => process.ended !== undefined)) return 'over';
  return job.processes.every((process) => process.ended !== undefined || process.stoppedBy !== undefined) ? 'stopped' : 'running';
}

export function isOver(job: Job): boolean {
  return stateOf(job) === 'over';
}

/** Current and previous job: stopped ones before running ones, the latest first. */
function ranked(shell: Shell): readonly Job[] {
  const [stopped, others] = [shell.recentJobs.filter((job) => stateOf(job) === 'stopped'), shell.recentJobs.filter((job) => stateOf(job) !== 'stopped')];
  return [...stopped, ...others];
}

export type Found = Job | 'none' | 'ambiguous';

/** `%`, `%%`, `%+`, `%-`, `%2`, `%start`, `%?part`; a bare number or text where `fg` and its like take one. */
export function findJob(shell: Shell, name: string): Found {
  const bare = name.replace(/^%/u, '');
  if (bare === '' || bare === '%' || bare === '+') return ranked(shell)[0] ?? 'none';
  if (bare === '-') return ranked(shell)[1] ?? ranked(shell)[0] ?? 'none';
  if (/^\d+$/u.test(bare)) return shell.jobs.find((job) => job.number === Number(bare)) ?? 'none';
  const matching = shell.jobs.filter((job) => (bare.startsWith('?') ? job.text.includes(bare.slice(1)) : job.text.startsWith(bare)));
  return matching.length > 1 ? 'ambiguous' : (matching[0] ?? 'none');
}

/** The job that the builtin's argument names, or the complaint. */
export async function jobNamed(shell: Shell, builtin: string, name: string | undefined): Promise<Job | undefined> {
  const found = findJob(shell, name ?? '%+');
  if (typeof found !== 'string') return found;
  if (found === 'ambiguous') await shell.complain(`${builtin}: ${(name ?? '').replace(/^%\??/u, '')}: ambiguous job spec`);
  else await shell.complain(`${builtin}: ${name ?? 'current'}: no such job`);
  return undefined;
}

export function statusOfJob(job: Job): number {
  const last = job.processes.at(-1);
  if (last?.ended !== undefined) return shellStatus(last.ended);
  const stopped = job.processes.find((process) => process.stoppedBy !== undefined);
  return signalStatus(stopped?.stoppedBy ?? 'STOP');
}

const WHY: Readonly<Record<string, string>> = { TTIN: ' (tty input)', TTOU: ' (tty output)', STOP: ' (signal)' };

/** POSIX has `Stopped(SIGTSTP)` and `Done(1)`, so `sh` prints those. */
function stateText(job: Job, long: boolean, posix: boolean): string {
  const state = stateOf(job);
  if (state === 'running') return 'Running';
  if (state === 'stopped') {
    const by = job.processes.find((process) => process.stoppedBy !== undefined)?.stoppedBy ?? 'STOP';
    return long ? `Stopped${WHY[by] ?? ''}` : posix ? `Stopped(SIG${by})` : 'Stopped';
  }
  const ended = job.processes.at(-1)?.ended;
  if (ended?.signal !== undefined) return signalText(ended.signal);
  if (ended?.code === 0) return 'Done';
  return posix ? `Done(${ended?.code ?? 0})` : `Exit ${ended?.code ?? 0}`;
}

export function markOf(shell: Shell, job: Job): string {
  const [current, previous] = ranked(shell);
  return job === current ? '+' : job === previous ? '-' : ' ';
}

function pidText(process: Process | undefined): string {
  return String(process?.pid ?? 0).padStart(5);
}

/** As `jobs` prints it; `long` with the processes' ids, a line each. */
export function jobLine(shell: Shell, job: Job, long = false): string {
  const tail = stateOf(job) === 'running' ? ' &' : '';
  const head = `[${job.number}]${markOf(shell, job)}`;
  if (!long) return `${head}  ${stateText(job, false, shell.options.posix).padEnd(23)} ${job.text}${tail}\n`;
  if (job.processes.length === 1) return `${head} ${pidText(job.processes[0])} ${stateText(job, true, shell.options.posix).padEnd(23)} ${job.text}${tail}\n`;
  const lines = job.processes.map((process, index) => (index === 0 ? `${head} ${pidText(process)} ${stateText(job, true, shell.options.posix).padEnd(23)} ${job.parts[0] ?? ''}` : `     ${pidText(process)}${''.padEnd(23)}| ${job.parts[index] ?? ''}`));
  return `${lines.join('\n')}${tail}\n`;
}

/** What changed since the person was told: ended jobs are told once, then forgotten. */
export async function reportJobs(shell: Shell): Promise<void> {
  for (const job of shell.jobs) {
    const state = stateOf(job);
    if (state === job.told) continue;
    job.told = state;
    if (state === 'over') await shell.warn(jobLine(shell, job));
    else if (state === 'stopped') {
      makeRecent(shell, job);
      await shell.warn(`\n${jobLine(shell, job)}`);
    }
  }
  for (const job of shell.jobs.filter((one) => isOver(one))) removeJob(shell, job);
}
