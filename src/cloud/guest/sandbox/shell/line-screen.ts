/** Draws prompt and line on a terminal that may be narrower than they are. */
import type { Tty } from '../system/tty.js';

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const ZERO = /\p{Mn}|\p{Cf}/u;

/** Columns that a text takes; escape sequences take none. */
export function columnsOf(text: string): number {
  if (/^[ -~]*$/u.test(text)) return text.length;
  let columns = 0;
  // oxlint-disable-next-line no-control-regex
  for (const character of text.replaceAll(/\x1b\[[0-9;?]*[a-zA-Z]/gu, '')) columns += ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : character < ' ' ? 2 : 1;
  return columns;
}

function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}]/gu, (character) => (character >= '\x7f' ? '^?' : `^${String.fromCharCode(character.charCodeAt(0) + 64)}`)).replaceAll(/[\udc80-\udcff]/gu, '\ufffd');
}

function commonLength(a: string, b: string): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  // Not in the middle of a pair of surrogates.
  const unit = b.charCodeAt(length - 1);
  return length > 0 && unit >= 0xd800 && unit < 0xdc00 ? length - 1 : length;
}

export class LineScreen {
  private readonly tty: Tty;
  private prompt = '';
  /** Column count from the prompt's start to the cursor, as drawn last. */
  private drawnCursor = 0;
  private drawnLength = 0;
  private drawnPrompt: string | undefined;
  private drawnText = '';

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
    this.drawnPrompt = this.prompt;
    this.drawnText = '';
    return prompt + this.wrap(this.drawnCursor);
  }

  /** At the right margin a terminal waits with wrapping; a blank and a return make it happen. */
  private wrap(columns: number): string {
    return columns > 0 && columns % this.width === 0 ? ' \r' : '';
  }

  /** Text that was added at the end of the line. */
  append(text: string): string {
    const shown = visible(text);
    this.drawnText += shown;
    this.drawnCursor += columnsOf(shown);
    this.drawnLength = Math.max(this.drawnLength, this.drawnCursor);
    return shown + this.wrap(this.drawnCursor);
  }

  /** Brings the screen to this line and cursor, writing only from the first difference on. */
  draw(line: string, cursor: number, prompt = this.prompt): string {
    const shown = visible(line);
    const same = prompt === this.drawnPrompt ? commonLength(this.drawnText, shown) : -1;
    const promptColumns = columnsOf(prompt);
    const total = promptColumns + columnsOf(shown);
    const target = promptColumns + columnsOf(visible(line.slice(0, cursor)));
    let text = '';
    if (same < 0) text = `${this.move(this.drawnCursor, 0)}${prompt}${shown}${this.wrap(total)}\x1b[J`;
    else if (same < shown.length || same < this.drawnText.length) {
      const from = promptColumns + columnsOf(shown.slice(0, same));
      text = this.move(this.drawnCursor, from) + shown.slice(same) + this.wrap(total) + (this.drawnText.length > same ? '\x1b[J' : '');
    } else {
      text = this.move(this.drawnCursor, target);
      this.drawnCursor = target;
      return text;
    }
    this.drawnPrompt = prompt;
    this.drawnText = shown;
    this.drawnCursor = target;
    this.drawnLength = total;
    return text + this.move(total, target);
  }

  private move(from: number, to: number): string {
    if (from === to) return '';
    const rows = Math.floor(to / this.width) - Math.floor(from / this.width);
    const [left, right] = [from % this.width, to % this.width];
    if (rows === 0 && right < left && left - right <= 4) return '\b'.repeat(left - right);
    const vertical = rows < 0 ? `\x1b[${-rows}A` : rows > 0 ? `\x1b[${rows}B` : '';
    if (rows === 0 && right > left) return `\x1b[${right - left}C`;
    return `${vertical}\r${right > 0 ? `\x1b[${right}C` : ''}`;
  }

  /** Cursor behind the line's end, wherever it was. */
  finish(): string {
    const text = this.move(this.drawnCursor, this.drawnLength);
    this.drawnCursor = this.drawnLength;
    return text;
  }

  /** The line is to be drawn at the cursor's place, not over what was there. */
  restart(): string {
    this.drawnPrompt = undefined;
    this.drawnText = '';
    this.drawnCursor = 0;
    this.drawnLength = 0;
    return '';
  }

  clear(): string {
    this.restart();
    return '\x1b[H\x1b[2J';
  }
}
