/** The programs sh and bash: -c, scripts, standard input, and the interactive shell. */
import { SystemError } from '../system/errors.js';
import { readWhole, statOrNothing } from '../system/open.js';
import type { Process } from '../system/process.js';
import { decode } from '../../byte-text.js';
import { interact } from './interactive.js';
import { setMonitor } from './job-control.js';
import { needsMore, parseScript, type ScriptNode, ShellSyntaxError } from './parse.js';
import { ShellExit } from './control.js';
import { Shell, type ShellOptions } from './shell.js';

interface Invocation {
  readonly command: string | undefined;
  readonly operands: readonly string[];
  readonly options: ReadonlySet<string>;
  readonly long: readonly string[];
  readonly named: readonly string[];
  readonly interactive: boolean;
  readonly login: boolean;
}

function parseArguments(argv: readonly string[]): Invocation | { readonly invalid: string } {
  const options = new Set<string>();
  const named: string[] = [];
  let at = 1;
  for (; at < argv.length; at += 1) {
    const argument = argv[at] ?? '';
    if (argument === '--' || argument === '-') {
      at += 1;
      break;
    }
    if (argument.startsWith('--')) {
      options.add(argument);
      if (argument === '--rcfile' || argument === '--init-file') at += 1;
      else if (!['--login', '--norc', '--noprofile', '--posix', '--version', '--noediting'].includes(argument)) return { invalid: argument };
      continue;
    }
    if (!/^[-+]./u.test(argument)) break;
    for (const letter of argument.slice(1)) {
      if (letter === 'o') {
        at += 1;
        named.push(argv[at] ?? '');
      } else if (!'abcefhiklmnprstuvxBCEHPTD'.includes(letter)) return { invalid: `-${letter}` };
      else options.add(letter);
    }
  }
  const rest = argv.slice(at);
  const command = options.has('c') ? rest[0] : undefined;
  return { command, operands: command === undefined ? rest : rest.slice(1), options, long: [], named, interactive: options.has('i'), login: options.has('l') || options.has('--login') || (argv[0] ?? '').startsWith('-') };
}

const OPTION_LETTERS: Readonly<Record<string, keyof ShellOptions>> = { e: 'errexit', u: 'nounset', x: 'xtrace', f: 'noglob', C: 'noclobber', a: 'allexport', n: 'noexec', v: 'verbose' };

/** sh and bash. */
export async function shellProgram(process: Process): Promise<number> {
  const [name = 'sh'] = process.argv;
  const invocation = parseArguments(process.argv);
  const title = name.split('/').at(-1) ?? name;
  if ('invalid' in invocation) {
    await process.write(2, `${title}: ${invocation.invalid}: invalid option\nUsage:\t${title} [GNU long option] [option] ...\n\t${title} [GNU long option] [option] script-file ...\n`);
    return 2;
  }
  if (invocation.options.has('--version')) {
    await process.write(1, 'GNU bash, version 5.2.15(1)-release (the sandbox of ssmlab speaks its language)\n');
    return 0;
  }
  const { command, operands } = invocation;
  if (invocation.options.has('c') && command === undefined) {
    await process.write(2, `${title}: -c: option requires an argument\n`);
    return 2;
  }
  const fromInput = command === undefined && (operands.length === 0 || invocation.options.has('s'));
  const terminal = process.files.get(0)?.kind === 'terminal' && process.files.get(2)?.kind === 'terminal';
  const interactive = invocation.interactive || (fromInput && terminal);
  const zero = fromInput ? name : (operands[0] ?? name);
  const shell = new Shell({ process, name: zero, title: fromInput ? name : command === undefined ? zero : title, interactive, login: invocation.login, positional: fromInput ? operands : operands.slice(1) });
  prepareVariables(shell);
  shell.options.posix = title.replace(/^-/u, '') === 'sh' || invocation.options.has('--posix');
  for (const letter of invocation.options) {
    const option = OPTION_LETTERS[letter];
    if (option !== undefined) shell.options[option] = true;
  }
  for (const option of invocation.named) if (option in shell.options) shell.options[option as keyof ShellOptions] = true;
  if (!interactive && (invocation.options.has('m') || shell.options.monitor)) setMonitor(shell, true);
  return shell.executor.lifetime(async () => {
    if (shell.login) await startup(shell, ['/etc/profile', '~/.bash_profile']);
    else if (interactive && title === 'bash' && !invocation.options.has('--norc')) await startup(shell, ['~/.bashrc']);
    if (command !== undefined) await runText(shell, command);
    else if (!fromInput) await runFile(shell, zero);
    else if (interactive) await interact(shell);
    else await runInput(shell);
  });
}

function prepareVariables(shell: Shell): void {
  const { variables, process } = shell;
  for (const [name, value] of process.environment) {
    if (!/^[A-Za-z_]\w*$/u.test(name)) continue;
    variables.set(name, value);
    variables.ensure(name).exported = true;
  }
  variables.set('IFS', ' \t\n');
  variables.set('PWD', process.directory);
  variables.ensure('PWD').exported = true;
  variables.set('OPTIND', '1');
  variables.ensure('SHLVL').exported = true;
  variables.set('SHLVL', String(Number(process.environment.get('SHLVL') ?? '0') + 1));
  if (variables.get('PATH') === undefined) variables.set('PATH', '/usr/local/bin:/usr/bin');
  if (shell.interactive) {
    if (variables.get('PS1') === undefined) variables.set('PS1', '\\s-\\v\\$ ');
    if (variables.get('PS2') === undefined) variables.set('PS2', '> ');
  }
  variables.set('PS4', '+ ');
}

async function startup(shell: Shell, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const full = path.replace(/^~/u, shell.homeOf(null) ?? '');
    if (statOrNothing(shell.process, full)?.kind !== 'file') continue;
    try {
      await shell.executor.source(decode(readWhole(shell.process, full)));
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
    }
  }
  shell.status = 0;
}

/**
 * Runs a whole text. bash reads command by command, so what stands before a syntax error has run; the fast way is to
 * parse everything, and to go line by line only when that fails.
 */
async function runText(shell: Shell, text: string): Promise<void> {
  let script: ScriptNode;
  try {
    script = parseScript(text);
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error;
    const lines = text.match(/[^\n]*\n|[^\n]+$/gu) ?? [];
    let next = 0;
    await runLines(shell, () => Promise.resolve(lines[next++]));
    return;
  }
  await shell.executor.statements(script.statements);
}

async function runFile(shell: Shell, path: string): Promise<void> {
  let text: string;
  try {
    text = decode(readWhole(shell.process, path));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const title = (shell.process.argv[0] ?? 'sh').split('/').at(-1) ?? 'sh';
    await shell.process.write(2, `${title}: ${path}: ${error.message}\n`);
    throw new ShellExit(error.code === 'ENOENT' ? 127 : 126);
  }
  if (text.includes('\0')) {
    await shell.process.write(2, `${path}: ${path}: cannot execute binary file\n`);
    throw new ShellExit(126);
  }
  await runText(shell, text);
}

/** Commands from standard input, which the commands themselves may read from, too. */
async function runInput(shell: Shell): Promise<void> {
  await runLines(shell, () => inputLine(shell.process));
}

async function inputLine(process: Process): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const data = await process.read(0, 4096);
    if (data.length === 0) return parts.length === 0 ? undefined : decode(Buffer.concat(parts));
    const end = data.indexOf(10);
    if (end < 0) {
      parts.push(data);
      continue;
    }
    if (end + 1 < data.length) process.file(0).unread(data.subarray(end + 1));
    parts.push(data.subarray(0, end + 1));
    return decode(Buffer.concat(parts));
  }
}

async function runLines(shell: Shell, next: () => Promise<string | undefined>): Promise<void> {
  let pending = '';
  let number = 0;
  let first = 1;
  for (;;) {
    const line = await next();
    if (line === undefined && pending === '') return;
    if (pending === '') first = number + 1;
    pending += line ?? '';
    number += 1;
    let script: ScriptNode;
    try {
      script = parseScript(pending);
      if (line !== undefined && needsMore(pending, script)) continue;
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      if (error.incomplete && line !== undefined) continue;
      shell.line = /looking for matching/u.test(error.message) ? first : number;
      const title = shell.process.argv.includes('-c') ? `${shell.title}: -c` : shell.title;
      const text = error.incomplete ? error.message : `${error.message}\n${title}: line ${number}: \`${pending.trimEnd().split('\n').at(-1) ?? ''}'`;
      await shell.warn(`${title}: line ${shell.line}: ${text}\n`);
      throw new ShellExit(2);
    }
    pending = '';
    await shell.executor.statements(script.statements);
    if (line === undefined) return;
  }
}
