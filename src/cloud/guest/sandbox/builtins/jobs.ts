/** wait, jobs, kill, trap, fg, bg, disown. */
import { Interrupted } from '../system/errors.js';
import { type Process, shellStatus, SIGNAL_NUMBERS } from '../system/process.js';
import { findJob, isOver, jobLine } from '../shell/jobs.js';
import { quoteForShell } from '../shell/quote.js';
import type { Shell } from '../shell/shell.js';
import { type Builtin, say } from './builtin.js';

/** `9`, `KILL`, `SIGKILL`, `kill` → `KILL`. */
export function signalName(text: string): string | undefined {
  const upper = text.toUpperCase().replace(/^SIG/u, '');
  if (upper in SIGNAL_NUMBERS) return upper;
  return Object.keys(SIGNAL_NUMBERS).find((name) => String(SIGNAL_NUMBERS[name]) === upper);
}

export const jobs: Builtin = async (shell, args) => {
  for (const job of shell.jobs) {
    if (args.includes('-p')) await say(shell, `${job.group}\n`);
    else await say(shell, jobLine(shell, job));
  }
  shell.jobs = shell.jobs.filter((job) => !isOver(job));
  return 0;
};

async function statusOf(shell: Shell, process: Process): Promise<number> {
  return shellStatus(await shell.process.wait(process.status));
}

export const wait: Builtin = async (shell, args) => {
  try {
    if (args.length === 0) {
      for (const job of shell.jobs) for (const process of job.processes) await statusOf(shell, process);
      shell.jobs = [];
      return 0;
    }
    let status = 0;
    for (const argument of args.filter((given) => given !== '-f')) {
      if (argument === '-n') {
        const running = shell.jobs.flatMap((job) => job.processes);
        if (running.length === 0) return 127;
        status = shellStatus(await shell.process.wait(Promise.race(running.map((process) => process.status))));
        continue;
      }
      const job = argument.startsWith('%') ? findJob(shell, argument) : shell.jobs.find((one) => one.processes.some((process) => String(process.pid) === argument));
      if (job === undefined) {
        await shell.complain(argument.startsWith('%') ? `wait: ${argument}: no such job` : `wait: pid ${argument} is not a child of this shell`);
        status = 127;
        continue;
      }
      for (const process of job.processes) status = await statusOf(shell, process);
      shell.jobs = shell.jobs.filter((one) => one !== job);
    }
    return status;
  } catch (error) {
    // A trapped signal ends the wait with a status above 128; its action runs next.
    if (error instanceof Interrupted && !shell.interrupted) return 128 + (SIGNAL_NUMBERS[error.signal] ?? 0);
    throw error;
  }
};

export const kill: Builtin = async (shell, args) => {
  const { kernel } = shell.process;
  if (args[0] === '-l' || args[0] === '-L') {
    const names = Object.keys(SIGNAL_NUMBERS);
    const wanted = args.slice(1).map((given) => (/^\d+$/u.test(given) ? names.find((name) => SIGNAL_NUMBERS[name] === Number(given) % 128) : SIGNAL_NUMBERS[signalName(given) ?? '']));
    await say(shell, wanted.length > 0 ? `${wanted.join('\n')}\n` : names.map((name, index) => `${String(SIGNAL_NUMBERS[name]).padStart(2)}) SIG${name.padEnd(8)}${index % 5 === 4 || index === names.length - 1 ? '\n' : '\t'}`).join(''));
    return 0;
  }
  let name: string | undefined = 'TERM';
  let targets = args;
  const [first = ''] = args;
  if (first === '-s' || first === '-n') {
    name = signalName(args[1] ?? '') ?? (args[1] === '0' ? '0' : undefined);
    targets = args.slice(2);
  } else if (/^-./u.test(first) && first !== '--') {
    name = first === '-0' ? '0' : signalName(first.slice(1));
    targets = args.slice(1);
  }
  if (name === undefined) {
    await shell.complain(`kill: ${first.replace(/^-/u, '')}: invalid signal specification`);
    return 1;
  }
  if (targets[0] === '--') targets = targets.slice(1);
  if (targets.length === 0) {
    await shell.warn('kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n');
    return 2;
  }
  let status = 0;
  for (const target of targets) {
    const problem = killOne(shell, target, name);
    if (problem === undefined) continue;
    await shell.complain(`kill: ${problem}`);
    status = 1;
  }
  // A signal to itself takes effect before the next command.
  await kernel.scheduler.breathe();
  return status;
};

function killOne(shell: Shell, target: string, name: string): string | undefined {
  const { kernel, credentials } = shell.process;
  if (target.startsWith('%')) {
    const job = findJob(shell, target);
    if (job === undefined) return `${target}: no such job`;
    for (const process of job.processes) if (name !== '0') process.signal(name);
    kernel.signalGroup(job.group === shell.process.group ? -1 : job.group, name);
    return undefined;
  }
  if (!/^-?\d+$/u.test(target)) return `${target}: arguments must be process or job IDs`;
  const pid = Number(target);
  if (pid < -1 || pid === 0) {
    if (name === '0') return undefined;
    return kernel.signalGroup(pid === 0 ? shell.process.group : -pid, name) ? undefined : `(${target}) - No such process`;
  }
  const process = kernel.processes.get(pid);
  if (process === undefined) return `(${target}) - No such process`;
  if (credentials.uid !== 0 && credentials.uid !== process.credentials.uid) return `(${target}) - Operation not permitted`;
  if (name !== '0' && pid !== 1) process.signal(name);
  return undefined;
}

export const trap: Builtin = async (shell, args) => {
  const rest = args[0] === '--' ? args.slice(1) : args;
  if (rest.length === 0 || rest[0] === '-p') {
    for (const [name, action] of shell.traps) await say(shell, `trap -- ${quoteForShell(action, true)} ${name === 'EXIT' ? 'EXIT' : `SIG${name}`}\n`);
    return 0;
  }
  const single = rest.length === 1;
  const [action = '-', ...named] = single ? ['-', ...rest] : rest;
  let status = 0;
  for (const given of named) {
    const name = given === '0' || given.toUpperCase() === 'EXIT' ? 'EXIT' : given === 'ERR' || given === 'DEBUG' || given === 'RETURN' ? given : signalName(given);
    if (name === undefined) {
      await shell.complain(`trap: ${given}: invalid signal specification`);
      status = 1;
      continue;
    }
    if (name === 'ERR' || name === 'DEBUG' || name === 'RETURN') {
      await shell.complain(`trap: ${name}: the sandbox's shell does not have this trap`);
      status = 1;
      continue;
    }
    setTrap(shell, name, action);
  }
  return status;
};

function setTrap(shell: Shell, name: string, action: string): void {
  const { process } = shell;
  if (action === '-') {
    shell.traps.delete(name);
    process.dispositions.delete(name);
    if (shell.interactive) shell.standardSignals?.();
    return;
  }
  shell.traps.set(name, action);
  if (name === 'EXIT' || name === 'KILL') return;
  process.dispositions.set(name, action === '' ? 'ignore' : () => {
    shell.dueTraps.push(action);
    process.interrupt(name);
  });
}

export const noJobControl: Builtin = async (shell, _args, name) => {
  await shell.complain(`${name}: no job control`);
  return 1;
};

export const disown: Builtin = (shell, args) => {
  shell.jobs = args.length === 0 ? shell.jobs.slice(0, -1) : shell.jobs.filter((job) => !args.some((name) => findJob(shell, name) === job));
  return 0;
};
