/** Reads what the files' program says: stat's and C's notations, and the kernel's errors by their words in the C locale. */
import type { GuestFileStat } from '../guest.js';
import { decode } from '../byte-text.js';

const ERRORS: Readonly<Record<string, string>> = {
  'No such file or directory': 'ENOENT', 'Permission denied': 'EACCES', 'Operation not permitted': 'EPERM', 'File exists': 'EEXIST', 'Not a directory': 'ENOTDIR', 'Is a directory': 'EISDIR',
  'Directory not empty': 'ENOTEMPTY', 'Invalid argument': 'EINVAL', 'No space left on device': 'ENOSPC', 'Disk quota exceeded': 'EDQUOT', 'Read-only file system': 'EROFS', 'File too large': 'EFBIG',
  'Too many levels of symbolic links': 'ELOOP', 'File name too long': 'ENAMETOOLONG', 'Text file busy': 'ETXTBSY', 'Device or resource busy': 'EBUSY', 'No such device or address': 'ENXIO', 'Too many links': 'EMLINK',
  'Too many open files': 'EMFILE', 'Cannot allocate memory': 'ENOMEM', 'Resource temporarily unavailable': 'EAGAIN', 'Invalid cross-device link': 'EXDEV', 'Operation not supported': 'ENOTSUP',
};

/** `mv` has words of its own for two. */
const OWN_WORDS: readonly (readonly [RegExp, string])[] = [
  [/cannot overwrite directory/u, 'EISDIR'],
  [/cannot overwrite non-directory/u, 'ENOTDIR'],
];

/** An error of a file operation, with Node's code. */
export function fileError(message: string, path: string): NodeJS.ErrnoException {
  const [line = ''] = message.split('\n');
  const reason = Object.keys(ERRORS).find((words) => line === words || line.endsWith(`: ${words}`));
  const code = reason === undefined ? (OWN_WORDS.find(([pattern]) => pattern.test(line))?.[1] ?? 'EIO') : ERRORS[reason];
  return Object.assign(new Error(`${code}: ${reason ?? line}: ${path}`), { code });
}

const FORMAT = 0o170_000;
const KINDS = new Map<number, GuestFileStat['kind']>([[0o040_000, 'directory'], [0o120_000, 'symlink']]);

/** `mode size uid gid modified` as `stat -c '%f %s %u %g %Y'` prints it; what is neither folder nor link counts as a file. */
export function parseStat(text: string): GuestFileStat {
  const [, mode = '', ...numbers] = /^([0-9a-f]+) (\d+) (\d+) (\d+) (-?\d+)$/u.exec(text.trim()) ?? [];
  const bits = Number.parseInt(mode, 16);
  const [size = Number.NaN, uid = Number.NaN, gid = Number.NaN, modified = Number.NaN] = numbers.map(Number);
  if (![bits, size, uid, gid, modified].every(Number.isSafeInteger)) throw fileError(`stat said ${text.slice(0, 100)}`, '');
  return { kind: KINDS.get(bits & FORMAT) ?? 'file', size, mode: bits & 0o777, uid, gid, modified };
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92, '?': 63 };

/** A string in C's notation: octal for what is no ASCII. */
export function parseCString(text: string): string {
  const bytes = [...text.matchAll(/\\([0-7]{1,3})|\\(.)|([^\\])/gsu)].map(([, octal, letter, plain]) => {
    if (octal !== undefined) return Number.parseInt(octal, 8);
    return letter === undefined ? (plain ?? '').charCodeAt(0) : (ESCAPES[letter] ?? letter.charCodeAt(0));
  });
  return decode(Uint8Array.from(bytes));
}

/** Lines of `stat … "./name"`, with `-> "target"` behind a link's. */
export function parseListing(text: string): readonly { readonly name: string; readonly stat: GuestFileStat }[] {
  return text.split('\n').filter((line) => line !== '').map((line) => {
    const quoted = /^(\S+ \S+ \S+ \S+ \S+) "\.\/((?:[^"\\]|\\.)*)"/su.exec(line);
    if (quoted === null) throw fileError(`stat said ${line.slice(0, 100)}`, '');
    return { name: parseCString(quoted[2] ?? ''), stat: parseStat(quoted[1] ?? '') };
  });
}
