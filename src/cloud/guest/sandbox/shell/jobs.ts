/** Background jobs: numbers, `%` names, and what `jobs` prints. There is no stopping and no bringing to the front. */
import type { Process } from '../system/process.js';
import { shellStatus } from '../system/process.js';
import type { Job, Shell } from './shell.js';

export function addJob(shell: Shell, processes: readonly Process[], text: string): void {
  const number = (shell.jobs.at(-1)?.number ?? 0) + 1;
  const leader = processes[0];
  if (leader === undefined) return;
  shell.jobs.push({ number, group: leader.group, text, processes });
  if (shell.interactive) shell.warn(`[${number}] ${processes.at(-1)?.pid ?? 0}\n`).catch(() => undefined);
}

export function isOver(job: Job): boolean {
  return job.processes.every((process) => process.ended !== undefined);
}

export function findJob(shell: Shell, name: string): Job | undefined {
  if (name === '%%' || name === '%+' || name === '%') return shell.jobs.at(-1);
  if (name === '%-') return shell.jobs.at(-2);
  const number = /^%(\d+)$/u.exec(name);
  if (number !== null) return shell.jobs.find((job) => job.number === Number(number[1]));
  return shell.jobs.find((job) => job.text.startsWith(name.slice(1)));
}

export function jobLine(shell: Shell, job: Job): string {
  const mark = job === shell.jobs.at(-1) ? '+' : job === shell.jobs.at(-2) ? '-' : ' ';
  const ended = job.processes.at(-1)?.ended;
  const state = !isOver(job) || ended === undefined ? 'Running' : ended.signal !== undefined ? (ended.signal === 'TERM' ? 'Terminated' : ended.signal === 'KILL' ? 'Killed' : ended.signal) : shellStatus(ended) === 0 ? 'Done' : `Exit ${shellStatus(ended)}`;
  return `[${job.number}]${mark}  ${state.padEnd(23)} ${job.text}${state === 'Running' ? ' &' : ''}\n`;
}

/** Ended jobs are told once, then forgotten. */
export async function reportJobs(shell: Shell): Promise<void> {
  const over = shell.jobs.filter((job) => isOver(job));
  for (const job of over) await shell.warn(jobLine(shell, job));
  shell.jobs = shell.jobs.filter((job) => !over.includes(job));
}
