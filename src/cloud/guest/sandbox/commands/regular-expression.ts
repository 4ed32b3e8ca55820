/** POSIX basic and extended regular expressions as JavaScript's. */
import { UsageError } from './call.js';

const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'a-zA-Z0-9', alpha: 'a-zA-Z', blank: ' \\t', cntrl: '\\x00-\\x1f\\x7f', digit: '0-9', graph: '\\x21-\\x7e', lower: 'a-z',
  print: '\\x20-\\x7e', punct: '!-\\/:-@\\[-`{-~', space: '\\s', upper: 'A-Z', xdigit: '0-9A-Fa-f',
};

/** A bracket expression; in POSIX a backslash in it is itself. */
function bracket(source: string, start: number): { readonly text: string; readonly end: number } {
  let at = start + 1;
  let text = '[';
  if (source[at] === '^') {
    text += '^';
    at += 1;
  }
  for (let first = true; ; first = false) {
    const character = source[at];
    if (character === undefined) throw new UsageError('Unmatched [, [^, [:, [., or [=', 2);
    if (character === ']' && !first) return { text: `${text}]`, end: at + 1 };
    const named = /^\[:(\w+):\]/u.exec(source.slice(at, at + 12));
    if (named === null) {
      text += /[\\[\]]/u.test(character) ? `\\${character}` : character;
      at += 1;
    } else {
      text += CLASSES[named[1] ?? ''] ?? '';
      at += named[0].length;
    }
  }
}

export function translate(source: string, extended: boolean): string {
  let text = '';
  let at = 0;
  const special = extended ? '' : '(){}+?|';
  while (at < source.length) {
    const character = source[at] ?? '';
    const next = source[at + 1] ?? '';
    if (character === '[') {
      const group = bracket(source, at);
      text += group.text;
      at = group.end;
    } else if (character === '\\') {
      if (special.includes(next) && next !== '') text += next;
      else if (next === '<') text += '\\b(?=\\w)';
      else if (next === '>') text += '\\b(?<=\\w)';
      else if (next === '`') text += '^';
      else if (/[wWbBsSnt1-9]/u.test(next)) text += `\\${next}`;
      else text += next === '' ? '\\\\' : next.replaceAll(/[\\^$.*+?()[\]{}|/-]/gu, '\\$&');
      at += 2;
    } else {
      const starts = text === '' || /(?:^|[^\\])[(|]$/u.test(text);
      if (special.includes(character) && special !== '') text += `\\${character}`;
      else if (character === '*' && (starts || text.endsWith('^'))) text += '\\*';
      else if (!extended && character === '^' && !starts) text += '\\^';
      else if (!extended && character === '$' && next !== '' && !source.startsWith('\\)', at + 1) && !source.startsWith('\\|', at + 1)) text += '\\$';
      else if (extended && character === '{' && !/^\{\d*,?\d*\}/u.test(source.slice(at))) text += '\\{';
      else if (character === '/' || character === ']' || (character === '}' && !/\{\d*,?\d*$/u.test(text))) text += `\\${character}`;
      else text += character;
      at += 1;
    }
  }
  return text;
}

export function compile(source: string, extended: boolean, flags = ''): RegExp {
  const translated = translate(source, extended);
  try {
    return new RegExp(translated, `${flags}u`);
  } catch {
    try {
      return new RegExp(translated, flags);
    } catch {
      throw new UsageError(/\((?![^)]*\))/u.test(translated) ? 'Unmatched ( or \\(' : 'Invalid regular expression', 2);
    }
  }
}
