/** Line editing at the prompt, emacs style as readline's default: movement, kill ring, history, search, completion. */
import { Interrupted } from '../system/errors.js';
import type { Process } from '../system/process.js';
import { decode, incompleteTail } from '../../byte-text.js';
import type { Tty } from '../system/tty.js';
import type { Completion } from './complete.js';
import { nextKey } from './keys.js';
import { columnsOf, LineScreen } from './line-screen.js';

type Complete = (line: string, cursor: number) => Completion;

/** More does not fit into a line; the grammar takes no more than a million characters either. */
const LONGEST_LINE = 2_000_000;

const ENDED = Symbol('end of file');

/** A line is finished; `unread` belongs to the next reader. */
interface Done {
  readonly line: string | typeof ENDED;
  readonly unread: string;
  readonly interrupt: boolean;
}

export class LineEditor {
  private readonly process: Process;
  private readonly tty: Tty;
  private readonly history: () => readonly string[];
  private readonly complete: Complete;
  private readonly screen: LineScreen;
  private killed = '';
  private line = '';
  private cursor = 0;
  /** Position in history; its length means the new line. */
  private place = 0;
  private draft = '';
  private edits = new Map<number, string>();
  private tabs = 0;
  private lastKill = false;
  private pasting = false;
  private search: { query: string; place: number; failed: boolean; readonly before: string } | undefined;

  constructor(process: Process, tty: Tty, history: () => readonly string[], complete: Complete) {
    this.process = process;
    this.tty = tty;
    this.history = history;
    this.complete = complete;
    this.screen = new LineScreen(tty);
  }

  /** One line without its end; undefined on ^D in an empty line or end of input. Rejects with Interrupted on ^C. */
  async readLine(prompt: string): Promise<string | undefined> {
    const modes = { ...this.tty.termios };
    this.line = '';
    this.cursor = 0;
    this.place = this.history().length;
    this.draft = '';
    this.edits = new Map();
    this.search = undefined;
    this.tty.setTermios({ ...modes, canonical: false, echo: false, signals: false, returnToNewline: false });
    const winch = this.process.dispositions.get('WINCH');
    this.process.dispositions.set('WINCH', () => this.process.interrupt('WINCH'));
    try {
      await this.write(this.screen.start(prompt));
      const result = await this.edit();
      return result === ENDED ? undefined : result;
    } finally {
      if (winch === undefined) this.process.dispositions.delete('WINCH');
      else this.process.dispositions.set('WINCH', winch);
      if (this.process.ended === undefined) this.tty.setTermios(modes);
    }
  }

  private write(text: string): Promise<void> {
    return text === '' ? Promise.resolve() : this.process.write(2, text);
  }

  private async edit(): Promise<string | typeof ENDED> {
    let tail: Uint8Array = new Uint8Array(0);
    for (;;) {
      let data: Uint8Array;
      try {
        data = await this.process.read(0);
      } catch (error) {
        if (error instanceof Interrupted && error.signal === 'WINCH') {
          await this.write(this.screen.draw(this.line, this.cursor));
          continue;
        }
        if (error instanceof Interrupted) await this.write(`${this.screen.finish()}^C\n`);
        throw error;
      }
      if (data.length === 0) return ENDED;
      const bytes = tail.length === 0 ? data : Buffer.concat([tail, data]);
      const cut = incompleteTail(bytes);
      tail = bytes.subarray(bytes.length - cut);
      const rest = await this.keys(decode(bytes.subarray(0, bytes.length - cut)));
      if (rest === undefined) continue;
      this.process.file(0).unread(Buffer.concat([Buffer.from(rest.unread, 'utf8'), tail]));
      if (rest.interrupt) throw new Interrupted('INT');
      return rest.line;
    }
  }

  /** Handles a stretch of input; returns when a line is done, with what belongs to the next reader. */
  private async keys(text: string): Promise<Done | undefined> {
    let at = 0;
    let dirty = false;
    while (at < text.length) {
      const key = nextKey(text, at, this.pasting);
      at += key.length;
      const done = (line: string | typeof ENDED, interrupt = false): Done => ({ line, unread: text.slice(at), interrupt });
      if (key.kind === 'text' && this.search === undefined) {
        // At the end of the line it is enough to print what was typed: pasting stays linear.
        const atEnd = this.cursor === this.line.length;
        if (atEnd && dirty) {
          await this.write(this.screen.draw(this.line, this.cursor));
          dirty = false;
        }
        if (!this.insert(key.text)) await this.write('\x07');
        else if (atEnd) await this.write(this.screen.append(key.text));
        else dirty = true;
        continue;
      }
      if (key.name === 'accept' || key.name === 'interrupt' || (key.name === 'delete-or-end' && this.line === '' && this.search === undefined)) {
        if (key.name === 'delete-or-end') return done(ENDED);
        dirty ||= this.search !== undefined;
        this.leaveSearch();
        if (dirty) await this.write(this.screen.draw(this.line, this.cursor));
        await this.write(this.screen.finish());
        if (key.name === 'interrupt') {
          await this.write('^C\n');
          return done('', true);
        }
        await this.write('\n');
        return done(this.line);
      }
      const output = this.search === undefined ? this.command(key.name) : this.searching(key);
      if (output !== undefined) await this.write(output);
      dirty = true;
    }
    if (dirty) await this.redraw();
    return undefined;
  }

  private redraw(): Promise<void> {
    const { search } = this;
    if (search === undefined) return this.write(this.screen.draw(this.line, this.cursor));
    return this.write(this.screen.draw(this.line, this.cursor, `(${search.failed ? 'failed ' : ''}reverse-i-search)\`${search.query}': `));
  }

  /** False: there is no more room. */
  private insert(text: string): boolean {
    this.tabs = 0;
    this.lastKill = false;
    if (this.line.length + text.length > LONGEST_LINE) return false;
    this.line = this.cursor === this.line.length ? this.line + text : this.line.slice(0, this.cursor) + text + this.line.slice(this.cursor);
    this.cursor += text.length;
    return true;
  }

  private set(line: string, cursor = line.length): void {
    this.line = line;
    this.cursor = cursor;
  }

  /** Offset of the next or previous character, whole code points at a time. */
  private step(direction: -1 | 1): number {
    const unit = this.line.charCodeAt(direction > 0 ? this.cursor : this.cursor - 1);
    const wide = direction > 0 ? unit >= 0xd800 && unit < 0xdc00 : unit >= 0xdc00 && unit < 0xe000;
    return Math.max(0, Math.min(this.line.length, this.cursor + direction * (wide && unit < 0xdc80 ? 2 : 1)));
  }

  private wordLeft(pattern: RegExp): number {
    return this.line.slice(0, this.cursor).search(pattern);
  }

  private wordRight(): number {
    return this.cursor + (/^[^\p{L}\p{N}]*[\p{L}\p{N}]*/u.exec(this.line.slice(this.cursor))?.[0].length ?? 0);
  }

  private kill(from: number, to: number): void {
    const text = this.line.slice(from, to);
    const forward = from === this.cursor;
    this.killed = this.lastKill ? (forward ? this.killed + text : text + this.killed) : text === '' ? this.killed : text;
    this.set(this.line.slice(0, from) + this.line.slice(to), from);
    this.lastKill = true;
  }

  /** Returns what to print besides the redrawn line. */
  private command(name: string): string | undefined {
    const chained = this.lastKill;
    if (!name.startsWith('kill')) this.lastKill = false;
    if (name !== 'complete') this.tabs = 0;
    switch (name) {
      case 'home': this.cursor = 0; break;
      case 'end': this.cursor = this.line.length; break;
      case 'left': this.cursor = this.step(-1); break;
      case 'right': this.cursor = this.step(1); break;
      case 'word-left': this.cursor = Math.max(0, this.wordLeft(/[\p{L}\p{N}]*[^\p{L}\p{N}]*$/u)); break;
      case 'word-right': this.cursor = this.wordRight(); break;
      case 'up': this.recall(this.place - 1); break;
      case 'down': this.recall(this.place + 1); break;
      case 'first': this.recall(0); break;
      case 'last': this.recall(this.history().length); break;
      case 'backspace': {
        const from = this.step(-1);
        this.set(this.line.slice(0, from) + this.line.slice(this.cursor), from);
        break;
      }
      case 'delete':
      case 'delete-or-end':
        this.set(this.line.slice(0, this.cursor) + this.line.slice(this.step(1)), this.cursor);
        break;
      case 'kill-to-start': this.lastKill = chained; this.kill(0, this.cursor); break;
      case 'kill-to-end': this.lastKill = chained; this.kill(this.cursor, this.line.length); break;
      case 'kill-blank-word': this.lastKill = chained; this.kill(Math.max(0, this.wordLeft(/\S*\s*$/u)), this.cursor); break;
      case 'kill-word-left': this.lastKill = chained; this.kill(Math.max(0, this.wordLeft(/[\p{L}\p{N}]*[^\p{L}\p{N}]*$/u)), this.cursor); break;
      case 'kill-word-right': this.lastKill = chained; this.kill(this.cursor, this.wordRight()); break;
      case 'yank': this.insert(this.killed); break;
      case 'transpose': this.transpose(); break;
      case 'clear': return this.screen.clear();
      case 'search': this.search = { query: '', place: this.history().length, failed: false, before: this.line }; break;
      case 'complete': return this.tab();
      case 'paste-start': this.pasting = true; break;
      case 'paste-end': this.pasting = false; break;
      default:
    }
    return undefined;
  }

  private transpose(): void {
    const at = this.cursor === this.line.length ? this.cursor - 1 : this.cursor;
    if (at < 1) return;
    this.set(this.line.slice(0, at - 1) + (this.line[at] ?? '') + (this.line[at - 1] ?? '') + this.line.slice(at + 1), at + 1);
  }

  /** Changed lines of the history keep their changes until the line is accepted. */
  private recall(place: number): void {
    const history = this.history();
    if (place < 0 || place > history.length) return;
    if (this.place === history.length) this.draft = this.line;
    else this.edits.set(this.place, this.line);
    this.place = place;
    this.set(place === history.length ? this.draft : (this.edits.get(place) ?? history[place] ?? ''));
  }

  private searching(key: { readonly kind: string; readonly text: string; readonly name: string }): string | undefined {
    const { search } = this;
    if (search === undefined) return undefined;
    if (key.kind === 'text') {
      search.query += key.text;
      this.find(search.place);
    } else if (key.name === 'search') this.find(search.place - 1);
    else if (key.name === 'backspace') {
      search.query = search.query.slice(0, -1);
      this.find(this.history().length);
    } else if (key.name === 'abort') {
      this.set(search.before);
      this.leaveSearch();
    } else {
      this.leaveSearch();
      return this.command(key.name);
    }
    return undefined;
  }

  private find(from: number): void {
    const { search } = this;
    if (search === undefined) return;
    const history = this.history();
    for (let at = Math.min(from, history.length - 1); at >= 0; at -= 1) {
      const index = history[at]?.lastIndexOf(search.query) ?? -1;
      if (index < 0) continue;
      search.place = at;
      search.failed = false;
      this.place = at;
      this.set(history[at] ?? '', index);
      return;
    }
    search.failed = true;
  }

  private leaveSearch(): void {
    this.search = undefined;
  }

  private tab(): string | undefined {
    this.tabs += 1;
    const { start, words, shown } = this.complete(this.line, this.cursor);
    const [only] = words;
    if (only === undefined) return '\x07';
    const common = words.length === 1 ? only : commonPrefix(words.map((word) => word.replace(/ $/u, '')));
    if (common.length > this.cursor - start || words.length === 1) {
      this.set(this.line.slice(0, start) + common + this.line.slice(this.cursor), start + common.length);
      return words.length === 1 ? undefined : '\x07';
    }
    if (this.tabs < 2) return '\x07';
    const list = shown.length > 200 ? [...shown.slice(0, 200), `… and ${shown.length - 200} more`] : shown;
    return `${this.screen.finish()}\n${layout(list, this.tty.columns)}${this.screen.restart()}`;
  }
}

function commonPrefix(words: readonly string[]): string {
  let prefix = words[0] ?? '';
  for (const word of words) while (!word.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix;
}

function layout(words: readonly string[], columns: number): string {
  const width = Math.max(...words.map((word) => columnsOf(word))) + 2;
  const across = Math.max(1, Math.floor((columns || 80) / width));
  const down = Math.ceil(words.length / across);
  let text = '';
  for (let row = 0; row < down; row += 1) {
    const cells = Array.from({ length: across }, (_, column) => words[column * down + row]).filter((word) => word !== undefined);
    text += `${cells.map((word) => word + ' '.repeat(width - columnsOf(word))).join('').trimEnd()}\n`;
  }
  return text;
}

