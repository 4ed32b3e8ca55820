/** cat, head, tail, tac, wc, tee, less, more. */
import { Interrupted } from '../system/errors.js';
import { openPath, statOrNothing } from '../system/open.js';
import type { OpenFile } from '../system/open-file.js';
import type { Call, Command } from './call.js';
import { UsageError } from './call.js';

export const cat: Command = (call) => {
  const options = call.options('nbAEsTuv', { number: 'n', 'show-all': 'A', 'show-ends': 'E' });
  const plain = !['n', 'b', 'A', 'E', 's', 'T', 'v'].some((letter) => options.has(letter));
  let number = 0;
  let blank = false;
  return call.eachInput(options.operands, async (file) => {
    if (plain) {
      for await (const chunk of call.chunks(file)) await call.process.write(1, chunk);
      return;
    }
    for await (const { text, terminated } of call.lines(file)) {
      if (options.has('s') && text === '' && blank) continue;
      blank = text === '';
      const numbered = options.has('b') ? text !== '' : options.has('n');
      if (numbered) number += 1;
      const shown = options.has('A') || options.has('T') ? text.replaceAll('\t', '^I') : text;
      const full = call.out(`${numbered ? `${String(number).padStart(6)}\t` : ''}${shown}${terminated ? `${options.has('A') || options.has('E') ? '$' : ''}\n` : ''}`);
      if (full !== undefined) await full;
    }
  });
};

/** `-5`, `-n 5`, `-n -5`, `-n +5`, with k, M suffixes. */
function countOf(text: string, what: string): { readonly count: number; readonly sign: string } {
  const match = /^([-+]?)(\d+)([kKMG]?)B?$/u.exec(text);
  if (match === null) throw new UsageError(`invalid number of ${what}: ‘${text}’`);
  const unit = { k: 1024, K: 1024, M: 1_048_576, G: 1_073_741_824 }[match[3] ?? ''] ?? 1;
  return { count: Number(match[2]) * unit, sign: match[1] ?? '' };
}

/** The historical `-5`. */
function modernized(call: Call): Call {
  const [first = ''] = call.args;
  if (!/^[-+]\d+$/u.test(first)) return call;
  const { process } = call;
  process.argv = [process.argv[0] ?? '', '-n', first.startsWith('-') ? first.slice(1) : first, ...call.args.slice(1)];
  return Object.assign(Object.create(call) as Call, { args: process.argv.slice(1) });
}

async function heading(call: Call, path: string, index: number, many: boolean): Promise<void> {
  if (many) await call.out(`${index > 0 ? '\n' : ''}==> ${path === '-' ? 'standard input' : path} <==\n`);
}

export const head: Command = (given) => {
  const call = modernized(given);
  const options = call.options('n:c:qv', { lines: 'n', bytes: 'c', quiet: 'q' });
  const bytes = options.value('c');
  const { count, sign } = countOf(bytes ?? options.value('n') ?? '10', bytes === undefined ? 'lines' : 'bytes');
  const many = (options.operands.length > 1 && !options.has('q')) || options.has('v');
  let index = 0;
  return call.eachInput(options.operands, async (file, path) => {
    await heading(call, path, index++, many);
    if (sign === '-') {
      const all = Buffer.from(await call.whole(file));
      await call.out(bytes === undefined ? all.subarray(0, lineStart(all, count)) : all.subarray(0, Math.max(0, all.length - count)));
      return;
    }
    let left = count;
    if (left === 0) return;
    for await (const chunk of call.chunks(file)) {
      let end = 0;
      if (bytes === undefined) while (left > 0 && end < chunk.length) {
        const newline = chunk.indexOf(10, end);
        end = newline < 0 ? chunk.length : newline + 1;
        if (newline >= 0) left -= 1;
      }
      else {
        end = Math.min(left, chunk.length);
        left -= end;
      }
      await call.process.write(1, chunk.subarray(0, end));
      // What was read too much stays for the next reader, where that is possible.
      if (left === 0) {
        if (end < chunk.length && file.kind !== 'socket') file.unread(chunk.subarray(end));
        return;
      }
    }
  });
};

/** Offset at which the last `count` lines begin. */
function lineStart(data: Buffer, count: number): number {
  if (count === 0) return data.length;
  let at = data.length - (data.at(-1) === 10 ? 1 : 0);
  for (let left = count; left > 0; left -= 1) {
    at = at === 0 ? -1 : data.lastIndexOf(10, at - 1);
    if (at < 0) return 0;
  }
  return at + 1;
}

/** Keeps no more than needed: the end of the stream, trimmed as it grows. */
async function lastPart(call: Call, file: OpenFile, count: number, bytes: boolean): Promise<Buffer> {
  let kept: Buffer[] = [];
  let size = 0;
  const trim = (): Buffer => {
    const all = Buffer.concat(kept);
    return bytes ? all.subarray(Math.max(0, all.length - count)) : all.subarray(lineStart(all, count));
  };
  let next = 1 << 20;
  for await (const chunk of call.chunks(file)) {
    kept.push(Buffer.from(chunk));
    size += chunk.length;
    call.process.kernel.memory.buffered(size);
    if (size > next) {
      const rest = trim();
      kept = [Buffer.from(rest)];
      size = rest.length;
      next = Math.max(1 << 20, size * 2);
    }
  }
  return trim();
}

export const tail: Command = async (given) => {
  const call = modernized(given);
  const options = call.options('n:c:fFqvs:', { lines: 'n', bytes: 'c', follow: 'f', quiet: 'q' });
  const bytes = options.value('c');
  const { count, sign } = countOf(bytes ?? options.value('n') ?? '10', bytes === undefined ? 'lines' : 'bytes');
  const many = (options.operands.length > 1 && !options.has('q')) || options.has('v');
  let index = 0;
  const status = await call.eachInput(options.operands, async (file, path) => {
    await heading(call, path, index++, many);
    if (sign === '+') {
      const all = Buffer.from(await call.whole(file));
      let start = bytes === undefined ? 0 : Math.max(0, count - 1);
      if (bytes === undefined) for (let left = count; left > 1 && start < all.length; left -= 1) start = (all.indexOf(10, start) + 1) || all.length;
      await call.out(all.subarray(start));
    } else await call.out(await lastPart(call, file, count, bytes !== undefined));
  });
  if ((options.has('f') || options.has('F')) && status === 0) await follow(call, options.operands);
  return status;
};

async function follow(call: Call, paths: readonly string[]): Promise<void> {
  await call.flush();
  const sizes = new Map<string, number>(paths.map((path) => [path, sizeAt(call, path)]));
  if (paths.length === 0) return;
  for (;;) {
    await call.process.sleep(200);
    for (const path of paths) {
      const node = statOrNothing(call.process, path);
      const before = sizes.get(path) ?? 0;
      if (node?.kind !== 'file' || node.size === before) continue;
      if (node.size < before) await call.err(`tail: ${path}: file truncated\n`);
      await call.process.write(1, node.bytes.read(node.size < before ? 0 : before, node.size));
      sizes.set(path, node.size);
    }
  }
}

function sizeAt(call: Call, path: string): number {
  const node = statOrNothing(call.process, path);
  return node?.kind === 'file' ? node.size : 0;
}

export const tac: Command = (call) => call.eachInput(call.options('').operands, async (file) => {
  const lines: string[] = [];
  for await (const { text } of call.lines(file)) lines.push(text);
  for (const line of lines.toReversed()) await call.line(line);
});

export const wc: Command = async (call) => {
  const options = call.options('lwcmL', { lines: 'l', words: 'w', bytes: 'c', chars: 'm' });
  const chosen = Array.from('lwmc').filter((letter) => options.has(letter));
  const wanted = chosen.length === 0 ? ['l', 'w', 'c'] : chosen;
  const totals: Record<string, number> = { l: 0, w: 0, m: 0, c: 0 };
  const rows: { readonly counts: Record<string, number>; readonly path: string }[] = [];
  const status = await call.eachInput(options.operands, async (file, path) => {
    const counts: Record<string, number> = { l: 0, w: 0, m: 0, c: 0 };
    let inWord = false;
    for await (const chunk of call.chunks(file)) {
      counts['c'] = (counts['c'] ?? 0) + chunk.length;
      let [lines, words, characters] = [0, 0, 0];
      for (const byte of chunk) {
        if (byte === 10) lines += 1;
        if ((byte & 0xc0) !== 0x80) characters += 1;
        const space = byte === 32 || (byte >= 9 && byte <= 13);
        if (!space && !inWord) words += 1;
        inWord = !space;
      }
      counts['l'] = (counts['l'] ?? 0) + lines;
      counts['w'] = (counts['w'] ?? 0) + words;
      counts['m'] = (counts['m'] ?? 0) + characters;
    }
    for (const letter of 'lwmc') totals[letter] = (totals[letter] ?? 0) + (counts[letter] ?? 0);
    rows.push({ counts, path });
  });
  if (rows.length > 1) rows.push({ counts: totals, path: 'total' });
  const single = wanted.length === 1 && rows.length === 1;
  const width = single ? 0 : options.operands.length === 0 ? 7 : Math.max(...rows.flatMap((row) => wanted.map((letter) => String(row.counts[letter]).length)));
  for (const row of rows) await call.line(wanted.map((letter) => String(row.counts[letter]).padStart(width)).join(' ') + (options.operands.length === 0 ? '' : ` ${row.path}`));
  return status;
};

export const tee: Command = async (call) => {
  const options = call.options('ai', { append: 'a', 'ignore-interrupts': 'i' });
  if (options.has('i')) call.process.dispositions.set('INT', 'ignore');
  const outputs = options.operands.map((path) => openPath(call.process, path, { write: true, create: true, append: options.has('a'), truncate: !options.has('a') }).retain());
  for await (const chunk of call.chunks(call.process.file(0))) {
    for (const output of outputs) output.put(chunk);
    await call.process.write(1, chunk);
  }
  for (const output of outputs) output.release();
  return 0;
};

/** more: space for the next screen, q to leave; without a terminal it is cat. */
export const pager: Command = async (call) => {
  const { process } = call;
  const operands = call.args.filter((argument) => !argument.startsWith('-') || argument === '-');
  const { tty } = process;
  if (tty === undefined || process.files.get(1)?.kind !== 'terminal' || tty.rows < 2) {
    return call.eachInput(operands, async (file) => {
      for await (const chunk of call.chunks(file)) await process.write(1, chunk);
    });
  }
  const modes = { ...tty.termios };
  const keys = openPath(process, '/dev/tty', { read: true });
  let shown = 0;
  let leave = false;
  try {
    tty.setTermios({ ...modes, canonical: false, echo: false });
    return await call.eachInput(operands, async (file) => {
      for await (const { text } of call.lines(file)) {
        if (leave) return;
        if (shown >= tty.rows - 1) {
          await call.flush();
          const key = await prompt(call, keys);
          if (key === 'q') {
            leave = true;
            return;
          }
          shown = key === '\r' || key === '\n' ? shown - 1 : 0;
        }
        await call.line(text);
        shown += Math.max(1, Math.ceil(text.length / Math.max(1, tty.columns)));
      }
    });
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    throw error;
  } finally {
    if (process.ended === undefined) tty.setTermios(modes);
  }
};

async function prompt(call: Call, keys: OpenFile): Promise<string> {
  const { process } = call;
  await process.write(2, '\x1b[7m--More-- (space: on, q: leave)\x1b[0m');
  try {
    for (;;) {
      const turn = process.breathe();
      if (turn !== undefined) await turn;
      if (process.mustStopFor(keys)) continue;
      const data = keys.take(1);
      if (data === undefined) await process.wait(keys.readable());
      else if (data.length === 0) return 'q';
      else {
        const key = String.fromCharCode(data[0] ?? 0);
        if (' q\r\n'.includes(key)) return key;
      }
    }
  } finally {
    if (process.ended === undefined) await process.write(2, '\r\x1b[K');
  }
}
