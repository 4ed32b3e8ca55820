/** Simple commands: assignments, then an alias, function, builtin or program. */
import type { CommandNode, WordNode } from 'just-bash';
import { builtins } from '../builtins/registry.js';
import { Killed, SystemError } from '../system/errors.js';
import { findProgram, statOrNothing } from '../system/open.js';
import type { Process } from '../system/process.js';
import { executeProgram } from '../system/program.js';
import { assignArray } from './assign.js';
import { ExpansionError, FunctionReturn, ShellExit } from './control.js';
import { foreground } from './job-control.js';
import { pipelineJob } from './job-text.js';
import type { JobText } from './jobs.js';
import { missingHint } from './missing.js';
import { parseScript } from './parse.js';
import { quoteForShell } from './quote.js';
import { redirect, redirectForGood, type Redirection, RedirectionError } from './redirect.js';
import type { Shell, ShellFunction } from './shell.js';

export type SimpleCommand = Extract<CommandNode, { type: 'SimpleCommand' }>;

const DEEPEST_CALL = 200;

export async function runSimple(shell: Shell, command: SimpleCommand): Promise<void> {
  shell.substituted = false;
  const aliased = aliasOf(shell, command);
  if (aliased !== undefined) {
    await runAlias(shell, aliased, command);
    return;
  }
  try {
    await runExpanded(shell, command);
  } finally {
    for (const descriptor of shell.substitutions.splice(0)) if (shell.process.ended === undefined) shell.process.closeFile(descriptor);
  }
}

async function runExpanded(shell: Shell, command: SimpleCommand): Promise<void> {
  const words = await commandWords(shell, command);
  const [name] = words;
  if (name === undefined) {
    await assignments(shell, command);
    const { status } = shell;
    const undo = await redirect(shell, shell.process, command.redirections);
    undo();
    shell.status = shell.substituted ? status : 0;
    return;
  }
  const before: [string, string][] = [];
  for (const assignment of command.assignments) {
    if (assignment.array === null) before.push([assignment.name, assignment.value === null ? '' : await shell.expander.text(assignment.value)]);
  }
  await trace(shell, [...before.map(([variable, value]) => `${variable}=${quoteForShell(value)}`), ...words.map((word) => quoteForShell(word, word === ''))]);
  const defined = shell.functions.get(name);
  if (defined !== undefined) await withRedirections(shell, command.redirections, before, () => callFunction(shell, defined, words));
  else if (builtins.has(name)) await runBuiltin(shell, name, words, command.redirections, before);
  // `%1` alone is fg.
  else if (name.startsWith('%') && shell.options.monitor) await runBuiltin(shell, 'fg', ['fg', name], command.redirections, before);
  else await runExternal(shell, words, command.redirections, before, () => pipelineJob({ commands: [command] }));
}

export async function runWords(shell: Shell, words: readonly string[]): Promise<void> {
  const [name] = words;
  if (name === undefined) return;
  if (builtins.has(name)) await runBuiltin(shell, name, words, [], []);
  else await runExternal(shell, words, [], [], () => ({ text: words.join(' '), parts: [words.join(' ')] }));
}

/** `declare x=~/a`, `export A=$B`: arguments that are assignments expand as assignments, unsplit. */
async function commandWords(shell: Shell, command: SimpleCommand): Promise<string[]> {
  if (command.name === null) return [];
  const first = await shell.expander.fields([command.name]);
  if (!/^(?:declare|typeset|export|readonly|local)$/u.test(first[0] ?? '')) return [...first, ...(await shell.expander.fields(command.args))];
  for (const argument of command.args) {
    const [start] = argument.parts;
    if (start?.type === 'Literal' && /^[A-Za-z_]\w*\+?=/u.test(start.value)) first.push(await shell.expander.text(argument));
    else first.push(...(await shell.expander.fields([argument])));
  }
  return first;
}

async function assignments(shell: Shell, command: SimpleCommand): Promise<void> {
  for (const assignment of command.assignments) {
    if (assignment.array !== null) {
      await assignArray(shell, assignment.name, assignment.array, assignment.append);
      continue;
    }
    const value = assignment.value === null ? '' : await shell.expander.text(assignment.value);
    await trace(shell, [`${assignment.name}${assignment.append ? '+' : ''}=${quoteForShell(value)}`]);
    await shell.assignTo(assignment.name, value, assignment.append);
  }
}

async function trace(shell: Shell, words: readonly string[]): Promise<void> {
  if (shell.options.xtrace) await shell.warn(`${shell.parameter('PS4') ?? '+ '}${words.join(' ')}\n`);
}

async function withRedirections(shell: Shell, redirections: readonly Redirection[], before: readonly (readonly [string, string])[], run: () => Promise<void>): Promise<void> {
  const undoFiles = redirections.length === 0 ? undefined : await redirect(shell, shell.process, redirections);
  const undoVariables = before.length === 0 ? undefined : shell.variables.overlay(before);
  try {
    await run();
  } finally {
    undoVariables?.();
    undoFiles?.();
  }
}

async function runBuiltin(shell: Shell, name: string, words: readonly string[], redirections: readonly Redirection[], before: readonly (readonly [string, string])[]): Promise<void> {
  const builtin = builtins.get(name);
  if (builtin === undefined) return;
  if (name === 'exec') {
    await replaceShell(shell, words.slice(1), redirections, before);
    return;
  }
  try {
    await withRedirections(shell, redirections, before, async () => {
      shell.status = await builtin(shell, words.slice(1), name);
    });
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await shell.complain(`${name}: ${error.code === 'EPIPE' || error.code === 'EBADF' ? 'write error: ' : ''}${error.message}`);
    shell.status = 1;
  }
}

/** `exec` without a command keeps the redirections; with one it becomes the process. */
async function replaceShell(shell: Shell, words: readonly string[], redirections: readonly Redirection[], before: readonly (readonly [string, string])[]): Promise<void> {
  await redirectForGood(shell, shell.process, redirections).catch((error: unknown) => {
    if (error instanceof RedirectionError && !shell.interactive) throw new ExpansionError(error.message);
    throw error;
  });
  shell.status = 0;
  const options = words[0] === '-a' ? 2 : words[0] === '-l' || words[0] === '-c' || words[0] === '--' ? 1 : 0;
  const rest = words.slice(options);
  if (rest.length === 0) return;
  const status = await becomeProgram(shell, shell.process, rest, before);
  throw new ShellExit(status);
}

async function callFunction(shell: Shell, definition: ShellFunction, words: readonly string[]): Promise<void> {
  const { positional, loops, leaf } = shell;
  shell.variables.pushScope();
  shell.depth += 1;
  shell.positional = words.slice(1);
  shell.loops = 0;
  shell.leaf = false;
  try {
    if (shell.depth > DEEPEST_CALL) throw new ExpansionError(`${words[0] ?? ''}: maximum function nesting level exceeded (${DEEPEST_CALL})`);
    await shell.executor.guarded({ ...definition.body, redirections: [...definition.redirections, ...definition.body.redirections] });
  } catch (error) {
    if (!(error instanceof FunctionReturn)) throw error;
    shell.status = error.status;
  } finally {
    shell.variables.popScope();
    shell.depth -= 1;
    shell.positional = positional;
    shell.loops = loops;
    shell.leaf = leaf;
  }
}

async function runExternal(shell: Shell, words: readonly string[], redirections: readonly Redirection[], before: readonly (readonly [string, string])[], describe: () => JobText): Promise<void> {
  const { process } = shell;
  if (shell.leaf && !shell.traps.has('EXIT')) {
    await redirectForGood(shell, process, redirections);
    shell.status = await becomeProgram(shell, process, words, before);
    return;
  }
  const child = process.kernel.fork({
    parent: process,
    argv: words,
    group: shell.options.monitor ? 'own' : undefined,
    run: async (own) => {
      const subshell = shell.fork(own);
      return subshell.executor.lifetime(async () => {
        try {
          await redirectForGood(subshell, own, redirections);
        } catch (error) {
          if (!(error instanceof RedirectionError)) throw error;
          await complainAs(shell, own, error.message);
          subshell.status = 1;
          return;
        }
        subshell.interactive = shell.interactive;
        subshell.status = await becomeProgram(subshell, own, words, before);
      });
    },
  });
  await foreground(shell, [child], describe);
}

async function complainAs(shell: Shell, process: Process, text: string): Promise<void> {
  const where = shell.interactive ? '' : `line ${Math.max(1, shell.line)}: `;
  await process.write(2, `${shell.title}: ${where}${text}\n`);
}

/** Finds the program and runs it in the given process: 127 when there is none, 126 when it may not be run. */
async function becomeProgram(shell: Shell, process: Process, words: readonly string[], before: readonly (readonly [string, string])[]): Promise<number> {
  const [name = ''] = words;
  const environment = shell.variables.exported();
  for (const [variable, value] of before) environment.set(variable, value);
  const found = findProgram(process, name, environment.get('PATH') ?? shell.parameter('PATH') ?? '/usr/bin');
  if (found === undefined) {
    if (name.includes('/')) await complainAs(shell, process, `${name}: ${statOrNothing(process, name) === undefined ? 'No such file or directory' : 'Not a directory'}`);
    else {
      await complainAs(shell, process, `${name}: command not found`);
      await process.write(2, missingHint(name, process.kernel));
    }
    return 127;
  }
  if (typeof found === 'string') {
    await complainAs(shell, process, `${name}: ${found === 'directory' ? 'Is a directory' : 'Permission denied'}`);
    return 126;
  }
  process.argv = words;
  process.environment = environment;
  for (const [signal, disposition] of process.dispositions) if (disposition !== 'ignore') process.dispositions.delete(signal);
  try {
    return await executeProgram(process, found.path, found.node);
  } catch (error) {
    if (error instanceof Killed || !(error instanceof SystemError)) throw error;
    await complainAs(shell, process, `${error.path ?? name}: ${error.message}`);
    return 126;
  }
}

export function literalName(command: CommandNode): string | undefined {
  const [only, more] = command.type === 'SimpleCommand' ? (command.name?.parts ?? []) : [];
  return only?.type === 'Literal' && more === undefined ? only.value : undefined;
}

interface Aliased {
  readonly name: string;
  readonly value: string;
}

function aliasOf(shell: Shell, command: SimpleCommand): Aliased | undefined {
  if (!shell.interactive || shell.aliases.size === 0) return undefined;
  const name = literalName(command);
  const value = name === undefined || shell.expandingAliases.has(name) ? undefined : shell.aliases.get(name);
  return name === undefined || value === undefined ? undefined : { name, value };
}

/** The alias's text is parsed by itself; the command's arguments follow its last simple command. */
async function runAlias(shell: Shell, { name, value }: Aliased, command: SimpleCommand): Promise<void> {
  const script = parseScript(value);
  const last = script.statements.at(-1)?.pipelines.at(-1)?.commands.at(-1);
  if (last?.type === 'SimpleCommand') {
    const [first, ...more]: (WordNode | null)[] = [last.name ?? command.args[0] ?? null, ...last.args, ...(last.name === null ? command.args.slice(1) : command.args)];
    last.name = first ?? null;
    last.args = more.filter((word) => word !== null);
    last.assignments = [...command.assignments, ...last.assignments];
    last.redirections = [...last.redirections, ...command.redirections];
  }
  shell.expandingAliases.add(name);
  try {
    await shell.executor.statements(script.statements);
  } finally {
    shell.expandingAliases.delete(name);
  }
}
