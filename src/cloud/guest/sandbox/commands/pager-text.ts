/** The text that a pager shows: read as far as it is needed, and cut into rows of the screen. */
import type { Process } from '../system/process.js';
import type { OpenFile } from '../system/open-file.js';
import { decode } from '../../byte-text.js';

/** How lines become rows. */
export interface Layout {
  readonly columns: number;
  /** -S: what does not fit is not shown. */
  readonly chop: boolean;
  /** -N: numbers before the lines. */
  readonly numbers: boolean;
  /** -R: colours go through. */
  readonly colours: boolean;
  /** -s: several empty lines are one. */
  readonly squeeze: boolean;
}

export interface Row {
  /** Index of the line that it is of. */
  readonly line: number;
  readonly text: string;
}

export const ESCAPE = '\x1b';
const NEWLINE = 10;
const TAB = 8;
const NUMBER_WIDTH = 8;
const PIECES = { plain: /[\s\S]/gu, coloured: new RegExp(`${ESCAPE}\\[[0-9;]*m|[\\s\\S]`, 'gu') } as const;
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** A character as it stands on a screen: control characters as ^X. */
function visible(character: string, column: number): string {
  if (character === '\t') return ' '.repeat(TAB - (column % TAB));
  if (character >= ' ' && character !== '\x7f') return character;
  return character === ESCAPE ? 'ESC' : `^${String.fromCharCode(character.charCodeAt(0) ^ 64)}`;
}

/** The line's rows, one at least. */
function cut(line: string, columns: number, { chop, colours }: Layout): string[] {
  const rows: string[] = [];
  let row = '';
  let width = 0;
  for (const [piece] of line.matchAll(colours ? PIECES.coloured : PIECES.plain)) {
    if (piece.length > 1 && piece.startsWith(ESCAPE)) {
      row += piece;
      continue;
    }
    const text = visible(piece, width);
    const cells = WIDE.test(text) ? 2 : text.length > 1 && text.codePointAt(0) === piece.codePointAt(0) ? 1 : text.length;
    if (width + cells > columns && width > 0) {
      rows.push(row);
      if (chop) return rows;
      row = '';
      width = 0;
    }
    row += text;
    width += cells;
  }
  return [...rows, row];
}

export class PagerText {
  readonly name: string;
  /** False while there may be more. */
  ended = false;
  rows: Row[] = [];
  readonly #process: Process;
  readonly #file: OpenFile | undefined;
  #layout: Layout;
  #lines: string[] = [];
  #rest: Uint8Array[] = [];
  #held = 0;

  /** Of a file, or of lines that are given. */
  constructor(process: Process, name: string, source: OpenFile | readonly string[], layout: Layout) {
    this.name = name;
    this.#process = process;
    this.#layout = layout;
    if ('take' in source) this.#file = source;
    else {
      this.ended = true;
      for (const line of source) this.#add(line);
    }
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** When there is more to take; never where all is read. */
  readable(): Promise<unknown> {
    return this.#file === undefined || this.ended ? new Promise<never>(() => undefined) : this.#file.readable();
  }

  /** Takes what is there now; false when that is nothing. */
  pull(): boolean {
    const data = this.ended ? undefined : this.#file?.take(65_536);
    if (data === undefined) return false;
    if (data.length === 0) {
      this.ended = true;
      if (this.#rest.length > 0) this.#add(decode(Buffer.concat(this.#rest)));
      this.#rest = [];
      return true;
    }
    this.#held += data.length;
    this.#process.kernel.memory.buffered(this.#held);
    let start = 0;
    for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, start)) {
      this.#add(decode(Buffer.concat([...this.#rest, data.subarray(start, end)])));
      this.#rest = [];
      start = end + 1;
    }
    if (start < data.length) this.#rest.push(data.slice(start));
    return true;
  }

  /** Reads until `enough` or the end. Throws Interrupted when a signal cuts in. */
  async read(enough: () => boolean): Promise<void> {
    while (!this.ended && !enough()) {
      const turn = this.#process.breathe();
      if (turn !== undefined) await turn;
      if (!this.pull()) await this.#process.wait(this.readable());
    }
  }

  /** Cuts anew. Returns the row in which the line of `row` begins now. */
  lay(layout: Layout, row: number): number {
    const line = this.rows[row]?.line ?? 0;
    const lines = this.#lines;
    this.#layout = layout;
    this.rows = [];
    this.#lines = [];
    for (const text of lines) this.#add(text);
    return this.rowOf(line);
  }

  /** The first row of a line; the last there is when it is behind the end. */
  rowOf(line: number): number {
    let [low, high] = [0, Math.max(0, this.rows.length - 1)];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.rows[middle]?.line ?? 0) < line) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #add(text: string): void {
    const { columns, numbers, squeeze } = this.#layout;
    if (squeeze && text === '' && this.#lines.at(-1) === '') return;
    this.#lines.push(text);
    const line = this.#lines.length - 1;
    const pieces = cut(text, Math.max(1, numbers ? columns - NUMBER_WIDTH : columns), this.#layout);
    for (const [at, piece] of pieces.entries()) {
      const margin = numbers ? (at === 0 ? `${String(line + 1).padStart(NUMBER_WIDTH - 1)} ` : ' '.repeat(NUMBER_WIDTH)) : '';
      this.rows.push({ line, text: margin + piece });
    }
  }
}
