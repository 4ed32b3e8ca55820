/** kill and trap. */
import { type Job, findJob, stateOf } from '../shell/jobs.js';
import { quoteForShell } from '../shell/quote.js';
import type { Shell } from '../shell/shell.js';
import { SIGNAL_NUMBERS, UNCATCHABLE } from '../system/signals.js';
import { type Builtin, say } from './builtin.js';

/** `9`, `KILL`, `SIGKILL`, `kill` → `KILL`. */
export function signalName(text: string): string | undefined {
  const upper = text.toUpperCase().replace(/^SIG/u, '');
  if (upper in SIGNAL_NUMBERS) return upper;
  return Object.keys(SIGNAL_NUMBERS).find((name) => String(SIGNAL_NUMBERS[name]) === upper);
}

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
    if (typeof job === 'string') return `${target}: ${job === 'none' ? 'no such job' : 'ambiguous job spec'}`;
    if (name === '0') return undefined;
    if (job.group !== shell.process.group) kernel.signalGroup(job.group, name);
    else for (const process of job.processes) process.signal(name);
    wake(shell, job, name);
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
  if (name === '0' || pid === 1) return undefined;
  process.signal(name);
  const job = shell.jobs.find((one) => one.processes.includes(process));
  if (job !== undefined) wake(shell, job, name);
  return undefined;
}

/** A stopped job hears of its end only when it goes on, so bash sends CONT after TERM and HUP. */
function wake(shell: Shell, job: Job, name: string): void {
  if (stateOf(job) === 'stopped' && (name === 'TERM' || name === 'HUP')) shell.process.kernel.signalGroup(job.group, 'CONT');
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
  if (name === 'EXIT' || UNCATCHABLE.has(name)) return;
  process.dispositions.set(name, action === '' ? 'ignore' : () => {
    shell.dueTraps.push(action);
    process.interrupt(name);
  });
}
