/** `--report FORMAT=FILE,…`: read, checked before anything is done, and written whole or not at all. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SsmlabError } from '../lib/errors.js';
import { nearNames } from '../lib/inventory/near.js';
import { isReportFormat, REPORT_FORMATS, type ReportFormat } from '../lib/report/verify-file/formats.js';
import type { VerifyOutcome } from '../lib/report/verify-file/outcome.js';
import { unwritable } from '../lib/unwritable.js';

export interface ReportFile {
  readonly format: ReportFormat;
  /** `-` is stdout. */
  readonly file: string;
}

const usage = (message: string, hint: string): SsmlabError => new SsmlabError('usage', message, { hint });

/** The flag's values; several stand in one, commas between them. Wrong ones are errors of usage. */
export function parseReports(values: readonly string[], { json }: { readonly json: boolean }): ReportFile[] {
  const given = values.flatMap((value) => value.split(/,(?=[^,=]*=)/u));
  const files = given.map((text): ReportFile => {
    const at = text.indexOf('=');
    const format = at < 0 ? text : text.slice(0, at);
    const file = at < 0 ? '' : text.slice(at + 1);
    if (!isReportFormat(format)) {
      const near = nearNames(format, Object.keys(REPORT_FORMATS));
      throw usage(`--report knows no format "${format}"`, `${near.length > 0 ? `did you mean ${near.join(' or ')}? ` : ''}the formats are ${Object.keys(REPORT_FORMATS).join(', ')}: --report junit=FILE,html=FILE`);
    }
    if (file === '') throw usage(`--report ${format} names no file`, `write --report ${format}=FILE, or ${format}=- for stdout`);
    return { format, file };
  });
  const onStdout = files.filter(({ file }) => file === '-');
  if (onStdout.length > 1) throw usage(`--report sends ${onStdout.map(({ format }) => format).join(' and ')} to stdout, which takes one`, 'name a file for all but one of them');
  if (onStdout.length > 0 && json) throw usage(`--json and --report ${onStdout[0]?.format ?? ''}=- both want stdout`, 'name a file for the report');
  const twice = files.find(({ file }, at) => file !== '-' && files.findIndex((other) => resolve(other.file) === resolve(file)) < at);
  if (twice !== undefined) throw usage(`--report names ${twice.file} twice`, 'each report wants a file of its own');
  return files;
}

const nameOf = (format: ReportFormat): string => `the ${format} report`;

/** What the system would say of it. */
const refused = (code: string): Error => Object.assign(new Error(code), { code });

/** That each can be written, as far as that is known before: its folder is there, and it is none itself. */
export async function checkReports(files: readonly ReportFile[]): Promise<void> {
  for (const { format, file } of files.filter((each) => each.file !== '-')) {
    const folder = dirname(resolve(file));
    const there = await stat(folder).catch((error: unknown) => {
      throw unwritable('usage', nameOf(format), file, error);
    });
    if (!there.isDirectory()) throw unwritable('usage', nameOf(format), file, refused('ENOTDIR'));
    const own = await stat(file).catch(() => undefined);
    if (own?.isDirectory() === true) throw unwritable('usage', nameOf(format), file, refused('EISDIR'), `name a file in it, for example ${format}=${file.replace(/\/+$/u, '')}/verify.${format === 'junit' ? 'xml' : format}`);
    // A new file is made beside it and takes its place; a device or a pipe is written to.
    await access(own === undefined || own.isFile() ? folder : file, constants.W_OK).catch((cause: unknown) => {
      throw unwritable('output-failed', nameOf(format), file, cause);
    });
  }
}

/** One file: a draft beside it, brought to disk, that takes its place at once, also through a link. What is no regular file is written to as it is. */
async function writeWhole(file: string, text: string): Promise<void> {
  const own = await stat(file).catch(() => undefined);
  if (own !== undefined && !own.isFile()) return writeFile(file, text);
  const place = own === undefined ? resolve(file) : await realpath(file);
  const draft = `${place}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(draft, 'wx', own === undefined ? 0o666 : own.mode & 0o777);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, place);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Writes them all; one that fails keeps none of the others from being written, and is `output-failed`. */
export async function writeReports(files: readonly ReportFile[], outcome: VerifyOutcome, stdout: (text: string) => void): Promise<void> {
  const written = await Promise.allSettled(files.map(async ({ format, file }) => {
    const text = REPORT_FORMATS[format](outcome);
    if (file === '-') stdout(text);
    else await writeWhole(file, text);
  }));
  const failed = files.flatMap(({ format, file }, at) => {
    const one = written[at];
    return one?.status === 'rejected' ? [unwritable('output-failed', nameOf(format), file, one.reason)] : [];
  });
  const [first] = failed;
  if (first !== undefined) throw new SsmlabError('output-failed', failed.map(({ message }) => message).join('; '), { cause: first.cause, hint: first.hint });
}
