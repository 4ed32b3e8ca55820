/** sed: addresses, s y d p q a i c n N G H g h x = { }, -n -e -E -i -f. */
import { SystemError } from '../system/errors.js';
import { openPath, readWhole } from '../system/open.js';
import { decode, encode } from '../../byte-text.js';
import type { Call, Command } from './call.js';
import { UsageError } from './call.js';
import { parseSed, type SedAddress, type SedCommand } from './text-sed-parse.js';

interface SedState {
  pattern: string;
  hold: string;
  line: number;
  quit: number | undefined;
  appended: string[];
  deleted: boolean;
  restart: boolean;
}

class Stream {
  private readonly call: Call;
  private readonly commands: readonly SedCommand[];
  private readonly quiet: boolean;
  private readonly write: (text: string) => Promise<void> | void;
  private readonly state: SedState = { pattern: '', hold: '', line: 0, quit: undefined, appended: [], deleted: false, restart: false };
  private source: AsyncIterator<{ readonly text: string; readonly terminated: boolean }> | undefined;
  private ahead: { readonly text: string; readonly terminated: boolean } | undefined;
  private newline = true;
  /** Ranges that have begun and not ended. */
  private readonly begun = new Set<SedCommand>();

  constructor(call: Call, commands: readonly SedCommand[], quiet: boolean, write: (text: string) => Promise<void> | void) {
    this.call = call;
    this.commands = commands;
    this.quiet = quiet;
    this.write = write;
  }

  private async next(): Promise<boolean> {
    if (this.ahead === undefined || this.source === undefined) return false;
    this.state.pattern = this.ahead.text;
    this.newline = this.ahead.terminated;
    this.state.line += 1;
    const following = await this.source.next();
    this.ahead = following.done === true ? undefined : following.value;
    return true;
  }

  async run(source: AsyncIterator<{ readonly text: string; readonly terminated: boolean }>): Promise<number | undefined> {
    this.source = source;
    const first = await source.next();
    this.ahead = first.done === true ? undefined : first.value;
    const { state } = this;
    while (state.quit === undefined && (await this.next())) {
      state.deleted = false;
      await this.execute(this.commands);
      await this.endCycle();
    }
    return state.quit;
  }

  private async endCycle(): Promise<void> {
    const { state } = this;
    if (!state.deleted && !this.quiet) await this.write(state.pattern + (this.newline ? '\n' : ''));
    for (const text of state.appended) await this.write(text);
    state.appended = [];
  }

  private matches(address: SedAddress): boolean {
    if (address.kind === 'line') return address.number === this.state.line;
    if (address.kind === 'last') return this.ahead === undefined;
    if (address.kind === 'step') return address.step === 0 ? this.state.line === address.first : this.state.line >= address.first && (this.state.line - address.first) % address.step === 0;
    address.expression.lastIndex = 0;
    return address.expression.test(this.state.pattern);
  }

  private selected(command: SedCommand): boolean {
    const [first, second] = command.addresses;
    if (first === undefined) return !command.negated;
    if (second === undefined) return this.matches(first) !== command.negated;
    if (!this.begun.has(command)) {
      if (!this.matches(first)) return command.negated;
      if (second.kind !== 'line' || second.number > this.state.line) this.begun.add(command);
      return !command.negated;
    }
    if (second.kind === 'line' ? this.state.line >= second.number : this.matches(second)) this.begun.delete(command);
    return !command.negated;
  }

  private async execute(commands: readonly SedCommand[]): Promise<void> {
    for (const command of commands) {
      const { state } = this;
      if (state.deleted || state.quit !== undefined) return;
      if (this.selected(command)) await this.one(command);
    }
  }

  private async one(command: SedCommand): Promise<void> {
    const { state } = this;
    switch (command.name) {
      case '{': return this.execute(command.block ?? []);
      case 's': return this.substitute(command);
      case 'y': {
        const [from, to] = [Array.from((command.text ?? '')), Array.from((command.replacement ?? ''))];
        state.pattern = Array.from(state.pattern).map((character) => to[from.indexOf(character)] ?? character).join('');
        break;
      }
      case 'p': await this.write(`${state.pattern}\n`); break;
      case 'P': await this.write(`${state.pattern.split('\n', 1)[0] ?? ''}\n`); break;
      case '=': await this.write(`${state.line}\n`); break;
      case 'd': state.deleted = true; break;
      case 'D': {
        const end = state.pattern.indexOf('\n');
        state.deleted = true;
        if (end >= 0) state.pattern = state.pattern.slice(end + 1);
        break;
      }
      case 'a': state.appended.push(`${command.text ?? ''}\n`); break;
      case 'i': await this.write(`${command.text ?? ''}\n`); break;
      case 'c':
        state.deleted = true;
        if (command.addresses.length < 2 || !this.begun.has(command)) await this.write(`${command.text ?? ''}\n`);
        break;
      case 'n':
        if (!this.quiet) await this.write(`${state.pattern}\n`);
        if (!(await this.next())) state.quit = 0;
        if (state.quit !== undefined) state.deleted = true;
        break;
      case 'N': {
        const before = state.pattern;
        this.call.process.kernel.memory.text(before.length);
        if (await this.next()) state.pattern = `${before}\n${state.pattern}`;
        else state.quit = 0;
        break;
      }
      case 'h': state.hold = state.pattern; break;
      case 'H':
        this.call.process.kernel.memory.text(state.hold.length + state.pattern.length);
        state.hold += `\n${state.pattern}`;
        break;
      case 'g': state.pattern = state.hold; break;
      case 'G':
        this.call.process.kernel.memory.text(state.hold.length + state.pattern.length);
        state.pattern += `\n${state.hold}`;
        break;
      case 'x': [state.pattern, state.hold] = [state.hold, state.pattern]; break;
      case 'q': state.quit = Number(command.text ?? 0); break;
      case 'Q':
        state.quit = Number(command.text ?? 0);
        state.deleted = true;
        break;
      default:
    }
    return undefined;
  }

  private async substitute(command: SedCommand): Promise<void> {
    const { expression, replacement = '', flags = '' } = command;
    if (expression === undefined) return;
    const wanted = Number(/\d+/u.exec(flags)?.[0] ?? 1);
    const all = flags.includes('g');
    let count = 0;
    let changed = false;
    let length = this.state.pattern.length;
    expression.lastIndex = 0;
    this.state.pattern = this.state.pattern.replace(expression, (...args: unknown[]) => {
      count += 1;
      const whole = String(args[0]);
      if (count < wanted || (!all && count > wanted)) return whole;
      changed = true;
      length += replacement.length * (1 + whole.length);
      this.call.process.kernel.memory.text(length);
      const groups = args.filter((_, index) => index > 0 && index < args.length - 2).map((group) => (typeof group === 'string' ? group : ''));
      return expand(replacement, whole, groups);
    });
    if (changed && flags.includes('p')) await this.write(`${this.state.pattern}\n`);
    const file = command.file;
    if (changed && file !== undefined) openPath(this.call.process, file, { write: true, create: true, append: true }).put(encode(`${this.state.pattern}\n`));
  }
}

/** `&`, `\1`, `\n`, and GNU's \U \L \E \u \l. */
function expand(replacement: string, whole: string, groups: readonly string[]): string {
  let text = '';
  let turn: 'U' | 'L' | '' = '';
  let once: 'u' | 'l' | '' = '';
  const add = (piece: string): void => {
    let shown = turn === 'U' ? piece.toUpperCase() : turn === 'L' ? piece.toLowerCase() : piece;
    if (once !== '' && shown !== '') {
      shown = (once === 'u' ? shown.slice(0, 1).toUpperCase() : shown.slice(0, 1).toLowerCase()) + shown.slice(1);
      once = '';
    }
    text += shown;
  };
  for (const [piece] of replacement.matchAll(/\\[\s\S]|&|[^\\&]+/gu)) {
    const letter = piece[1] ?? '';
    if (piece === '&') add(whole);
    else if (!piece.startsWith('\\')) add(piece);
    else if (/\d/u.test(letter)) add(letter === '0' ? whole : (groups[Number(letter) - 1] ?? ''));
    else if (letter === 'n') add('\n');
    else if (letter === 't') add('\t');
    else if (letter === 'U' || letter === 'L') turn = letter;
    else if (letter === 'E') turn = '';
    else if (letter === 'u' || letter === 'l') once = letter;
    else add(letter);
  }
  return text;
}

export const sed: Command = async (call) => {
  const options = call.options('nrEe:f:isuz', { quiet: 'n', silent: 'n', 'regexp-extended': 'E', expression: 'e', file: 'f', 'in-place': 'i' });
  const operands = [...options.operands];
  const scripts = [...options.all('e'), ...options.all('f').map((path) => decode(readWhole(call.process, path)).replace(/\n$/u, ''))];
  if (scripts.length === 0) {
    const first = operands.shift();
    if (first === undefined) throw new UsageError("no script given\nUsage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...");
    scripts.push(first);
  }
  const commands = parseSed(scripts.join('\n'), options.has('E') || options.has('r'));
  const quiet = options.has('n') || commands.silent;
  if (options.has('i')) return inPlace(call, commands.commands, quiet, operands);
  const stream = new Stream(call, commands.commands, quiet, (text) => call.out(text));
  let status = 0;
  const lines = async function* lines(): AsyncGenerator<{ readonly text: string; readonly terminated: boolean }> {
    for (const path of operands.length === 0 ? ['-'] : operands) {
      try {
        yield* call.lines(call.open(path));
      } catch (error) {
        if (!(error instanceof SystemError) || error.code === 'EPIPE') throw error;
        await call.complain(`can't read ${path}: ${error.message}`);
        status = 2;
      }
    }
  };
  return (await stream.run(lines())) ?? status;
};

async function inPlace(call: Call, commands: readonly SedCommand[], quiet: boolean, operands: readonly string[]): Promise<number> {
  let status = 0;
  for (const path of operands) {
    try {
      let text = '';
      await new Stream(call, commands, quiet, (piece) => {
        text += piece;
      }).run(call.lines(call.open(path)));
      openPath(call.process, path, { write: true, truncate: true }).put(encode(text));
    } catch (error) {
      if (!(error instanceof SystemError) || error.code === 'EPIPE') throw error;
      status = await call.fail(`can't read ${path}: ${error.message}`, 4);
    }
  }
  return status;
}
