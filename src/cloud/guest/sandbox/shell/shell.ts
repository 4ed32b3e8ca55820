/** The state of one shell, and its small services: parameters, prompts, substitution, subshells. */
import type { CommandNode, ScriptNode } from 'just-bash';
import { SystemError } from '../system/errors.js';
import { ACCOUNTS } from '../../image/accounts.js';
import { userName } from '../system/kernel.js';
import { createPipe } from '../system/pipe.js';
import type { Process } from '../system/process.js';
import { shellStatus } from '../system/signals.js';
import { decode } from '../../byte-text.js';
import type { Interrupted } from '../system/errors.js';
import { Arithmetic } from './arithmetic.js';
import { ExpansionError } from './control.js';
import { Executor } from './execute.js';
import { Expander } from './expand.js';
import type { Job } from './jobs.js';
import { parseScript } from './parse.js';
import { Patterns } from './pattern.js';
import { Variables } from './variables.js';

export interface ShellOptions {
  errexit: boolean;
  nounset: boolean;
  xtrace: boolean;
  noglob: boolean;
  pipefail: boolean;
  noclobber: boolean;
  allexport: boolean;
  noexec: boolean;
  verbose: boolean;
  /** Job control. */
  monitor: boolean;
  posix: boolean;
}

/** What forking a shell copies, and what starting one sets. */
export interface ShellInit {
  readonly process: Process;
  /** `$0`. */
  readonly name: string;
  readonly interactive?: boolean | undefined;
  readonly login?: boolean | undefined;
  readonly positional?: readonly string[] | undefined;
  /** How error messages begin: `sh`, `-bash`. */
  readonly title?: string | undefined;
}

export type ShellFunction = Extract<CommandNode, { type: 'FunctionDef' }>;

export class Shell {
  process: Process;
  name: string;
  title: string;
  interactive: boolean;
  login: boolean;
  positional: readonly string[];
  variables = new Variables();
  functions = new Map<string, ShellFunction>();
  aliases = new Map<string, string>();
  traps = new Map<string, string>();
  options: ShellOptions = { errexit: false, nounset: false, xtrace: false, noglob: false, pipefail: false, noclobber: false, allexport: false, noexec: false, verbose: false, monitor: false, posix: false };
  status = 0;
  pipeStatus: readonly number[] = [0];
  lastBackground: number | undefined;
  jobs: readonly Job[] = [];
  /** The same jobs, the latest started, stopped or fetched first. */
  recentJobs: readonly Job[] = [];
  /** Statuses of jobs that are forgotten, by process id. */
  readonly endedJobs = new Map<number, number>();
  /** The job that has the terminal. */
  foregroundGroup: number | undefined;
  /** Counts the lines that an interactive shell reads. */
  commandNumber = 0;
  /** The line at which the shell would not go because jobs are stopped. */
  exitRefusedAt: number | undefined;
  history: string[] = [];
  line = 0;
  /** Nesting of conditions, in which `set -e` does not end the shell. */
  conditions = 0;
  loops = 0;
  sourcing = 0;
  /** Nesting of function calls. */
  depth = 0;
  readonly expandingAliases = new Set<string>();
  /** The process exists for this one command: an external program may take it over. */
  leaf = false;
  interrupted = false;
  /** Puts an interactive shell's own signal handling back. */
  standardSignals: (() => void) | undefined;
  readonly dueTraps: string[] = [];
  readonly substitutions: number[] = [];
  substituted = false;
  private readonly shellPid: number;
  readonly patterns = new Patterns();
  readonly arithmetic = new Arithmetic(this);
  readonly expander = new Expander(this);
  readonly executor = new Executor(this);

  constructor(init: ShellInit, shellPid?: number) {
    this.process = init.process;
    this.name = init.name;
    this.title = init.title ?? init.name;
    this.interactive = init.interactive ?? false;
    this.login = init.login ?? false;
    this.positional = init.positional ?? [];
    this.shellPid = shellPid ?? init.process.pid;
  }

  /** A copy in a process of its own. */
  fork(process: Process): Shell {
    const child = new Shell({ process, name: this.name, title: this.title, positional: this.positional }, this.shellPid);
    child.variables = this.variables.clone();
    child.functions = new Map(this.functions);
    child.aliases = new Map(this.aliases);
    child.options = { ...this.options, monitor: false };
    child.history = [...this.history];
    child.status = this.status;
    child.lastBackground = this.lastBackground;
    child.line = this.line;
    child.conditions = this.conditions;
    child.loops = this.loops;
    // Ignored signals stay ignored, handled ones fall back to the default (POSIX).
    for (const [name, action] of this.traps) if (action === '') child.traps.set(name, '');
    return child;
  }

  /** Special and ordinary parameters; undefined when unset. */
  parameter(name: string): string | undefined {
    switch (name) {
      case '?': return String(this.status);
      case '$': return String(this.shellPid);
      case '!': return this.lastBackground === undefined ? undefined : String(this.lastBackground);
      case '#': return String(this.positional.length);
      case '0': return this.name;
      case '-': return this.flags();
      case '@':
      case '*': return this.positional.length === 0 ? undefined : this.positional.join(' ');
      default:
    }
    if (/^\d+$/u.test(name)) return this.positional[Number(name) - 1];
    return this.variables.get(name) ?? this.dynamic(name);
  }

  private dynamic(name: string): string | undefined {
    switch (name) {
      case 'RANDOM': return String(Math.floor(Math.random() * 32768));
      case 'SECONDS': return String(Math.floor((this.process.kernel.now() - this.process.started) / 1000));
      case 'EPOCHSECONDS': return String(Math.floor(this.process.kernel.now() / 1000));
      case 'LINENO': return String(this.line);
      case 'UID':
      case 'EUID': return String(this.process.credentials.uid);
      case 'PPID': return String(this.process.parent?.pid ?? 1);
      case 'BASHPID': return String(this.process.pid);
      case 'HOSTNAME': return `${this.process.kernel.specification.hostName}.${this.process.kernel.specification.domainName}`;
      case 'HOSTTYPE':
      case 'MACHTYPE': return this.process.kernel.specification.architecture;
      case 'OSTYPE': return 'linux-gnu';
      case 'BASH': return '/usr/bin/bash';
      case 'BASH_VERSION': return '5.2.15(1)-release';
      case 'SHLVL': return '1';
      case 'OPTIND': return '1';
      case 'COLUMNS': return this.process.tty === undefined ? undefined : String(this.process.tty.columns);
      case 'LINES': return this.process.tty === undefined ? undefined : String(this.process.tty.rows);
      case 'PIPESTATUS': return String(this.pipeStatus[0] ?? 0);
      default: return undefined;
    }
  }

  private flags(): string {
    const letters: readonly (readonly [keyof ShellOptions, string])[] = [['errexit', 'e'], ['noglob', 'f'], ['monitor', 'm'], ['nounset', 'u'], ['verbose', 'v'], ['xtrace', 'x'], ['noclobber', 'C'], ['allexport', 'a']];
    return `h${this.interactive ? 'i' : ''}${letters.filter(([option]) => this.options[option]).map(([, letter]) => letter).join('')}B`;
  }

  elements(name: string): readonly (readonly [string, string])[] {
    if (name === 'PIPESTATUS') return this.pipeStatus.map((status, index) => [String(index), String(status)]);
    return this.variables.elements(name);
  }

  element(name: string, key: string): string | undefined {
    const { value } = this.variables.find(name) ?? {};
    if (value instanceof Map && !key.startsWith('-')) return value.get(key);
    const elements = this.elements(name);
    const index = /^-\d+$/u.test(key) && elements.length > 0 ? String(Number(elements.at(-1)?.[0]) + 1 + Number(key)) : key;
    return elements.find(([at]) => at === index)?.[1];
  }

  /** The key that a subscript's source means: a text for associative arrays, else a number. */
  async subscript(name: string, source: string): Promise<string> {
    const text = await this.expandText(source);
    if (this.variables.find(name)?.associative === true) return text;
    return String(await this.arithmetic.text(text));
  }

  assign(name: string, value: string): void {
    this.process.kernel.memory.text(value.length);
    this.variables.set(name, value);
    if (this.options.allexport) this.variables.ensure(name).exported = true;
  }

  /** `name` or `name[subscript]`; integers are evaluated. */
  async assignTo(target: string, value: string, append = false): Promise<void> {
    const match = /^([A-Za-z_]\w*)\[([\s\S]*)\]$/u.exec(target);
    const name = match?.[1] ?? target;
    const key = match === null ? undefined : await this.subscript(name, match[2] ?? '');
    const before = key === undefined ? this.variables.get(name) : this.element(name, key);
    this.process.kernel.memory.text((append ? (before ?? '').length : 0) + value.length);
    let next = append ? (before ?? '') + value : value;
    if (this.variables.find(name)?.integer === true) {
      const number = await this.arithmetic.text(value);
      next = String(append ? (await this.arithmetic.text(before ?? '0')) + number : number);
    }
    if (key === undefined) this.assign(name, next);
    else this.variables.setElement(name, key, next);
  }

  /** Expands a source text as if it stood in double quotes. */
  async expandText(source: string): Promise<string> {
    if (!/[$`\\]/u.test(source)) return source.replaceAll(/^(["'])([\s\S]*)\1$/gu, '$2');
    const escaped = source.replaceAll('"', '\\"');
    const command = parseScript(`: "${escaped}"`).statements[0]?.pipelines[0]?.commands[0];
    const word = command?.type === 'SimpleCommand' ? command.args[0] : undefined;
    if (word === undefined) throw new ExpansionError(`${source}: bad substitution`);
    return this.expander.text(word);
  }

  homeOf(user: string | null): string | undefined {
    if (user === '+') return this.process.directory;
    if (user === '-') return this.variables.get('OLDPWD');
    if (user !== null) return ACCOUNTS.find((known) => known.name === user)?.home;
    return this.variables.get('HOME') ?? ACCOUNTS.find((known) => known.uid === this.process.credentials.uid)?.home;
  }

  /** `$( )`: output without the trailing newlines. */
  async substitute(body: ScriptNode): Promise<string> {
    const { reader, writer } = createPipe();
    reader.retain();
    const files = new Map(this.process.files);
    files.set(1, writer);
    const child = this.process.kernel.fork({
      parent: this.process,
      argv: this.process.argv,
      files,
      run: (process) => {
        this.unstoppable(process);
        const shell = this.fork(process);
        shell.options.errexit = false;
        return shell.executor.runScript(body);
      },
    });
    try {
      const parts: Uint8Array[] = [];
      let size = 0;
      for (;;) {
        const piece = reader.take(65536);
        if (piece === undefined) await this.process.wait(reader.readable());
        else if (piece.length === 0) break;
        else {
          parts.push(piece);
          size += piece.length;
          this.process.kernel.memory.buffered(size);
        }
        const turn = this.process.breathe();
        if (turn !== undefined) await turn;
      }
      this.status = shellStatus(await this.patiently(child.status));
      this.substituted = true;
      return decode(Buffer.concat(parts)).replaceAll('\0', '').replace(/\n+$/u, '');
    } finally {
      reader.release();
    }
  }

  /** What runs in the shell's own group cannot be stopped alone: the shell would wait for it for ever. */
  private unstoppable(process: Process): void {
    if (this.options.monitor) for (const name of ['TSTP', 'TTIN', 'TTOU']) process.dispositions.set(name, 'ignore');
  }

  /** `<( )` and `>( )`: a path under /dev/fd; closed after the command. */
  processSubstitution(body: ScriptNode, direction: 'input' | 'output'): Promise<string> {
    const { reader, writer } = createPipe();
    const [ours, theirs] = direction === 'input' ? [reader, writer] : [writer, reader];
    const files = new Map(this.process.files);
    files.set(direction === 'input' ? 1 : 0, theirs);
    this.process.kernel.fork({ parent: this.process, argv: this.process.argv, files, run: (process) => (this.unstoppable(process), this.fork(process).executor.runScript(body)) });
    let descriptor = 63;
    while (this.process.files.has(descriptor)) descriptor -= 1;
    this.process.setFile(descriptor, ours);
    this.substitutions.push(descriptor);
    return Promise.resolve(`/dev/fd/${descriptor}`);
  }

  /** Waits for a child, also across signals that the shell handles. */
  async patiently<T>(change: Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await this.process.wait(change);
      } catch (error) {
        if ((error as Interrupted).name !== 'Interrupted') throw error;
      }
    }
  }

  /** Message on stderr as bash writes it: `sh: text`, in scripts with the line. */
  async complain(text: string): Promise<void> {
    const where = this.interactive ? '' : `line ${Math.max(1, this.line)}: `;
    await this.warn(`${this.title}: ${where}${text}\n`);
  }

  async warn(text: string): Promise<void> {
    try {
      await this.process.write(2, text);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
    }
  }

  /** Expands the backslash escapes of PS1. */
  prompt(template: string): string {
    const { specification, now } = this.process.kernel;
    const home = this.homeOf(null) ?? '';
    const { directory } = this.process;
    const tilde = directory === home ? '~' : directory.startsWith(`${home}/`) && home !== '/' ? `~${directory.slice(home.length)}` : directory;
    const meanings: Readonly<Record<string, () => string>> = {
      u: () => userName(this.process.credentials.uid),
      h: () => specification.hostName,
      H: () => `${specification.hostName}.${specification.domainName}`,
      w: () => tilde,
      W: () => (tilde === '~' || tilde === '/' ? tilde : (tilde.split('/').at(-1) ?? '')),
      $: () => (this.process.credentials.uid === 0 ? '#' : '$'),
      s: () => (this.name.replace(/^-/u, '').split('/').at(-1) ?? 'sh'),
      v: () => '5.2',
      V: () => '5.2.15',
      n: () => '\n', r: () => '\r', a: () => '\x07', e: () => '\x1b', '\\': () => '\\', '[': () => '', ']': () => '',
      j: () => String(this.jobs.length),
      l: () => this.process.tty?.name.split('/').at(-1) ?? '',
      '!': () => String(this.history.length + 1),
      '#': () => String(this.history.length + 1),
      t: () => new Date(now()).toISOString().slice(11, 19),
      A: () => new Date(now()).toISOString().slice(11, 16),
      d: () => new Date(now()).toUTCString().slice(0, 11),
    };
    return template.replaceAll(/\\([\s\S])/gu, (whole, letter: string) => meanings[letter]?.() ?? whole);
  }
}

