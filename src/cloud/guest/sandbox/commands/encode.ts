/** md5sum, sha1sum, sha256sum, sha512sum, base64, od, hexdump, xxd, dd. */
import { createHash } from 'node:crypto';
import { openPath } from '../system/open.js';
import { RegularFile } from '../system/regular-file.js';
import { SystemError } from '../system/errors.js';
import type { Call, Command } from './call.js';
import { UsageError } from './call.js';

export const checksum: Command = async (call) => {
  const options = call.options('cbt', { check: 'c', binary: 'b' });
  const algorithm = call.name.replace(/sum$/u, '');
  if (!options.has('c')) {
    return call.eachInput(options.operands, async (file, path) => {
      const hash = createHash(algorithm);
      for await (const chunk of call.chunks(file)) hash.update(chunk);
      await call.line(`${hash.digest('hex')}  ${path}`);
    });
  }
  let failed = 0;
  const status = await call.eachInput(options.operands, async (list) => {
    for await (const { text } of call.lines(list)) {
      const match = /^([0-9a-f]+) [ *](.+)$/u.exec(text);
      if (match === null) continue;
      const hash = createHash(algorithm);
      let found = true;
      try {
        for await (const chunk of call.chunks(call.open(match[2] ?? ''))) hash.update(chunk);
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        found = false;
        await call.complain(`${match[2] ?? ''}: ${error.message}`);
      }
      const holds = found && hash.digest('hex') === match[1];
      if (!holds) failed += 1;
      await call.line(`${match[2] ?? ''}: ${holds ? 'OK' : found ? 'FAILED' : 'FAILED open or read'}`);
    }
  });
  if (failed > 0) await call.complain(`WARNING: ${failed} computed checksum${failed === 1 ? '' : 's'} did NOT match`);
  return failed > 0 ? 1 : status;
};

export const base64: Command = (call) => {
  const options = call.options('dw:i', { decode: 'd', wrap: 'w' });
  const width = Number(options.value('w') ?? 76);
  return call.eachInput(options.operands, async (file) => {
    const data = Buffer.from(await call.whole(file));
    if (options.has('d')) {
      const text = data.toString('latin1').replaceAll(/\s/gu, '');
      if (!/^[A-Za-z0-9+/]*={0,2}$/u.test(text)) throw new UsageError('invalid input');
      await call.out(Buffer.from(text, 'base64'));
      return;
    }
    const text = data.toString('base64');
    if (width === 0) await call.out(text);
    else for (let at = 0; at < text.length; at += width) await call.line(text.slice(at, at + width));
  });
};

/** Rows of sixteen bytes; repeated rows collapse to `*` where that is the custom. */
async function dump(call: Call, operands: readonly string[], row: (offset: number, bytes: Buffer) => string, end: (offset: number) => string, collapse: boolean): Promise<number> {
  const parts: Uint8Array[] = [];
  const status = await call.eachInput(operands, async (file) => {
    parts.push(await call.whole(file));
  });
  const data = Buffer.concat(parts);
  let starred = false;
  for (let at = 0; at < data.length; at += 16) {
    const bytes = data.subarray(at, at + 16);
    const same = collapse && at > 0 && bytes.length === 16 && bytes.equals(data.subarray(at - 16, at));
    if (!same) await call.line(row(at, bytes));
    else if (!starred) await call.line('*');
    starred = same;
  }
  const last = end(data.length);
  if (last !== '') await call.line(last);
  return status;
}

function printable(bytes: Buffer): string {
  return Array.from(bytes, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
}

const NAMED: Readonly<Record<number, string>> = { 0: '\\0', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r' };

export const od: Command = (call) => {
  const options = call.options('cxbvA:t:N:j:', { format: 't', 'address-radix': 'A' });
  const type = options.has('c') ? 'c' : options.has('x') ? 'x2' : options.has('b') ? 'o1' : (options.value('t') ?? 'o2');
  const radix = { x: 16, d: 10, o: 8, n: 0 }[options.value('A') ?? 'o'] ?? 8;
  const address = (offset: number): string => (radix === 0 ? '' : offset.toString(radix).padStart(radix === 16 ? 6 : 7, '0'));
  const match = /^([acdoux])([1248CSIL]?)z?$/u.exec(type);
  if (match === null) throw new UsageError(`invalid type string ‘${type}’`);
  const [, form = 'o', sizeText = ''] = match;
  const size = form === 'a' || form === 'c' ? 1 : sizeText === '' ? (form === 'o' || form === 'x' || form === 'd' || form === 'u' ? 4 : 2) : ({ C: 1, S: 2, I: 4, L: 8 }[sizeText] ?? Number(sizeText));
  const cell = (bytes: Buffer): string => {
    if (form === 'c' || form === 'a') return (NAMED[bytes[0] ?? 0] ?? ((bytes[0] ?? 0) >= 32 && (bytes[0] ?? 0) < 127 ? String.fromCharCode(bytes[0] ?? 0) : (bytes[0] ?? 0).toString(8).padStart(3, '0'))).padStart(4);
    let value = 0n;
    for (let at = bytes.length - 1; at >= 0; at -= 1) value = value * 256n + BigInt(bytes[at] ?? 0);
    const shown = form === 'd' ? BigInt.asIntN(size * 8, value) : value;
    const width = form === 'x' ? size * 2 : form === 'o' ? Math.ceil((size * 8) / 3) : { 1: 4, 2: 6, 4: 11, 8: 20 }[size] ?? 11;
    return ` ${form === 'x' || form === 'o' ? shown.toString(form === 'x' ? 16 : 8).padStart(width, '0') : shown.toString().padStart(width - 1)}`;
  };
  return dump(call, options.operands, (offset, bytes) => {
    let text = address(offset);
    for (let at = 0; at < bytes.length; at += size) text += cell(bytes.subarray(at, at + size));
    return text;
  }, (offset) => address(offset), !options.has('v'));
};

export const hexdump: Command = (call) => {
  const options = call.options('Cvn:', { canonical: 'C' });
  const canonical = options.has('C') || call.name === 'hd';
  const hex = (offset: number, width: number): string => offset.toString(16).padStart(width, '0');
  return dump(call, options.operands, (offset, bytes) => {
    if (canonical) {
      const cells = Array.from(bytes, (byte, index) => (index === 8 ? ' ' : '') + hex(byte, 2)).join(' ');
      return `${hex(offset, 8)}  ${cells.padEnd(48)}  |${printable(bytes)}|`;
    }
    let text = hex(offset, 7);
    for (let at = 0; at < bytes.length; at += 2) text += ` ${hex((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8), 4)}`;
    return text;
  }, (offset) => (offset === 0 ? '' : hex(offset, canonical ? 8 : 7)), !options.has('v'));
};

function sizeText(text: string): number {
  const match = /^(\d+)(c|w|b|k|K|kB|KB|M|MB|G|GB)?$/u.exec(text);
  if (match === null) throw new UsageError(`invalid number: ‘${text}’`);
  const unit = { c: 1, w: 2, b: 512, k: 1024, K: 1024, kB: 1000, KB: 1000, M: 1_048_576, MB: 1_000_000, G: 1_073_741_824, GB: 1_000_000_000 }[match[2] ?? 'c'] ?? 1;
  return Number(match[1]) * unit;
}

export const dd: Command = async (call) => {
  const settings = new Map(call.args.map((argument) => {
    const equals = argument.indexOf('=');
    const [name, value] = [argument.slice(0, equals), argument.slice(equals + 1)];
    if (!['if', 'of', 'bs', 'ibs', 'obs', 'count', 'skip', 'seek', 'status', 'conv', 'iflag', 'oflag'].includes(name)) throw new UsageError(`unrecognized operand ‘${argument}’\nTry 'dd --help' for more information.`);
    return [name, value] as const;
  }));
  const { process } = call;
  const block = sizeText(settings.get('bs') ?? settings.get('ibs') ?? '512');
  if (block === 0 || block > 1 << 26) throw new UsageError(`invalid number: ‘${settings.get('bs') ?? ''}’`);
  const input = settings.has('if') ? openPath(process, settings.get('if') ?? '', { read: true }) : process.file(0);
  const keep = settings.get('conv')?.includes('notrunc') === true || settings.has('seek');
  const output = settings.has('of') ? openPath(process, settings.get('of') ?? '', { write: true, create: true, truncate: !keep }) : process.file(1);
  process.setFile(10, input);
  process.setFile(11, output);
  if (settings.has('seek') && output instanceof RegularFile) output.seek(sizeText(settings.get('seek') ?? '0') * block);
  const limit = settings.has('count') ? sizeText(settings.get('count') ?? '0') : Number.POSITIVE_INFINITY;
  const started = process.kernel.now();
  let [full, partial, bytes] = [0, 0, 0];
  const skip = sizeText(settings.get('skip') ?? '0') * block;
  for (let left = skip; left > 0;) {
    const data = await process.read(10, Math.min(left, 65536));
    if (data.length === 0) break;
    left -= data.length;
  }
  while (full + partial < limit) {
    const parts: Uint8Array[] = [];
    let size = 0;
    // Files give whole blocks; pipes give what is there, as read(2) does.
    while (size < block) {
      const data = await process.read(10, block - size);
      if (data.length === 0) break;
      parts.push(data);
      size += data.length;
      if (input.kind !== 'file' && input.kind !== 'device') break;
    }
    if (size === 0) break;
    if (size === block) full += 1;
    else partial += 1;
    bytes += size;
    await process.write(11, Buffer.concat(parts));
  }
  if (settings.get('status') !== 'none') {
    const seconds = Math.max(0.000_001, (process.kernel.now() - started) / 1000);
    await call.err(`${full}+${partial} records in\n${full}+${partial} records out\n`);
    if (settings.get('status') !== 'noxfer') await call.err(`${bytes} bytes${bytes >= 1000 ? ` (${scaled(bytes, 1000, ['B', 'kB', 'MB', 'GB'])}${bytes >= 1024 ? `, ${scaled(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB'])}` : ''})` : ''} copied, ${Number(seconds.toPrecision(6))} s, ${scaled(bytes / seconds, 1000, ['B', 'kB', 'MB', 'GB'])}/s\n`);
  }
  return 0;
};

function scaled(value: number, base: number, units: readonly string[]): string {
  let [shown, unit] = [value, 0];
  while (shown >= base && unit < units.length - 1) {
    shown /= base;
    unit += 1;
  }
  return `${shown < 10 ? shown.toFixed(1) : Math.round(shown)} ${units[unit] ?? ''}`;
}
