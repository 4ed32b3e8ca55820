/** exit, return, break, continue, eval, source, true, false, :, logout. */
import { readToEnd, statOrNothing } from '../system/open.js';
import { SystemError } from '../system/errors.js';
import { FunctionReturn, LoopExit, ShellExit } from '../shell/control.js';
import { mayExit } from '../shell/job-control.js';
import type { Shell } from '../shell/shell.js';
import { decode } from '../../byte-text.js';
import type { Builtin } from './builtin.js';

async function statusArgument(shell: Shell, name: string, given: string | undefined): Promise<number> {
  if (given === undefined) return shell.status;
  if (/^[+-]?\d+$/u.test(given.trim())) return Number(BigInt.asUintN(8, BigInt(given.trim())));
  await shell.complain(`${name}: ${given}: numeric argument required`);
  return 2;
}

export const exit: Builtin = async (shell, args, name) => {
  if (shell.interactive) await shell.warn(shell.login ? 'logout\n' : 'exit\n');
  if (!(await mayExit(shell))) return 1;
  throw new ShellExit(await statusArgument(shell, name, args[0]));
};

export const returnBuiltin: Builtin = async (shell, args) => {
  const status = await statusArgument(shell, 'return', args[0]);
  if (shell.variables.inFunction || shell.sourcing > 0) throw new FunctionReturn(status);
  await shell.complain("return: can only `return' from a function or sourced script");
  return 2;
};

export const loopControl: Builtin = async (shell, args, name) => {
  const levels = Number(args[0] ?? '1');
  if (!Number.isInteger(levels) || levels < 1) {
    await shell.complain(`${name}: ${args[0] ?? ''}: ${Number.isInteger(levels) ? 'loop count out of range' : 'numeric argument required'}`);
    if (shell.loops > 0) throw new LoopExit('break', shell.loops);
    return 1;
  }
  if (shell.loops === 0) {
    await shell.complain(`${name}: only meaningful in a \`for', \`while', or \`until' loop`);
    return 0;
  }
  throw new LoopExit(name === 'break' ? 'break' : 'continue', Math.min(levels, shell.loops));
};

export const evalBuiltin: Builtin = async (shell, args) => {
  const text = (args[0] === '--' ? args.slice(1) : args).join(' ');
  if (text.trim() === '') return 0;
  await shell.executor.source(text);
  return shell.status;
};

export const source: Builtin = async (shell, args, name) => {
  const [path, ...positional] = args;
  if (path === undefined) {
    await shell.complain(`${name}: filename argument required`);
    return 2;
  }
  const candidates = path.includes('/') ? [path] : [...(shell.parameter('PATH') ?? '').split(':').map((directory) => `${directory}/${path}`), path];
  const found = candidates.find((candidate) => statOrNothing(shell.process, candidate)?.kind === 'file') ?? path;
  let text: string;
  try {
    text = decode(await readToEnd(shell.process, found));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await shell.complain(`${path}: ${error.message}`);
    return 1;
  }
  if (shell.sourcing >= 100) {
    await shell.complain(`${name}: maximum source nesting level exceeded (100)`);
    return 1;
  }
  const before = shell.positional;
  if (positional.length > 0) shell.positional = positional;
  shell.sourcing += 1;
  shell.status = 0;
  try {
    await shell.executor.source(text);
  } catch (error) {
    if (!(error instanceof FunctionReturn)) throw error;
    return error.status;
  } finally {
    shell.sourcing -= 1;
    if (positional.length > 0) shell.positional = before;
  }
  return shell.status;
};

export const yes: Builtin = () => 0;
export const no: Builtin = () => 1;
