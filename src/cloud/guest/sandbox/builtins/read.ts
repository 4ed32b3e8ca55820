/** read and mapfile. */
import { decode, encode } from '../../byte-text.js';
import { Interrupted } from '../system/errors.js';
import type { Shell } from '../shell/shell.js';
import { type Builtin, invalidOption } from './builtin.js';

interface ReadOptions {
  raw: boolean;
  silent: boolean;
  array: string | undefined;
  prompt: string;
  delimiter: number;
  characters: number | undefined;
  exact: boolean;
  seconds: number | undefined;
  descriptor: number;
}

function parse(args: readonly string[]): { readonly options: ReadOptions; readonly names: readonly string[] } | { readonly invalid: string } {
  const options: ReadOptions = { raw: false, silent: false, array: undefined, prompt: '', delimiter: 10, characters: undefined, exact: false, seconds: undefined, descriptor: 0 };
  let at = 0;
  for (; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    if (argument === '--') {
      at += 1;
      break;
    }
    if (!/^-./u.test(argument)) break;
    for (let place = 1; place < argument.length; place += 1) {
      const letter = argument[place] ?? '';
      if (letter === 'r') options.raw = true;
      else if (letter === 's') options.silent = true;
      else if (letter === 'e') continue;
      else if ('apdnNtui'.includes(letter)) {
        const rest = argument.slice(place + 1);
        if (rest === '') at += 1;
        const value = rest === '' ? (args[at] ?? '') : rest;
        if (letter === 'a') options.array = value;
        else if (letter === 'p') options.prompt = value;
        else if (letter === 'd') options.delimiter = value === '' ? 0 : (encode(value)[0] ?? 10);
        else if (letter === 'n' || letter === 'N') {
          options.characters = Number(value);
          options.exact = letter === 'N';
        } else if (letter === 't') options.seconds = Number(value);
        else if (letter === 'u') options.descriptor = Number(value);
        break;
      } else return { invalid: `-${letter}` };
    }
  }
  return { options, names: args.slice(at) };
}

/** Reads up to the delimiter, giving back what was read too much. `ended`: end of file came first. */
async function readRecord(shell: Shell, options: ReadOptions): Promise<{ readonly bytes: number[]; readonly quoted: Set<number>; readonly ended: boolean }> {
  const bytes: number[] = [];
  const quoted = new Set<number>();
  let escaped = false;
  for (;;) {
    const data = await shell.process.read(options.descriptor, options.characters === undefined ? 4096 : 1);
    if (data.length === 0) return { bytes, quoted, ended: true };
    shell.process.kernel.memory.text(bytes.length);
    for (const [index, byte] of data.entries()) {
      if (escaped) {
        escaped = false;
        if (byte !== 10) {
          quoted.add(bytes.length);
          bytes.push(byte);
        }
      } else if (byte === options.delimiter && !options.exact) {
        const rest = data.subarray(index + 1);
        if (rest.length > 0) shell.process.file(options.descriptor).unread(rest);
        return { bytes, quoted, ended: false };
      } else if (byte === 0x5c && !options.raw) {
        escaped = true;
      } else {
        bytes.push(byte);
      }
      if (options.characters !== undefined && bytes.length >= options.characters) return { bytes, quoted, ended: false };
    }
  }
}

/** Splits like a word, the last name gets the rest. Bytes after a backslash do not split. */
function split(bytes: readonly number[], quoted: ReadonlySet<number>, ifs: string, limit: number): string[] {
  const separators = new Set(encode(ifs));
  const space = (byte: number | undefined): boolean => byte !== undefined && separators.has(byte) && (byte === 32 || byte === 9 || byte === 10);
  const isSeparator = (at: number): boolean => separators.has(bytes[at] ?? -1) && !quoted.has(at);
  const text = (from: number, to: number): string => decode(Uint8Array.from(bytes.slice(from, to)));
  const fields: string[] = [];
  let at = 0;
  let end = bytes.length;
  while (at < end && space(bytes[at]) && !quoted.has(at)) at += 1;
  while (end > at && space(bytes[end - 1]) && !quoted.has(end - 1)) end -= 1;
  while (at < end) {
    if (fields.length === limit - 1) {
      fields.push(text(at, end));
      return fields;
    }
    let stop = at;
    while (stop < end && !isSeparator(stop)) stop += 1;
    fields.push(text(at, stop));
    at = stop;
    let other = 0;
    while (at < end && isSeparator(at) && (space(bytes[at]) || other === 0)) {
      if (!space(bytes[at])) other += 1;
      at += 1;
    }
  }
  return fields;
}

export const read: Builtin = async (shell, args, name) => {
  const parsed = parse(args);
  if ('invalid' in parsed) return invalidOption(shell, name, parsed.invalid, 'read [-rs] [-a array] [-d delim] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]');
  const { options, names } = parsed;
  const { process } = shell;
  const terminal = process.file(options.descriptor).kind === 'terminal' ? process.tty : undefined;
  if (options.prompt !== '' && terminal !== undefined) await shell.warn(options.prompt);
  const before = terminal === undefined ? undefined : { ...terminal.termios };
  const raw = options.characters !== undefined || options.delimiter !== 10;
  if (terminal !== undefined && before !== undefined && (options.silent || raw)) terminal.setTermios({ ...before, echo: before.echo && !options.silent, canonical: before.canonical && !raw });
  let timer: NodeJS.Timeout | undefined;
  let timedOut = false;
  if (options.seconds !== undefined) {
    timer = setTimeout(() => {
      timedOut = true;
      process.interrupt('ALRM');
    }, options.seconds * 1000);
  }
  try {
    const record = await readRecord(shell, options);
    await store(shell, options, names, record);
    return record.ended ? 1 : 0;
  } catch (error) {
    if (error instanceof Interrupted && timedOut) return 142;
    throw error;
  } finally {
    clearTimeout(timer);
    if (terminal !== undefined && before !== undefined && process.ended === undefined) terminal.setTermios(before);
  }
};

async function store(shell: Shell, options: ReadOptions, names: readonly string[], record: { readonly bytes: readonly number[]; readonly quoted: ReadonlySet<number> }): Promise<void> {
  const ifs = shell.parameter('IFS') ?? ' \t\n';
  if (options.array !== undefined) {
    const fields = split(record.bytes, record.quoted, ifs, Number.MAX_SAFE_INTEGER);
    shell.variables.setArray(options.array, new Map(fields.map((field, index) => [String(index), field])));
    return;
  }
  if (names.length === 0 || options.exact) {
    await shell.assignTo(names[0] ?? 'REPLY', decode(Uint8Array.from(record.bytes)));
    return;
  }
  const fields = split(record.bytes, record.quoted, ifs, names.length);
  for (const [index, name] of names.entries()) await shell.assignTo(name, fields[index] ?? '');
}

export const mapfile: Builtin = async (shell, args) => {
  const trim = args.includes('-t');
  const name = args.find((argument) => !argument.startsWith('-')) ?? 'MAPFILE';
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let data = await shell.process.read(0); data.length > 0; data = await shell.process.read(0)) {
    parts.push(data);
    size += data.length;
    shell.process.kernel.memory.text(size);
  }
  const lines = decode(Buffer.concat(parts)).match(/[^\n]*\n|[^\n]+$/gu) ?? [];
  shell.process.kernel.memory.words(lines.length);
  shell.variables.setArray(name, new Map(lines.map((line, index) => [String(index), trim ? line.replace(/\n$/u, '') : line])));
  return 0;
};
