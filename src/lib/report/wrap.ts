/** Lines cut between words, for a terminal of known width. */
import { cellWidth } from './table.js';

/** Words; a command in backticks is one, as the half of it that stood on a line might be run, and mean something else. */
const wordsOf = (text: string): string[] => text.match(/(?:`[^`]*`|[^ ])+|(?<=^| )(?= |$)/gu) ?? [''];

/** Lines of whole words; a word, or a command in backticks, that is longer than a line stays whole, so that it can be copied. */
export function wrapped(text: string, width: number): string[] {
  return filled(wordsOf(text), width);
}

function filled(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of words) {
    if (line !== undefined && line.trim() !== '' && cellWidth(`${line} ${word}`) > width) {
      lines.push(line.trimEnd());
      line = word;
    } else line = line === undefined ? word : `${line} ${word}`;
  }
  return [...lines, line ?? ''];
}

/** As {@link wrapped}, and a word that is longer than a line is cut, where it can behind a `/`, `:`, `.` or `-`: else the terminal cuts it, and goes on at its edge. */
export function wrappedToFit(text: string, width: number): string[] {
  const most = Math.max(1, width);
  return filled(text.split(' ').flatMap((word) => pieces(word, most)), most);
}

/** A colour is no place to cut. */
const UNIT = new RegExp(String.raw`\u{1b}\[[\d;]*m|.`, 'gsu');

/** The word in parts of at most so many cells. */
function pieces(word: string, most: number): string[] {
  if (cellWidth(word) <= most) return [word];
  const parts: string[] = [];
  let rest = word;
  while (cellWidth(rest) > most) {
    const units = rest.match(UNIT) ?? [rest];
    let [count, cells] = [0, 0];
    for (const unit of units) {
      cells += cellWidth(unit);
      if (cells > most) break;
      count += 1;
    }
    const part = units.slice(0, Math.max(1, count)).join('');
    // A seam in its second half leaves no scraps.
    const seam = /^(.*[/:.-])[^/:.-]*$/u.exec(part)?.[1] ?? '';
    const cut = cellWidth(seam) * 2 >= most ? seam : part;
    parts.push(cut);
    rest = rest.slice(cut.length);
  }
  return rest === '' ? parts : [...parts, rest];
}

/** One line of a screen as lines that fit: what goes on below stands under the last of its columns (two spaces apart), else under its beginning. */
export function wrapLine(line: string, width: number | undefined): string[] {
  if (width === undefined || cellWidth(line) <= width) return [line];
  const columns = [...line.matchAll(/(?<=\S) {2,}(?=\S)/gu)].map((match) => cellWidth(line.slice(0, match.index + match[0].length)));
  const indent = columns.filter((column) => column <= width * 0.6).at(-1) ?? /^ */u.exec(line)?.[0].length ?? 0;
  const [first = '', ...rest] = wrappedFrom(line, indent, width);
  return [first, ...rest.map((text) => ' '.repeat(indent) + text)];
}

/** As {@link wrapped}, the first line beginning `indent` cells further left than the others. */
function wrappedFrom(line: string, indent: number, width: number): string[] {
  let at = 0;
  // A colour is one step: half of it would count as cells.
  // oxlint-disable-next-line no-control-regex -- what colours begin with
  for (const [step] of line.matchAll(/\u001b\[[\d;]*m|./gsu)) {
    if (cellWidth(line.slice(0, at)) >= indent) break;
    at += step.length;
  }
  const [first = '', ...rest] = wrapped(line.slice(at), width - indent);
  return [line.slice(0, at) + first, ...rest];
}
