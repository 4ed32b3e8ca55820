/** Word expansion: quoting, parameters, commands, arithmetic, braces, tildes, field splitting, pathnames. */
import type { WordNode } from 'just-bash';
import type { ArithmeticExpression } from './arithmetic.js';
import { ArithmeticError, ExpansionError } from './control.js';
import { expandPathname } from './glob.js';
import { expandParameter, type Expansion } from './expand-parameter.js';
import { hasMagic, quotePattern } from './pattern.js';
import type { Shell } from './shell.js';

type Part = WordNode['parts'][number];

/** A stretch of a field; quoted stretches are neither patterns nor removed when empty. */
interface Piece {
  readonly text: string;
  readonly quoted: boolean;
}

/** `fields`: split and glob; `text`: one field; `regex`: one field whose literals keep their meaning. */
type Mode = 'fields' | 'text' | 'regex';

/** Collects fields while parts are expanded. */
class Fields {
  readonly done: Piece[][] = [];
  private current: Piece[] | undefined;
  private readonly ifs: string;

  constructor(ifs: string) {
    this.ifs = ifs;
  }

  add(text: string, quoted: boolean): void {
    this.current ??= [];
    this.current.push({ text, quoted });
  }

  /** Ends the field that is being made. */
  cut(): void {
    if (this.current !== undefined) this.done.push(this.current);
    this.current = undefined;
  }

  /** The result of an unquoted expansion: split by IFS. */
  split(text: string): void {
    if (text === '') return;
    if (this.ifs === '') {
      this.add(text, false);
      return;
    }
    const space = Array.from(' \t\n').filter((character) => this.ifs.includes(character)).join('');
    let run = '';
    let at = 0;
    const flush = (): void => {
      if (run !== '') this.add(run, false);
      run = '';
    };
    while (at < text.length) {
      const character = text[at] ?? '';
      if (!this.ifs.includes(character)) {
        let end = at + 1;
        while (end < text.length && !this.ifs.includes(text[end] ?? '')) end += 1;
        run += text.slice(at, end);
        at = end;
        continue;
      }
      flush();
      let other = 0;
      while (at < text.length && this.ifs.includes(text[at] ?? '') && (space.includes(text[at] ?? '') || other === 0)) {
        if (!space.includes(text[at] ?? '')) other += 1;
        at += 1;
      }
      if (other > 0 && this.current === undefined) this.add('', true);
      this.cut();
    }
    flush();
  }
}

export class Expander {
  private readonly shell: Shell;
  constructor(shell: Shell) {
    this.shell = shell;
  }

  /** Words of a command: everything applies. */
  async fields(words: readonly WordNode[]): Promise<string[]> {
    const all: string[] = [];
    const { memory } = this.shell.process.kernel;
    for (const word of words) {
      memory.words(all.length);
      const simple = plain(word);
      if (simple !== undefined) all.push(simple);
      else for (const braced of expandBraces(word.parts)) all.push(...(await this.one(braced)));
    }
    return all;
  }

  private async one(parts: readonly Part[]): Promise<string[]> {
    const fields = new Fields(this.shell.parameter('IFS') ?? ' \t\n');
    for (const part of parts) await this.part(part, fields, false, 'fields');
    fields.cut();
    this.shell.process.kernel.memory.words(fields.done.length);
    return fields.done.flatMap((pieces) => this.pathnames(pieces));
  }

  private joined(pieces: readonly Piece[]): string {
    this.shell.process.kernel.memory.text(pieces.reduce((sum, piece) => sum + piece.text.length, 0));
    return pieces.map((piece) => piece.text).join('');
  }

  private pathnames(pieces: readonly Piece[]): readonly string[] {
    const text = this.joined(pieces);
    if (this.shell.options.noglob || !pieces.some((piece) => !piece.quoted && /[*?[]/u.test(piece.text))) return [text];
    const pattern = toPattern(pieces);
    if (!hasMagic(pattern)) return [text];
    const { process } = this.shell;
    const found = expandPathname(pattern, process.directory, process.kernel.files, process.credentials, this.shell.patterns);
    return found.length > 0 ? found : [text];
  }

  /** Assignments, redirections, case words, here-documents: no splitting, no pathnames. */
  async text(word: WordNode): Promise<string> {
    const simple = plain(word);
    if (simple !== undefined) return simple;
    return this.joined(await this.pieces(word));
  }

  /** As a pattern: quoted characters stand for themselves. */
  async pattern(word: WordNode): Promise<string> {
    return toPattern(await this.pieces(word));
  }

  /** As a regular expression for =~: quoted characters stand for themselves. */
  async regularExpression(word: WordNode): Promise<string> {
    const pieces = await this.pieces(word, 'regex');
    return pieces.map((piece) => (piece.quoted ? piece.text.replaceAll(/[\\^$.*+?()[\]{}|]/gu, '\\$&') : piece.text)).join('');
  }

  private async pieces(word: WordNode, mode: 'text' | 'regex' = 'text'): Promise<readonly Piece[]> {
    const fields = new Fields('');
    for (const part of word.parts) await this.part(part, fields, false, mode);
    fields.cut();
    return fields.done.flatMap((field, index) => (index === 0 ? field : [{ text: ' ', quoted: true }, ...field]));
  }

  private async part(part: Part, fields: Fields, quoted: boolean, mode: Mode): Promise<void> {
    switch (part.type) {
      case 'Literal':
        fields.add(part.value, quoted || mode !== 'regex');
        break;
      case 'SingleQuoted':
      case 'Escaped':
        fields.add(part.value, true);
        break;
      case 'DoubleQuoted':
        if (!part.parts.some((inner) => isList(inner))) fields.add('', true);
        for (const inner of part.parts) await this.part(inner, fields, true, mode);
        break;
      case 'Glob':
        fields.add(part.pattern, quoted);
        break;
      case 'TildeExpansion':
        fields.add(this.shell.homeOf(part.user) ?? `~${part.user ?? ''}`, true);
        break;
      case 'ParameterExpansion':
        await this.parameter(await expandParameter(part, this.shell, this), fields, quoted, mode);
        break;
      case 'CommandSubstitution':
        this.value(await this.shell.substitute(part.body), fields, quoted);
        break;
      case 'ArithmeticExpansion':
        this.value(await this.arithmetic(part.expression), fields, quoted);
        break;
      case 'BraceExpansion':
        fields.add(braceSource(part), true);
        break;
      case 'ProcessSubstitution':
        fields.add(await this.shell.processSubstitution(part.body, part.direction), true);
        break;
    }
  }

  /** In an expansion an arithmetic error ends the command line, not only the command. */
  private async arithmetic(expression: ArithmeticExpression): Promise<string> {
    try {
      return String(await this.shell.arithmetic.evaluate(expression));
    } catch (error) {
      throw error instanceof ArithmeticError ? new ExpansionError(error.message) : error;
    }
  }

  private value(text: string, fields: Fields, quoted: boolean): void {
    if (quoted) fields.add(text, true);
    else fields.split(text);
  }

  private async parameter(expansion: Expansion, fields: Fields, quoted: boolean, mode: Mode): Promise<void> {
    const single = mode !== 'fields';
    if (expansion.word !== undefined) {
      if (quoted) fields.add(await this.text(expansion.word), true);
      else {
        for (const part of expansion.word.parts) {
          // An unquoted default splits like any expansion, its quoted parts do not.
          if (part.type === 'Literal' && !single) fields.split(part.value);
          else await this.part(part, fields, false, mode);
        }
      }
      return;
    }
    if (expansion.list === 'none') {
      this.value(expansion.values[0] ?? '', fields, quoted);
      return;
    }
    const separator = (this.shell.parameter('IFS') ?? ' ').slice(0, 1);
    if (expansion.list === 'star' && (quoted || single)) {
      this.shell.process.kernel.memory.text(expansion.values.reduce((sum, value) => sum + value.length + 1, 0));
      fields.add(expansion.values.join(separator), quoted);
      return;
    }
    for (const [index, value] of expansion.values.entries()) {
      if (index > 0) {
        if (single) fields.add(' ', true);
        else fields.cut();
      }
      this.value(value, fields, quoted);
    }
  }
}

/** A word of literals only, the common case. */
function plain(word: WordNode): string | undefined {
  let text = '';
  for (const part of word.parts) {
    if (part.type !== 'Literal' && part.type !== 'SingleQuoted' && part.type !== 'Escaped') return undefined;
    text += part.value;
  }
  return text;
}

/** `"$@"` makes no field when there is nothing. */
function isList(part: Part): boolean {
  return part.type === 'ParameterExpansion' && (part.parameter === '@' || part.parameter.endsWith('[@]') || (part.operation?.type === 'ArrayKeys' && !part.operation.star)) && part.operation?.type !== 'Length';
}

function toPattern(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (piece.quoted ? quotePattern(piece.text) : piece.text)).join('');
}

const MOST_BRACES = 100_000;

/** Every combination of the braces in a word, in order. */
export function expandBraces(parts: readonly Part[]): readonly (readonly Part[])[] {
  let words: (readonly Part[])[] = [[]];
  for (const part of parts) {
    const choices = part.type === 'BraceExpansion' ? braceChoices(part) : [[part]];
    if (words.length * choices.length > MOST_BRACES) throw new RangeError('brace expansion: too many words');
    words = words.flatMap((word) => choices.map((choice) => [...word, ...choice]));
  }
  return words;
}

function braceChoices(part: Extract<Part, { type: 'BraceExpansion' }>): readonly (readonly Part[])[] {
  return part.items.flatMap((item) => {
    if (item.type === 'Word') return expandBraces(item.word.parts);
    return range(item).map((value) => [{ type: 'Literal' as const, value }]);
  });
}

function range(item: { readonly start: string | number; readonly end: string | number; readonly step?: number | undefined; readonly startStr?: string | undefined; readonly endStr?: string | undefined }): string[] {
  const letters = typeof item.start === 'string';
  const place = (bound: string | number): number => (typeof bound === 'string' ? bound.charCodeAt(0) : bound);
  const [from, to] = [place(item.start), place(item.end)];
  const step = Math.max(1, Math.abs(item.step ?? 1));
  const count = Math.floor(Math.abs(to - from) / step) + 1;
  if (count > MOST_BRACES) throw new RangeError('brace expansion: too many words');
  const padded = [item.startStr, item.endStr].some((text) => text !== undefined && /^-?0\d/u.test(text));
  const width = padded ? Math.max(item.startStr?.length ?? 0, item.endStr?.length ?? 0) : 0;
  return Array.from({ length: count }, (_, index) => {
    const value = from + (to < from ? -1 : 1) * index * step;
    return letters ? String.fromCharCode(value) : value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0');
  });
}

/** Where braces are not expanded (assignments), their text. */
function braceSource(part: Extract<Part, { type: 'BraceExpansion' }>): string {
  const text = part.items.map((item) => (item.type === 'Range' ? `${item.startStr ?? item.start}..${item.endStr ?? item.end}` : (plain(item.word) ?? '')));
  return `{${text.join(',')}}`;
}
