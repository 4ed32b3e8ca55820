/** type, command, builtin, hash, alias, unalias, history, help, ulimit, times, shopt. */
import { findProgram } from '../system/open.js';
import type { Shell } from '../shell/shell.js';
import { quoteForShell } from '../shell/quote.js';
import { type Builtin, flagsOf, invalidOption, say } from './builtin.js';

const KEYWORDS = new Set(['if', 'then', 'else', 'elif', 'fi', 'case', 'esac', 'for', 'while', 'until', 'do', 'done', 'in', 'function', 'time', '{', '}', '!', '[[', ']]']);

type Kind = 'alias' | 'keyword' | 'function' | 'builtin' | 'file';

function kindOf(shell: Shell, name: string, isBuiltin: (name: string) => boolean): { readonly kind: Kind; readonly text: string } | undefined {
  const alias = shell.aliases.get(name);
  if (alias !== undefined && shell.interactive) return { kind: 'alias', text: alias };
  if (KEYWORDS.has(name)) return { kind: 'keyword', text: name };
  if (shell.functions.has(name)) return { kind: 'function', text: name };
  if (isBuiltin(name)) return { kind: 'builtin', text: name };
  const found = findProgram(shell.process, name, shell.parameter('PATH') ?? '/usr/bin');
  return found === undefined || typeof found === 'string' ? undefined : { kind: 'file', text: found.path };
}

function sentence(name: string, found: { readonly kind: Kind; readonly text: string }): string {
  switch (found.kind) {
    case 'alias': return `${name} is aliased to \`${found.text}'`;
    case 'keyword': return `${name} is a shell keyword`;
    case 'function': return `${name} is a function`;
    case 'builtin': return `${name} is a shell builtin`;
    default: return `${name} is ${found.text}`;
  }
}

/** These need to know which builtins there are; the registry hands that in. */
export function lookupBuiltins(isBuiltin: (name: string) => boolean, names: () => readonly string[]): Readonly<Record<string, Builtin>> {
  const type: Builtin = async (shell, args, name) => {
    const parsed = flagsOf(args, 'tpPaf');
    if ('invalid' in parsed) return invalidOption(shell, name, parsed.invalid, 'type [-afptP] name [name ...]');
    let status = 0;
    for (const wanted of parsed.rest) {
      const found = kindOf(shell, wanted, isBuiltin);
      if (found === undefined) {
        if (!parsed.flags.has('t') && !parsed.flags.has('p')) await shell.complain(`type: ${wanted}: not found`);
        status = 1;
      } else if (parsed.flags.has('t')) await say(shell, `${found.kind}\n`);
      else if (parsed.flags.has('p') || parsed.flags.has('P')) await say(shell, found.kind === 'file' ? `${found.text}\n` : '');
      else await say(shell, `${sentence(wanted, found)}\n`);
    }
    return status;
  };
  const command: Builtin = async (shell, args, name) => {
    const parsed = flagsOf(args, 'pvV');
    if ('invalid' in parsed) return invalidOption(shell, name, parsed.invalid, 'command [-pVv] command [arg ...]');
    if (!parsed.flags.has('v') && !parsed.flags.has('V')) {
      await shell.executor.words(parsed.rest);
      return parsed.rest.length === 0 ? 0 : shell.status;
    }
    let status = 1;
    for (const wanted of parsed.rest) {
      const found = kindOf(shell, wanted, isBuiltin);
      if (found !== undefined) {
        status = 0;
        const short = found.kind === 'alias' ? `alias ${wanted}=${quoteForShell(found.text, true)}` : found.text;
        await say(shell, `${parsed.flags.has('V') ? sentence(wanted, found) : short}\n`);
      } else if (parsed.flags.has('V')) await shell.complain(`command: ${wanted}: not found`);
    }
    return status;
  };
  const builtin: Builtin = async (shell, args) => {
    const [name] = args;
    if (name === undefined) return 0;
    if (!isBuiltin(name)) {
      await shell.complain(`builtin: ${name}: not a shell builtin`);
      return 1;
    }
    await shell.executor.words(args);
    return shell.status;
  };
  const help: Builtin = async (shell) => {
    const programs = [...shell.process.kernel.programs.keys()].toSorted();
    await say(shell, 'This shell is a sandbox: an in-memory Amazon Linux 2023 with programs of its own and a real (simulated) network.\n\n');
    await say(shell, `Commands (${programs.length}):\n${columns(programs)}\nShell builtins (${names().length}):\n${columns(names().toSorted())}\n`);
    await say(shell, 'Made for looking at the network: ping, ec2-metadata, curl, nc, dig, ip. awk, editors and package managers are not there.\n');
    return 0;
  };
  return { type, command, builtin, help };
}

function columns(words: readonly string[]): string {
  const width = Math.max(...words.map((word) => word.length)) + 2;
  const each = Math.max(1, Math.floor(78 / width));
  const lines: string[] = [];
  for (let at = 0; at < words.length; at += each) lines.push(`  ${words.slice(at, at + each).map((word) => word.padEnd(width)).join('').trimEnd()}\n`);
  return lines.join('');
}

export const alias: Builtin = async (shell, args) => {
  let status = 0;
  const print = (name: string): Promise<void> => say(shell, `alias ${name}=${quoteForShell(shell.aliases.get(name) ?? '', true)}\n`);
  if (args.length === 0) for (const name of [...shell.aliases.keys()].toSorted()) await print(name);
  for (const argument of args) {
    const equals = argument.indexOf('=');
    if (equals > 0) shell.aliases.set(argument.slice(0, equals), argument.slice(equals + 1));
    else if (shell.aliases.has(argument)) await print(argument);
    else {
      await shell.complain(`alias: ${argument}: not found`);
      status = 1;
    }
  }
  return status;
};

export const unalias: Builtin = async (shell, args) => {
  if (args[0] === '-a') shell.aliases.clear();
  else {
    for (const name of args) {
      if (shell.aliases.delete(name)) continue;
      await shell.complain(`unalias: ${name}: not found`);
      return 1;
    }
  }
  return 0;
};

export const history: Builtin = async (shell, args) => {
  if (args[0] === '-c') {
    shell.history = [];
    return 0;
  }
  const count = args[0] === undefined ? shell.history.length : Number(args[0]);
  const start = Math.max(0, shell.history.length - (Number.isInteger(count) ? count : 0));
  for (const [index, line] of shell.history.slice(start).entries()) await say(shell, `${String(start + index + 1).padStart(5)}  ${line}\n`);
  return 0;
};

const LIMITS: readonly (readonly [string, string, string])[] = [
  ['-c', 'core file size              (blocks, -c)', 'unlimited'],
  ['-f', 'file size                   (blocks, -f)', 'unlimited'],
  ['-n', 'open files                          (-n)', '65535'],
  ['-s', 'stack size                  (kbytes, -s)', '10240'],
  ['-t', 'cpu time                   (seconds, -t)', 'unlimited'],
  ['-u', 'max user processes                  (-u)', '1646'],
  ['-v', 'virtual memory              (kbytes, -v)', 'unlimited'],
];

export const ulimit: Builtin = async (shell, args) => {
  const wanted = args.filter((argument) => !['-S', '-H'].includes(argument));
  if (wanted.length > 1 || (wanted[0] !== undefined && !wanted[0].startsWith('-'))) {
    await shell.complain('ulimit: limits of the sandbox cannot be changed');
    return 1;
  }
  const option = wanted[0] ?? '-f';
  const rows = option === '-a' ? LIMITS : LIMITS.filter(([letter]) => letter === option);
  if (rows.length === 0) return invalidOption(shell, 'ulimit', option, 'ulimit [-SHacfnstuv]');
  for (const [, label, value] of rows) await say(shell, option === '-a' ? `${label} ${value}\n` : `${value}\n`);
  return 0;
};

export const times: Builtin = async (shell) => {
  await say(shell, '0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n');
  return 0;
};

/** Options of bash that scripts set for safety; none changes what this shell does. */
export const shopt: Builtin = async (shell, args) => {
  const known = new Set(['checkwinsize', 'histappend', 'expand_aliases', 'cmdhist', 'extglob', 'sourcepath', 'interactive_comments', 'login_shell', 'progcomp', 'promptvars']);
  for (const name of args.filter((argument) => !argument.startsWith('-'))) {
    if (known.has(name)) continue;
    await shell.complain(`shopt: ${name}: the sandbox's shell does not have this option`);
    return 1;
  }
  return 0;
};
