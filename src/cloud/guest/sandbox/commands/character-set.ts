/** tr's sets: ranges, classes, escapes, repetition. */
import { UsageError } from './call.js';

const CLASSES: Readonly<Record<string, (code: number) => boolean>> = {
  alnum: (code) => isDigit(code) || isLetter(code), alpha: isLetter, digit: isDigit, lower: (code) => code >= 97 && code <= 122, upper: (code) => code >= 65 && code <= 90,
  space: (code) => code === 32 || (code >= 9 && code <= 13), blank: (code) => code === 32 || code === 9, punct: (code) => code > 32 && code < 127 && !isDigit(code) && !isLetter(code),
  print: (code) => code >= 32 && code < 127, graph: (code) => code > 32 && code < 127, cntrl: (code) => code < 32 || code === 127,
  xdigit: (code) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102),
};

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

export function characterSet(text: string): string[] {
  const set: string[] = [];
  const characters: string[] = [];
  const source = text.replaceAll(/\[:(\w+):\]/gu, (whole, name: string) => {
    const test = CLASSES[name];
    if (test === undefined) throw new UsageError(`invalid character class ‘${name}’`);
    return Array.from({ length: 128 }, (_, code) => code).filter((code) => test(code)).map((code) => `\\${code.toString(8).padStart(3, '0')}`).join('') || whole;
  });
  for (const [piece] of source.matchAll(/\\[0-7]{1,3}|\\[\s\S]|[\s\S]/gu)) characters.push(piece);
  const plain = (piece: string): string => {
    if (!piece.startsWith('\\') || piece.length === 1) return piece;
    if (/^\\[0-7]/u.test(piece)) return String.fromCharCode(Number.parseInt(piece.slice(1), 8));
    return { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' }[piece[1] ?? ''] ?? piece.slice(1);
  };
  for (let at = 0; at < characters.length; at += 1) {
    const first = plain(characters[at] ?? '');
    const end = characters[at + 1] === '-' ? characters[at + 2] : undefined;
    if (end === undefined) {
      set.push(first);
      continue;
    }
    const [from, to] = [first.codePointAt(0) ?? 0, plain(end).codePointAt(0) ?? 0];
    if (to < from) throw new UsageError(`range-endpoints of ‘${characters[at] ?? ''}-${end}’ are in reverse collating sequence order`);
    if (to - from > 0xffff) throw new UsageError('range too large for the sandbox');
    for (let code = from; code <= to; code += 1) set.push(String.fromCodePoint(code));
    at += 2;
  }
  return set;
}
