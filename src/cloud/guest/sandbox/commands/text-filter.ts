/** cut, sort, uniq, tr, seq, yes, rev, nl, paste. */
import { openPath } from '../system/open.js';
import { decode, encode } from '../../byte-text.js';
import type { Call, Command } from './call.js';
import { UsageError } from './call.js';
import { characterSet } from './character-set.js';

interface Range {
  readonly from: number;
  readonly to: number;
}

function rangesOf(call: Call, text: string): readonly Range[] {
  return text.split(',').map((part) => {
    const match = /^(\d*)(-?)(\d*)$/u.exec(part);
    if (match === null || part === '' || part === '-') throw new UsageError(`invalid byte, character or field list\nTry '${call.name} --help' for more information.`);
    const from = match[1] === '' ? 1 : Number(match[1]);
    const to = match[2] === '' ? from : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (from === 0) throw new UsageError(`fields are numbered from 1\nTry '${call.name} --help' for more information.`);
    if (to < from) throw new UsageError('invalid decreasing range');
    return { from, to };
  });
}

export const cut: Command = (call) => {
  const options = call.options('f:d:c:b:sn', { fields: 'f', delimiter: 'd', characters: 'c', bytes: 'b', 'only-delimited': 's', complement: 'n', 'output-delimiter': 'o' });
  const list = options.value('f') ?? options.value('c') ?? options.value('b');
  if (list === undefined) throw new UsageError("you must specify a list of bytes, characters, or fields\nTry 'cut --help' for more information.");
  const ranges = rangesOf(call, list);
  const delimiter = options.value('d') ?? '\t';
  if (Array.from(delimiter).length > 1) throw new UsageError("the delimiter must be a single character\nTry 'cut --help' for more information.");
  const chosen = (index: number): boolean => ranges.some((range) => index >= range.from && index <= range.to) !== options.has('n');
  return call.eachInput(options.operands, async (file) => {
    for await (const { text } of call.lines(file)) {
      if (options.has('f')) {
        if (!text.includes(delimiter)) {
          if (!options.has('s')) await call.line(text);
        } else await call.line(text.split(delimiter).filter((_, index) => chosen(index + 1)).join(delimiter));
      } else if (options.has('b')) await call.line(decode(encode(text).filter((_, index) => chosen(index + 1))));
      else await call.line(Array.from(text).filter((_, index) => chosen(index + 1)).join(''));
    }
  });
};

interface SortKey {
  readonly start: readonly [number, number];
  readonly end: readonly [number, number] | undefined;
  readonly flags: string;
}

function sortKey(text: string): SortKey {
  const match = /^(\d+)(?:\.(\d+))?([bdfhiMnrV]*)(?:,(\d+)(?:\.(\d+))?([bdfhiMnrV]*))?$/u.exec(text);
  if (match === null) throw new UsageError(`invalid number at field start: invalid count at start of ‘${text}’`, 2);
  return { start: [Number(match[1]), Number(match[2] ?? 1)], end: match[4] === undefined ? undefined : [Number(match[4]), Number(match[5] ?? 0)], flags: (match[3] ?? '') + (match[6] ?? '') };
}

function keyText(line: string, key: SortKey, separator: string | undefined): string {
  const fields = separator === undefined ? (line.match(/\s*\S+/gu) ?? []) : line.split(separator);
  const glue = separator ?? '';
  const [from, offset] = key.start;
  const selected = fields.slice(from - 1, key.end?.[0]);
  if (key.end !== undefined && key.end[1] > 0 && selected.length > 0) selected[selected.length - 1] = (selected.at(-1) ?? '').slice(0, key.end[1]);
  return selected.join(glue).slice(offset - 1);
}

const UNITS = 'KMGTPE';

function numberOf(text: string, human: boolean): number {
  const match = /^\s*(-?\d*\.?\d*)([KMGTPE]?)/iu.exec(text);
  const value = Number(match?.[1] === '' || match?.[1] === '-' ? 0 : (match?.[1] ?? 0));
  return human ? value * 1024 ** (UNITS.indexOf((match?.[2] ?? '').toUpperCase() || ' ') + 1) : value;
}

function comparator(flags: string): (a: string, b: string) => number {
  const fold = (text: string): string => {
    const bare = flags.includes('b') ? text.trimStart() : text;
    const kept = flags.includes('d') ? bare.replaceAll(/[^\p{L}\p{N}\s]/gu, '') : bare;
    return flags.includes('f') ? kept.toUpperCase() : kept;
  };
  const bytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  let compare: (a: string, b: string) => number;
  if (flags.includes('n') || flags.includes('h')) compare = (a, b) => numberOf(a, flags.includes('h')) - numberOf(b, flags.includes('h'));
  else if (flags.includes('V')) compare = (a, b) => a.localeCompare(b, 'en', { numeric: true });
  else compare = (a, b) => bytes(fold(a), fold(b));
  return flags.includes('r') ? (a, b) => -compare(a, b) : compare;
}

export const sort: Command = async (call) => {
  const options = call.options('nrufbdhVsck:t:o:z', { 'numeric-sort': 'n', reverse: 'r', unique: 'u', 'ignore-case': 'f', key: 'k', 'field-separator': 't', output: 'o', 'human-numeric-sort': 'h', 'version-sort': 'V', check: 'c', stable: 's' }, { status: 2 });
  const globals = Array.from('nrfbdhV').filter((letter) => options.has(letter)).join('');
  const separator = options.value('t')?.replace('\\0', '\0').replace('\\t', '\t');
  const keys = options.all('k').map((text) => sortKey(text)).map((key) => ({ key, compare: comparator(key.flags === '' ? globals : key.flags) }));
  const whole = comparator(globals);
  const last = comparator(globals.includes('r') ? 'r' : '');
  const byKeys = (a: string, b: string): number => {
    for (const { key, compare } of keys) {
      const order = compare(keyText(a, key, separator), keyText(b, key, separator));
      if (order !== 0) return order;
    }
    return keys.length === 0 ? whole(a, b) : 0;
  };
  const lines: string[] = [];
  const status = await call.eachInput(options.operands, async (file) => {
    for await (const { text } of call.lines(file)) lines.push(text);
  }, 2);
  if (options.has('c')) {
    const wrong = lines.findIndex((line, index) => index > 0 && byKeys(lines[index - 1] ?? '', line) > 0);
    return wrong < 0 ? 0 : call.fail(`${options.operands[0] ?? '-'}:${wrong + 1}: disorder: ${lines[wrong] ?? ''}`);
  }
  lines.sort((a, b) => byKeys(a, b) || (options.has('s') || options.has('u') ? 0 : last(a, b)));
  const kept = options.has('u') ? lines.filter((line, index) => index === 0 || byKeys(lines[index - 1] ?? '', line) !== 0) : lines;
  const output = options.value('o');
  if (output !== undefined) {
    openPath(call.process, output, { write: true, create: true, truncate: true }).put(encode(kept.map((line) => `${line}\n`).join('')));
    return status;
  }
  for (const line of kept) {
    const full = call.out(`${line}\n`);
    if (full !== undefined) await full;
  }
  return status;
};

export const uniq: Command = async (call) => {
  const options = call.options('cduif:s:w:', { count: 'c', repeated: 'd', unique: 'u', 'ignore-case': 'i', 'skip-fields': 'f', 'skip-chars': 's' });
  const [input = '-', output] = options.operands;
  const skipFields = Number(options.value('f') ?? 0);
  const skipCharacters = Number(options.value('s') ?? 0);
  const keyOf = (line: string): string => {
    const rest = line.replace(new RegExp(`^(?:\\s*\\S+){0,${skipFields}}`, 'u'), (match) => (skipFields === 0 ? match : '')).slice(skipCharacters);
    return options.has('i') ? rest.toLowerCase() : rest;
  };
  let previous: string | undefined;
  let count = 0;
  let result = '';
  const emit = async (): Promise<void> => {
    if (previous === undefined || (options.has('d') && count < 2) || (options.has('u') && count > 1)) return;
    const line = `${options.has('c') ? `${String(count).padStart(7)} ` : ''}${previous}\n`;
    if (output === undefined) await call.out(line);
    else result += line;
  };
  for await (const { text } of call.lines(call.open(input))) {
    if (previous !== undefined && keyOf(text) === keyOf(previous)) count += 1;
    else {
      await emit();
      previous = text;
      count = 1;
    }
  }
  await emit();
  if (output !== undefined) openPath(call.process, output, { write: true, create: true, truncate: true }).put(encode(result));
  return 0;
};

export const tr: Command = async (call) => {
  const options = call.options('dscCt', { delete: 'd', 'squeeze-repeats': 's', complement: 'c', 'truncate-set1': 't' }, { permute: false });
  const [first, second] = options.operands;
  if (first === undefined || (second === undefined && !options.has('d') && !options.has('s'))) throw new UsageError(`missing operand${first === undefined ? '' : ` after ‘${first}’`}\nTry 'tr --help' for more information.`);
  const complement = options.has('c') || options.has('C');
  const from = characterSet(first);
  const to = second === undefined ? [] : characterSet(second);
  const inFirst = new Set(from);
  const selected = (character: string): boolean => inFirst.has(character) !== complement;
  const map = new Map(from.map((character, index) => [character, to[Math.min(index, to.length - 1)] ?? character]));
  const translating = second !== undefined && !options.has('d');
  const squeezed = new Set(options.has('s') ? (second === undefined ? [] : to) : []);
  const squeezes = (character: string): boolean => options.has('s') && (second === undefined ? selected(character) : squeezed.has(character));
  let before = '';
  for await (const chunk of call.chunks(call.process.file(0))) {
    let text = '';
    for (const original of decode(chunk)) {
      if (options.has('d') && selected(original)) continue;
      const character = translating && selected(original) ? (complement ? (to.at(-1) ?? original) : (map.get(original) ?? original)) : original;
      if (character === before && squeezes(character)) continue;
      before = character;
      text += character;
    }
    const full = call.out(text);
    if (full !== undefined) await full;
  }
  return 0;
};

export const seq: Command = async (call) => {
  // Negative numbers are no options.
  const numbers: string[] = [];
  let separator = '\n';
  let equalWidth = false;
  for (let at = 0; at < call.args.length; at += 1) {
    const argument = call.args[at] ?? '';
    if (argument === '-w' || argument === '--equal-width') equalWidth = true;
    else if (argument.startsWith('-s')) {
      if (argument === '-s') at += 1;
      separator = argument === '-s' ? (call.args[at] ?? '') : argument.slice(2);
    } else numbers.push(argument);
  }
  if (numbers.length === 0 || numbers.length > 3) throw new UsageError(numbers.length === 0 ? "missing operand\nTry 'seq --help' for more information." : `extra operand ‘${numbers[3] ?? ''}’\nTry 'seq --help' for more information.`);
  for (const text of numbers) if (text === '' || Number.isNaN(Number(text))) throw new UsageError(`invalid floating point argument: ‘${text}’\nTry 'seq --help' for more information.`);
  const decimals = Math.max(...numbers.slice(0, 2).map((text) => text.split('.')[1]?.length ?? 0));
  const last = Number(numbers.at(-1));
  const first = numbers.length > 1 ? Number(numbers[0]) : 1;
  const step = numbers.length > 2 ? Number(numbers[1]) : 1;
  if (step === 0) throw new UsageError(`invalid Zero increment value: ‘${numbers[1] ?? ''}’\nTry 'seq --help' for more information.`);
  const width = equalWidth ? Math.max(first.toFixed(decimals).length, last.toFixed(decimals).length) : 0;
  const count = Math.floor((last - first) / step + 1e-10) + 1;
  for (let index = 0; index < count; index += 1) {
    const full = call.out((first + index * step).toFixed(decimals).padStart(width, '0') + (index === count - 1 ? '\n' : separator));
    if (full !== undefined) await full;
  }
  return 0;
};

export const yes: Command = async (call) => {
  const block = encode(`${call.args.length === 0 ? 'y' : call.args.join(' ')}\n`.repeat(512));
  for (;;) await call.process.write(1, block);
};

export const rev: Command = (call) => call.eachInput(call.options('').operands, async (file) => {
  for await (const { text } of call.lines(file)) await call.line(Array.from(text).toReversed().join(''));
});

export const nl: Command = (call) => {
  const options = call.options('b:w:');
  let number = 0;
  return call.eachInput(options.operands, async (file) => {
    for await (const { text } of call.lines(file)) {
      const numbered = options.value('b') === 'a' || text !== '';
      if (numbered) number += 1;
      await call.line(numbered ? `${String(number).padStart(Number(options.value('w') ?? 6))}\t${text}` : `       ${text}`.trimEnd());
    }
  });
};

export const paste: Command = async (call) => {
  const options = call.options('d:s', { delimiters: 'd', serial: 's' });
  const delimiter = (options.value('d') ?? '\t').replaceAll('\\n', '\n').replaceAll('\\t', '\t');
  const columns: string[][] = [];
  const status = await call.eachInput(options.operands, async (file) => {
    const lines: string[] = [];
    for await (const { text } of call.lines(file)) lines.push(text);
    columns.push(lines);
  });
  const join = (cells: readonly string[]): string => cells.map((cell, index) => (index === 0 ? cell : (delimiter[(index - 1) % delimiter.length] ?? '') + cell)).join('');
  if (options.has('s')) for (const lines of columns) await call.line(join(lines));
  else {
    const rows = Math.max(0, ...columns.map((lines) => lines.length));
    for (let row = 0; row < rows; row += 1) await call.line(join(columns.map((lines) => lines[row] ?? '')));
  }
  return status;
};
