/** The screen of a pager: what is shown, and what each key does. */
import { Interrupted } from '../system/errors.js';
import type { Process } from '../system/process.js';
import type { Termios, Tty } from '../system/tty.js';
import type { Call } from './call.js';
import { UsageError } from './call.js';
import { commandOf, HELP, PagerKeys, type Shown } from './pager-keys.js';
import { ESCAPE, type Layout, PagerText } from './pager-text.js';
import { compile } from './regular-expression.js';

/** What options say, and keys change. */
export type Switches = { chop: boolean; numbers: boolean; colours: boolean; squeeze: boolean; ignoreCase: 'no' | 'smart' | 'yes'; quitAtEnd: 'no' | 'second' | 'first' };

export const layoutOf = (tty: Tty, { chop, numbers, colours, squeeze }: Switches): Layout => ({ columns: Math.max(1, tty.columns), chop, numbers, colours, squeeze });

/** Descriptor of the file that is shown, above those that a shell hands on. */
const HELD = 64;

/** The text of a file, held by a descriptor, so that it is let go when the process ends, however it ends. */
export function textOf(call: Call, name: string, layout: Layout): PagerText {
  const file = call.open(name);
  call.process.setFile(HELD, file);
  return new PagerText(call.process, name, file, layout);
}

/** Matches stand out; a row with colours of its own is left as it is. */
const highlighted = (text: string, pattern: RegExp | undefined): string =>
  (pattern === undefined || text.includes(ESCAPE) ? text : text.replace(pattern, (match) => (match === '' ? '' : `\x1b[7m${match}\x1b[27m`)));

export class PagerScreen {
  readonly #call: Call;
  readonly #process: Process;
  readonly #tty: Tty;
  readonly #keys: PagerKeys;
  readonly #switches: Switches;
  readonly #names: readonly string[];
  readonly #modes: Termios;
  #at = 0;
  #text: PagerText;
  #top = 0;
  #message = '';
  #pattern: { readonly text: string; readonly backward: boolean } | undefined;
  /** What help covers. */
  #behind: { readonly text: PagerText; readonly top: number } | undefined;
  #fresh = true;

  constructor(call: Call, tty: Tty, names: readonly string[], first: PagerText, switches: Switches) {
    this.#call = call;
    this.#process = call.process;
    this.#tty = tty;
    this.#names = names;
    this.#text = first;
    this.#switches = switches;
    this.#modes = { ...tty.termios };
    this.#keys = new PagerKeys(call.process);
  }

  get #height(): number {
    return Math.max(1, this.#tty.rows - 1);
  }

  /** Text is read as far as the screen goes. */
  get #wanting(): boolean {
    return this.#text.rows.length < this.#top + this.#height;
  }

  async run(start: readonly string[]): Promise<void> {
    const { dispositions } = this.#process;
    for (const name of ['INT', 'WINCH', 'TSTP']) dispositions.set(name, () => this.#process.interrupt(name));
    await this.#enter();
    this.#keys.type(start.map((command) => (/^[/?]/u.test(command) ? `${command}\n` : command)).join(''));
    const shown: Shown = { paint: () => this.#paint(), grow: () => this.#wanting && this.#text.pull(), growable: () => (this.#wanting ? this.#text.readable() : undefined) };
    try {
      for (;;) {
        try {
          if (await this.#command(await this.#keys.next(shown))) return;
        } catch (error) {
          if (!(error instanceof Interrupted)) throw error;
          if (error.signal === 'TSTP') await this.#suspend();
          this.#top = this.#text.lay(layoutOf(this.#tty, this.#switches), this.#top);
        }
      }
    } finally {
      if (this.#process.ended === undefined) await this.#leave();
    }
  }

  async #enter(): Promise<void> {
    this.#tty.setTermios({ ...this.#modes, canonical: false, echo: false });
    await this.#process.write(1, '\x1b[?1049h');
  }

  async #leave(): Promise<void> {
    this.#tty.setTermios(this.#modes);
    await this.#process.write(1, '\r\x1b[K\x1b[?1049l');
  }

  /** Stops as the terminal asked for, with the screen given back meanwhile. */
  async #suspend(): Promise<void> {
    const { dispositions, kernel, group } = this.#process;
    await this.#leave();
    dispositions.delete('TSTP');
    kernel.signalGroup(group, 'TSTP');
    const turn = this.#process.breathe();
    if (turn !== undefined) await turn;
    dispositions.set('TSTP', () => this.#process.interrupt('TSTP'));
    await this.#enter();
  }

  /** True to leave. */
  async #command(first: string): Promise<boolean> {
    this.#message = '';
    let count = '';
    let key = first;
    for (; /^\d$/u.test(key); key = await this.#ask(count)) count += key;
    const number = count === '' ? undefined : Number(count);
    switch (commandOf(key)) {
      case 'q':
        return this.#close();
      case 'Z':
        return (await this.#keys.next()) === 'Z' && this.#close();
      case 'j':
        return this.#forward(number ?? 1);
      case 'k':
        return this.#back(number ?? 1);
      case 'f':
        return this.#forward(number ?? this.#height);
      case 'b':
        return this.#back(number ?? this.#height);
      case 'd':
        return this.#forward(number ?? this.#height >> 1);
      case 'u':
        return this.#back(number ?? this.#height >> 1);
      case 'g':
        return this.#goTo((number ?? 1) - 1);
      case 'G':
        return number === undefined ? this.#end() : this.#goTo(number - 1);
      case 'p':
        await this.#text.read(() => false);
        return this.#goTo(Math.floor(((this.#text.lines.length - 1) * Math.min(100, number ?? 0)) / 100));
      case '/':
      case '?':
        return this.#searchFor(key);
      case 'n':
        return this.#search(this.#pattern?.backward === true);
      case 'N':
        return this.#search(this.#pattern?.backward !== true);
      case ':':
        return this.#colon(await this.#ask(':'));
      case '-':
        return this.#toggle(await this.#ask('-'));
      case 'h':
        if (this.#behind === undefined) {
          this.#behind = { text: this.#text, top: this.#top };
          this.#show(new PagerText(this.#process, 'HELP', HELP, layoutOf(this.#tty, this.#switches)));
        }
        return false;
      case '=':
        this.#message = this.#where();
        return false;
      default:
        return false;
    }
  }

  #show(text: PagerText): void {
    this.#text = text;
    this.#top = 0;
    this.#fresh = true;
  }

  #close(): boolean {
    if (this.#behind === undefined) return true;
    this.#text = this.#behind.text;
    this.#top = this.#text.lay(layoutOf(this.#tty, this.#switches), this.#behind.top);
    this.#behind = undefined;
    return false;
  }

  async #forward(rows: number): Promise<boolean> {
    const wanted = this.#top + rows;
    await this.#text.read(() => this.#text.rows.length >= wanted + this.#height);
    const last = Math.max(0, this.#text.rows.length - this.#height);
    const stuck = this.#top >= last;
    this.#top = Math.max(this.#top, Math.min(wanted, last));
    const { quitAtEnd } = this.#switches;
    return this.#behind === undefined && this.#text.ended && ((stuck && quitAtEnd === 'second') || (this.#top >= last && quitAtEnd === 'first'));
  }

  #back(rows: number): false {
    this.#top = Math.max(0, this.#top - rows);
    return false;
  }

  async #goTo(line: number): Promise<false> {
    await this.#text.read(() => this.#text.lines.length > line);
    const top = this.#text.rowOf(Math.max(0, line));
    await this.#text.read(() => this.#text.rows.length >= top + this.#height);
    this.#top = top;
    return false;
  }

  async #end(): Promise<false> {
    await this.#text.read(() => false);
    this.#top = Math.max(0, this.#text.rows.length - this.#height);
    return false;
  }

  async #searchFor(key: string): Promise<false> {
    let typed = '';
    for (;;) {
      const next = await this.#ask(`${key}${typed}`);
      if (next === '\n' || next === '\r') break;
      if (next === '\x7f' || next === '\b') {
        if (typed === '') return false;
        typed = typed.slice(0, -1);
      } else if (next === '\x15') typed = '';
      else if (next.startsWith(ESCAPE)) return false;
      else if (next >= ' ') typed += next;
    }
    const text = typed === '' ? this.#pattern?.text : typed;
    if (text !== undefined) this.#pattern = { text, backward: key === '?' };
    return this.#search(key === '?');
  }

  async #search(backward: boolean): Promise<false> {
    const pattern = this.#expression('');
    if (pattern === undefined) {
      this.#message = this.#pattern === undefined ? 'No previous regular expression' : 'Invalid pattern';
      return false;
    }
    const step = backward ? -1 : 1;
    for (let line = (this.#text.rows[this.#top]?.line ?? 0) + step; line >= 0; line += step) {
      await this.#text.read(() => this.#text.lines.length > line);
      const text = this.#text.lines[line];
      if (text === undefined) break;
      if (pattern.test(text)) return this.#goTo(line);
    }
    this.#message = 'Pattern not found';
    return false;
  }

  #expression(flags: string): RegExp | undefined {
    if (this.#pattern === undefined) return undefined;
    const { text } = this.#pattern;
    const { ignoreCase } = this.#switches;
    try {
      return compile(text, true, ignoreCase === 'yes' || (ignoreCase === 'smart' && !/\p{Lu}/u.test(text)) ? `${flags}i` : flags);
    } catch (error) {
      if (error instanceof UsageError) return undefined;
      throw error;
    }
  }

  async #colon(key: string): Promise<boolean> {
    if (key === 'q' || key === 'Q') return this.#close();
    if (key !== 'n' && key !== 'p') return false;
    const next = this.#at + (key === 'n' ? 1 : -1);
    const name = this.#names[next];
    if (name === undefined) this.#message = key === 'n' ? 'No next file' : 'No previous file';
    else {
      this.#at = next;
      this.#behind = undefined;
      this.#show(textOf(this.#call, name, layoutOf(this.#tty, this.#switches)));
    }
    return false;
  }

  #toggle(key: string): false {
    const switches = this.#switches;
    if (key === 'S') switches.chop = !switches.chop;
    else if (key === 'N') switches.numbers = !switches.numbers;
    else if (key === 'i' || key === 'I') switches.ignoreCase = switches.ignoreCase === 'no' ? (key === 'I' ? 'yes' : 'smart') : 'no';
    else this.#message = `There is no ${key} option here ("h" for help)`;
    this.#top = this.#text.lay(layoutOf(this.#tty, switches), this.#top);
    return false;
  }

  /** A key behind a prompt of its own. */
  async #ask(prompt: string): Promise<string> {
    await this.#process.write(1, `\r\x1b[K${prompt}`);
    return this.#keys.next();
  }

  #where(): string {
    const { rows, lines, ended, name } = this.#text;
    const last = rows[Math.min(rows.length, this.#top + this.#height) - 1]?.line ?? 0;
    return `${name} lines ${(rows[this.#top]?.line ?? 0) + 1}-${last + 1}${ended ? `/${lines.length}` : ''}`;
  }

  #prompt(): string {
    const { rows, ended, name } = this.#text;
    const end = ended && this.#top + this.#height >= rows.length;
    const many = this.#names.length > 1 && this.#behind === undefined ? ` (file ${this.#at + 1} of ${this.#names.length})` : '';
    const title = this.#behind !== undefined ? 'HELP -- Press q when done' : this.#fresh && name !== '-' ? `${name}${many}` : '';
    this.#fresh = false;
    if (this.#message !== '') return `\x1b[7m${this.#message}\x1b[27m`;
    const words = [title, ...(end ? ['(END)'] : [])].filter((word) => word !== '').join(' ');
    return words === '' ? ':' : `\x1b[7m${words}\x1b[27m`;
  }

  async #paint(): Promise<void> {
    const pattern = this.#expression('g');
    const shown = this.#text.rows.slice(this.#top, this.#top + this.#height).map(({ text }) => highlighted(text, pattern));
    const blank = Array.from({ length: this.#height - shown.length }, () => '~');
    // Cleared before it is written: behind a row of full width the last cell would go.
    await this.#process.write(1, `\x1b[H${[...shown, ...blank].map((row) => `\x1b[K${row}\x1b[m\n`).join('')}\x1b[K${this.#prompt()}`);
  }
}
