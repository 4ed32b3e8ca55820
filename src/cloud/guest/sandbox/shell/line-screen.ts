/** Draws prompt and line on a terminal that may be narrower than they are. */
import type { Tty } from '../system/tty.js';

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const ZERO = /[\u0300-\u036f\u200b-\u200f\ufe00-\ufe0f]/u;

/** Columns that a text takes; escape sequences take none. */
export function columnsOf(text: string): number {
  if (/^[ -~]*$/u.test(text)) return text.length;
  let columns = 0;
  // oxlint-disable-next-line no-control-regex
  for (const character of text.replaceAll(/\x1b\[[0-9;?]*[a-zA-Z]/gu, '')) columns += ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : character < ' ' ? 2 : 1;
  return columns;
}

function visible(text: string): string {
  return text.replaceAll(/[\0-\x1f\x7f]/gu, (character) => (character === '\x7f' ? '^?' : `^${String.fromCharCode(character.charCodeAt(0) + 64)}`)).replaceAll(/[\udc80-\udcff]/gu, '\ufffd');
}

export class LineScreen {
  private readonly tty: Tty;
  private prompt = '';
  /** Column count from the prompt's start to the cursor, as drawn last. */
  private drawnCursor = 0;
  private drawnLength = 0;

  constructor(tty: Tty) {
    this.tty = tty;
  }

  private get width(): number {
    return this.tty.columns > 0 ? this.tty.columns : 80;
  }

  start(prompt: string): string {
    const lines = prompt.split('\n');
    this.prompt = lines.at(-1) ?? '';
    this.drawnCursor = columnsOf(this.prompt);
    this.drawnLength = this.drawnCursor;
    return prompt + this.wrap(this.drawnCursor);
  }

  /** At the right margin a terminal waits with wrapping; a blank and a return make it happen. */
  private wrap(columns: number): string {
    return columns > 0 && columns % this.width === 0 ? ' \r' : '';
  }

  /** Text that was added at the end of the line. */
  append(text: string): string {
    const shown = visible(text);
    this.drawnCursor += columnsOf(shown);
    this.drawnLength = Math.max(this.drawnLength, this.drawnCursor);
    return shown + this.wrap(this.drawnCursor);
  }

  /** The whole line anew, cursor placed. */
  draw(line: string, cursor: number, prompt = this.prompt): string {
    const start = columnsOf(prompt);
    const shown = visible(line);
    const total = start + columnsOf(shown);
    const target = start + columnsOf(visible(line.slice(0, cursor)));
    const text = this.toStart() + prompt + shown + this.wrap(total) + '\x1b[J' + this.move(total, target);
    this.drawnCursor = target;
    this.drawnLength = total;
    return text;
  }

  private toStart(): string {
    const up = Math.floor(this.drawnCursor / this.width);
    return `\r${up > 0 ? `\x1b[${up}A` : ''}`;
  }

  private move(from: number, to: number): string {
    if (from === to) return '';
    const up = Math.floor(from / this.width) - Math.floor(to / this.width);
    const column = to % this.width;
    return `${up > 0 ? `\x1b[${up}A` : ''}\r${column > 0 ? `\x1b[${column}C` : ''}`;
  }

  /** Cursor behind the line's end, wherever it was. */
  finish(_line: string): string {
    const down = Math.floor(this.drawnLength / this.width) - Math.floor(this.drawnCursor / this.width);
    const column = this.drawnLength % this.width;
    const text = this.drawnCursor === this.drawnLength ? '' : `${down > 0 ? `\x1b[${down}B` : ''}\r${column > 0 ? `\x1b[${column}C` : ''}`;
    this.drawnCursor = this.drawnLength;
    return text;
  }

  /** The line is to be drawn at the cursor's place, not over what was there. */
  restart(): string {
    this.drawnCursor = 0;
    this.drawnLength = 0;
    return '';
  }

  clear(): string {
    this.restart();
    return '\x1b[H\x1b[2J';
  }
}
