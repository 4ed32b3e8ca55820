/** jobs, wait, fg, bg, disown. */
import { Interrupted } from '../system/errors.js';
import { shellStatus, SIGNAL_NUMBERS } from '../system/signals.js';
import { bringToFront, continueBehind } from '../shell/job-control.js';
import { findJob, isOver, type Job, jobLine, jobNamed, removeJob, stateOf, statusOfJob } from '../shell/jobs.js';
import type { Shell } from '../shell/shell.js';
import { type Builtin, flagsOf, invalidOption, say } from './builtin.js';

export const jobs: Builtin = async (shell, args) => {
  const parsed = flagsOf(args, 'lpnrs');
  if ('invalid' in parsed) return invalidOption(shell, 'jobs', parsed.invalid, 'jobs [-lnprs] [jobspec ...] or jobs -x command [args]');
  const { flags, rest } = parsed;
  // Who has just seen what is stopped may leave without a warning.
  shell.exitRefusedAt = shell.commandNumber;
  let status = 0;
  const chosen: Job[] = [];
  for (const name of rest) {
    const job = await jobNamed(shell, 'jobs', name);
    if (job === undefined) status = 1;
    else chosen.push(job);
  }
  for (const job of rest.length === 0 ? shell.jobs : chosen) {
    const state = stateOf(job);
    if ((flags.has('r') && state !== 'running') || (flags.has('s') && state !== 'stopped') || (flags.has('n') && state === job.told)) continue;
    await say(shell, flags.has('p') ? `${job.group}\n` : jobLine(shell, job, flags.has('l')));
    job.told = state;
    if (state === 'over') removeJob(shell, job);
  }
  return status;
};

/** Waits for a job to end; with job control a stop is a change, too. */
async function statusAfter(shell: Shell, job: Job): Promise<number> {
  while (!isOver(job)) {
    if (stateOf(job) === 'stopped' && shell.options.monitor) {
      await shell.complain(`warning: wait_for_job: job ${job.number} is stopped`);
      return statusOfJob(job);
    }
    await shell.process.wait(Promise.race(job.processes.filter((process) => process.ended === undefined).map((process) => process.changed.wait())));
  }
  return statusOfJob(job);
}

/** What has been waited for is told at once, and not again. */
async function settled(shell: Shell, job: Job): Promise<void> {
  if (!isOver(job)) return;
  if (shell.interactive) await shell.warn(jobLine(shell, job));
  removeJob(shell, job);
}

async function waitForAll(shell: Shell): Promise<number> {
  for (const job of shell.jobs) {
    if (stateOf(job) === 'stopped' && shell.options.monitor) {
      await shell.complain(`wait: warning: job ${job.number}[${job.group}] stopped`);
      continue;
    }
    await statusAfter(shell, job);
    await settled(shell, job);
  }
  return 0;
}

async function waitForNext(shell: Shell): Promise<number> {
  const job = shell.jobs.find((one) => isOver(one));
  if (job !== undefined) {
    removeJob(shell, job);
    return statusOfJob(job);
  }
  if (shell.jobs.length === 0) return 127;
  await shell.process.wait(Promise.race(shell.jobs.flatMap((one) => one.processes.filter((process) => process.ended === undefined).map((process) => process.changed.wait()))));
  return waitForNext(shell);
}

async function waitForOne(shell: Shell, name: string): Promise<number> {
  const found = name.startsWith('%') ? findJob(shell, name) : (shell.jobs.find((one) => one.processes.some((process) => String(process.pid) === name)) ?? 'none');
  if (typeof found !== 'string') {
    const status = await statusAfter(shell, found);
    const named = found.processes.find((process) => String(process.pid) === name)?.ended;
    await settled(shell, found);
    return named === undefined ? status : shellStatus(named);
  }
  const known = shell.endedJobs.get(Number(name));
  if (known !== undefined) return known;
  if (name.startsWith('%')) await shell.complain(`wait: ${name}: no such job`);
  else if (/^\d+$/u.test(name)) await shell.complain(`wait: pid ${name} is not a child of this shell`);
  else await shell.complain(`wait: \`${name}': not a pid or valid job spec`);
  return /^(?:%|\d+$)/u.test(name) ? 127 : 1;
}

export const wait: Builtin = async (shell, args) => {
  const parsed = flagsOf(args, 'fn');
  if ('invalid' in parsed) return invalidOption(shell, 'wait', parsed.invalid, 'wait [-fn] [-p var] [id ...]');
  try {
    if (parsed.flags.has('n')) return await waitForNext(shell);
    if (parsed.rest.length === 0) return await waitForAll(shell);
    let status = 0;
    for (const name of parsed.rest) status = await waitForOne(shell, name);
    return status;
  } catch (error) {
    // A trapped signal ends the wait with a status above 128; its action runs next.
    if (error instanceof Interrupted && !shell.interrupted) return 128 + (SIGNAL_NUMBERS[error.signal] ?? 0);
    throw error;
  }
};

export const fg: Builtin = async (shell, args, name) => {
  if (!shell.options.monitor) {
    await shell.complain(`${name}: no job control`);
    return 1;
  }
  const parsed = flagsOf(args, '');
  if ('invalid' in parsed) return invalidOption(shell, name, parsed.invalid, `${name} [job_spec${name === 'bg' ? ' ...' : ''}]`);
  const named: readonly (string | undefined)[] = parsed.rest.length === 0 ? [undefined] : name === 'fg' ? parsed.rest.slice(0, 1) : parsed.rest;
  let status = 0;
  for (const one of named) {
    const job = await jobNamed(shell, name, one);
    if (job === undefined) status = 1;
    else if (isOver(job)) {
      await shell.complain(`${name}: job has terminated`);
      status = 1;
    } else if (name === 'bg' && stateOf(job) === 'running') await shell.complain(`bg: job ${job.number} already in background`);
    else if (name === 'bg') await continueBehind(shell, job);
    else {
      await bringToFront(shell, job);
      return shell.status;
    }
  }
  return status;
};

export const disown: Builtin = async (shell, args) => {
  const parsed = flagsOf(args, 'ahr');
  if ('invalid' in parsed) return invalidOption(shell, 'disown', parsed.invalid, 'disown [-h] [-ar] [jobspec ... | pid ...]');
  const { flags, rest } = parsed;
  const every = shell.jobs.filter((job) => !flags.has('r') || stateOf(job) === 'running');
  let status = 0;
  const chosen: Job[] = [];
  if (rest.length === 0 && (flags.has('a') || flags.has('r'))) chosen.push(...every);
  else {
    for (const name of rest.length === 0 ? [undefined] : rest) {
      const byPid = shell.jobs.find((job) => job.processes.some((process) => String(process.pid) === name));
      const job = byPid ?? (await jobNamed(shell, 'disown', name));
      if (job === undefined) status = 1;
      else chosen.push(job);
    }
  }
  for (const job of chosen) {
    if (flags.has('h')) job.spared = true;
    else {
      if (stateOf(job) === 'stopped') await shell.complain(`warning: deleting stopped job ${job.number} with process group ${job.group}`);
      removeJob(shell, job);
    }
  }
  return status;
};
