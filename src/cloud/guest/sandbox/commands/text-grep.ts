/** grep, egrep, fgrep. */
import { SystemError } from '../system/errors.js';
import { joinPath } from '../system/file-system.js';
import { absolute, readWhole, statPath } from '../system/open.js';
import type { OpenFile } from '../system/open-file.js';
import { decode } from '../../byte-text.js';
import { patternSource } from '../shell/pattern.js';
import type { Call, Command, Options } from './call.js';
import { UsageError } from './call.js';
import { translate } from './regular-expression.js';

const LONG: Readonly<Record<string, string>> = {
  'ignore-case': 'i', 'invert-match': 'v', 'line-number': 'n', recursive: 'r', count: 'c', quiet: 'q', silent: 'q', 'only-matching': 'o', 'extended-regexp': 'E', 'fixed-strings': 'F',
  'perl-regexp': 'P', 'files-with-matches': 'l', 'files-without-match': 'L', 'no-filename': 'h', 'with-filename': 'H', 'word-regexp': 'w', 'line-regexp': 'x', 'max-count': 'm',
  'after-context': 'A', 'before-context': 'B', context: 'C', regexp: 'e', file: 'f', color: 'y', colour: 'y', 'no-messages': 's', include: 'I',
};

function expressionOf(call: Call, options: Options, patterns: readonly string[]): RegExp {
  const fixed = options.has('F') || call.name === 'fgrep';
  const extended = options.has('E') || call.name === 'egrep';
  const sources = patterns.flatMap((pattern) => pattern.split('\n')).map((pattern) => {
    if (fixed) return pattern.replaceAll(/[\\^$.*+?()[\]{}|/-]/gu, '\\$&');
    return options.has('P') ? pattern : translate(pattern, extended);
  });
  let source = sources.length === 1 ? (sources[0] ?? '') : sources.map((one) => `(?:${one})`).join('|');
  if (options.has('w')) source = `(?<!\\w)(?:${source})(?!\\w)`;
  if (options.has('x')) source = `^(?:${source})$`;
  const flags = `g${options.has('i') || options.has('y') ? 'i' : ''}`;
  for (const variant of [`${flags}u`, flags]) {
    try {
      return new RegExp(source, variant);
    } catch {
      // Tried without Unicode rules next, which allow what old expressions write.
    }
  }
  throw new UsageError('Invalid regular expression', 2);
}

class Search {
  private readonly call: Call;
  private readonly options: Options;
  private readonly expression: RegExp;
  private readonly named: boolean;
  private readonly before: number;
  private readonly after: number;
  private readonly limit: number;
  found = false;

  constructor(call: Call, options: Options, expression: RegExp, named: boolean) {
    this.call = call;
    this.options = options;
    this.expression = expression;
    this.named = named;
    const context = options.value('C');
    this.before = Number(options.value('B') ?? context ?? 0);
    this.after = Number(options.value('A') ?? context ?? 0);
    this.limit = Number(options.value('m') ?? Number.POSITIVE_INFINITY);
  }

  private matches(text: string): boolean {
    this.expression.lastIndex = 0;
    return this.expression.test(text) !== this.options.has('v');
  }

  private prefix(path: string, number: number, mark: string): string {
    return `${this.named ? `${path}${mark}` : ''}${this.options.has('n') ? `${number}${mark}` : ''}`;
  }

  async file(file: OpenFile, path: string): Promise<void> {
    const { call, options } = this;
    const silent = options.has('q') || options.has('l') || options.has('L') || options.has('c');
    let count = 0;
    let number = 0;
    let tail = 0;
    let printed = 0;
    const held: { readonly text: string; readonly number: number }[] = [];
    for await (const { text } of call.lines(file)) {
      number += 1;
      if (this.matches(text)) {
        count += 1;
        this.found = true;
        if (options.has('q') || options.has('l')) break;
        if (!silent) {
          if ((this.before > 0 || this.after > 0) && printed > 0 && number - held.length > printed + 1) await call.line('--');
          for (const line of held) await call.line(this.prefix(path, line.number, '-') + line.text);
          held.length = 0;
          await this.show(text, path, number);
          printed = number;
          tail = this.after;
        }
        if (count >= this.limit) break;
      } else if (tail > 0 && !silent) {
        tail -= 1;
        printed = number;
        await call.line(this.prefix(path, number, '-') + text);
      } else if (this.before > 0) {
        held.push({ text, number });
        if (held.length > this.before) held.shift();
      }
    }
    if (options.has('c')) await call.line(`${this.named ? `${path}:` : ''}${count}`);
    else if (options.has('l') ? count > 0 : options.has('L') && count === 0) await call.line(path);
  }

  private async show(text: string, path: string, number: number): Promise<void> {
    if (!this.options.has('o')) return this.call.line(this.prefix(path, number, ':') + text);
    if (this.options.has('v')) return undefined;
    this.expression.lastIndex = 0;
    for (const [piece] of text.matchAll(this.expression)) if (piece !== '') await this.call.line(this.prefix(path, number, ':') + piece);
    return undefined;
  }
}

function filesUnder(call: Call, path: string, include: readonly RegExp[]): string[] {
  const { process } = call;
  const node = statPath(process, path);
  if (node.kind !== 'directory') return node.kind === 'file' || node.kind === 'generated' ? [path] : [];
  return process.kernel.files.list(absolute(process, path), process.credentials).toSorted().flatMap((name) => {
    const inner = joinPath(path, name);
    const kind = statPath(process, inner, false).kind;
    if (kind === 'directory') return filesUnder(call, inner, include);
    return kind === 'file' && (include.length === 0 || include.some((pattern) => pattern.test(name))) ? [inner] : [];
  });
}

export const grep: Command = async (call) => {
  const options = call.options('ivnrRcqoEFPlLhHwxm:A:B:C:e:f:sayzGI:', LONG, { status: 2 });
  const operands = [...options.operands];
  const patterns = [...options.all('e'), ...options.all('f').map((path) => decode(readWhole(call.process, path)).replace(/\n$/u, ''))];
  if (patterns.length === 0) {
    const first = operands.shift();
    if (first === undefined) {
      await call.err("Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n");
      return 2;
    }
    patterns.push(first);
  }
  const recursive = options.has('r') || options.has('R');
  const include = options.all('I').map((pattern) => new RegExp(`^(?:${patternSource(pattern)})$`, 'u'));
  const paths = recursive ? (operands.length === 0 ? ['.'] : operands) : operands;
  const named = options.has('H') || (!options.has('h') && (recursive || operands.length > 1));
  const search = new Search(call, options, expressionOf(call, options, patterns), named);
  let status = 0;
  for (const path of paths.length === 0 ? ['-'] : paths) {
    try {
      if (path !== '-' && statPath(call.process, path).kind === 'directory') {
        if (!recursive) await call.complain(`${path}: Is a directory`);
        else for (const file of filesUnder(call, path, include)) await search.file(call.open(file), file.replace(/^\.\/(?=.)/u, operands.length === 0 ? '' : './'));
      } else await search.file(call.open(path), path === '-' ? '(standard input)' : path);
    } catch (error) {
      if (!(error instanceof SystemError) || error.code === 'EPIPE') throw error;
      if (!options.has('s')) await call.complain(`${path}: ${error.message}`);
      status = 2;
    }
    if (options.has('q') && search.found) return 0;
  }
  return status === 0 ? (search.found ? 0 : 1) : status;
};
