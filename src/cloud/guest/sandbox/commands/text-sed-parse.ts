/** sed's script language → commands. */
import { UsageError } from './call.js';
import { compile } from './regular-expression.js';

export type SedAddress =
  | { readonly kind: 'line'; readonly number: number }
  | { readonly kind: 'last' }
  | { readonly kind: 'step'; readonly first: number; readonly step: number }
  | { readonly kind: 'match'; readonly expression: RegExp };

export interface SedCommand {
  readonly name: string;
  readonly addresses: readonly SedAddress[];
  readonly negated: boolean;
  readonly expression?: RegExp | undefined;
  readonly replacement?: string | undefined;
  readonly flags?: string | undefined;
  readonly file?: string | undefined;
  readonly text?: string | undefined;
  readonly block?: readonly SedCommand[] | undefined;
}

class Parser {
  private at = 0;
  private readonly script: string;
  private readonly extended: boolean;
  constructor(script: string, extended: boolean) {
    this.script = script;
    this.extended = extended;
  }

  private fail(text: string): never {
    throw new UsageError(`-e expression #1, char ${this.at + 1}: ${text}`);
  }

  private skip(pattern: RegExp): void {
    while (pattern.test(this.script[this.at] ?? '\0')) this.at += 1;
  }

  commands(inBlock: boolean): SedCommand[] {
    const commands: SedCommand[] = [];
    for (;;) {
      this.skip(/[\s;]/u);
      const character = this.script[this.at];
      if (character === undefined) {
        if (inBlock) this.fail('unmatched `{\'');
        return commands;
      }
      if (character === '}') {
        if (!inBlock) this.fail('unexpected `}\'');
        this.at += 1;
        return commands;
      }
      if (character === '#') this.skip(/[^\n\0]/u);
      else commands.push(this.command());
    }
  }

  private command(): SedCommand {
    const addresses: SedAddress[] = [];
    const first = this.address();
    if (first !== undefined) {
      addresses.push(first);
      this.skip(/ /u);
      if (this.script[this.at] === ',') {
        this.at += 1;
        this.skip(/ /u);
        const second = this.address();
        if (second === undefined) this.fail('unexpected `,\'');
        addresses.push(second);
      }
    }
    this.skip(/\s/u);
    const negated = this.script[this.at] === '!';
    if (negated) this.at += 1;
    this.skip(/\s/u);
    const name = this.script[this.at] ?? this.fail('missing command');
    this.at += 1;
    const base = { name, addresses, negated };
    if (name === '{') return { ...base, block: this.commands(true) };
    if (name === 's') return { ...base, ...this.substitution() };
    if (name === 'y') {
      const delimiter = this.delimiter();
      return { ...base, text: plain(this.until(delimiter)), replacement: plain(this.until(delimiter)) };
    }
    if ('aic'.includes(name)) return { ...base, text: this.text() };
    if ('qQ'.includes(name)) {
      this.skip(/ /u);
      const digits = /^\d*/u.exec(this.script.slice(this.at))?.[0] ?? '';
      this.at += digits.length;
      return { ...base, text: digits === '' ? '0' : digits };
    }
    if (!'dDpPnNgGhHx='.includes(name)) this.fail(`unknown command: \`${name}' (the sandbox's sed has s y d D p P n N g G h H x = a i c q Q { })`);
    this.skip(/ /u);
    if (!/[\n;}\0#]/u.test(this.script[this.at] ?? '\0')) this.fail('extra characters after command');
    return base;
  }

  private delimiter(): string {
    const delimiter = this.script[this.at];
    if (delimiter === undefined || delimiter === '\n' || delimiter === '\\') this.fail('unterminated `s\' command');
    this.at += 1;
    return delimiter ?? '/';
  }

  /** Up to the delimiter, which a backslash can quote. */
  private until(delimiter: string): string {
    let text = '';
    let inBracket = false;
    for (;;) {
      const character = this.script[this.at];
      if (character === undefined) this.fail('unterminated `s\' command');
      this.at += 1;
      if (character === '\\') {
        const next = this.script[this.at] ?? '';
        this.at += 1;
        text += next === delimiter && !/[&\d]/u.test(next) ? next : `\\${next}`;
      } else if (character === delimiter && !inBracket) return text;
      else {
        if (character === '[' && !inBracket) inBracket = this.script.indexOf(']', this.at + 1) > 0;
        else if (character === ']') inBracket = false;
        text += character ?? '';
      }
    }
  }

  private substitution(): Pick<SedCommand, 'expression' | 'replacement' | 'flags' | 'file'> {
    const delimiter = this.delimiter();
    const pattern = this.until(delimiter);
    let replacement = '';
    for (;;) {
      const character = this.script[this.at];
      if (character === undefined) this.fail('unterminated `s\' command');
      this.at += 1;
      if (character === delimiter) break;
      if (character === '\\') {
        const next = this.script[this.at] ?? '';
        this.at += 1;
        replacement += next === delimiter ? next : `\\${next}`;
      } else replacement += character ?? '';
    }
    const flags = /^[gpiI\d]*/u.exec(this.script.slice(this.at))?.[0] ?? '';
    this.at += flags.length;
    let file: string | undefined;
    if (this.script[this.at] === 'w') {
      const end = this.script.indexOf('\n', this.at);
      file = this.script.slice(this.at + 1, end < 0 ? undefined : end).trim();
      this.at = end < 0 ? this.script.length : end;
    }
    this.skip(/ /u);
    if (!/[\n;}\0#]/u.test(this.script[this.at] ?? '\0')) this.fail("unknown option to `s'");
    return { expression: compile(pattern, this.extended, /i/iu.test(flags) ? 'gi' : 'g'), replacement, flags, file };
  }

  /** The text of a, i, c: one line (GNU) or `\` and the next lines. */
  private text(): string {
    this.skip(/[ \t]/u);
    if (this.script[this.at] === '\\') {
      this.at += 1;
      this.skip(/[ \t]/u);
      if (this.script[this.at] === '\n') this.at += 1;
    }
    let text = '';
    for (; this.at < this.script.length; this.at += 1) {
      const character = this.script[this.at] ?? '';
      if (character === '\n') break;
      if (character === '\\') {
        this.at += 1;
        text += this.script[this.at] ?? '';
      } else text += character;
    }
    return text;
  }

  private address(): SedAddress | undefined {
    const rest = this.script.slice(this.at);
    const step = /^(\d+)~(\d+)/u.exec(rest);
    if (step !== null) {
      this.at += step[0].length;
      return { kind: 'step', first: Number(step[1]), step: Number(step[2]) };
    }
    const number = /^\d+/u.exec(rest);
    if (number !== null) {
      this.at += number[0].length;
      return { kind: 'line', number: Number(number[0]) };
    }
    if (rest.startsWith('$')) {
      this.at += 1;
      return { kind: 'last' };
    }
    if (!rest.startsWith('/') && !rest.startsWith('\\')) return undefined;
    this.at += rest.startsWith('\\') ? 2 : 1;
    const pattern = this.until(rest.startsWith('\\') ? (rest[1] ?? '/') : '/');
    const insensitive = this.script[this.at] === 'I';
    if (insensitive) this.at += 1;
    return { kind: 'match', expression: compile(pattern, this.extended, insensitive ? 'gi' : 'g') };
  }
}

function plain(text: string): string {
  return text.replaceAll(/\\([\s\S])/gu, (_, letter: string) => (letter === 'n' ? '\n' : letter === 't' ? '\t' : letter));
}

export function parseSed(script: string, extended: boolean): { readonly commands: readonly SedCommand[]; readonly silent: boolean } {
  return { commands: new Parser(script, extended).commands(false), silent: script.startsWith('#n\n') };
}
