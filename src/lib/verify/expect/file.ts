/** The file of expectations itself: read whole, and written only where nothing is, unless that is asked for. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { SsmlabError } from '../../errors.js';
import { unwritable } from '../../unwritable.js';
import type { ExpectationFile } from './language.js';

const unreadable = (error: unknown, file: string): SsmlabError => {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const why = { EISDIR: 'it is a folder', ENOENT: 'it is not there', EACCES: 'it is not permitted' }[code] ?? code;
  return new SsmlabError('expectations-unusable', `${file} cannot be read: ${why}`, { cause: error, hint: 'name another file with --expect; `ssmlab expect init` writes one' });
};

const isThere = (file: string): SsmlabError => new SsmlabError('expectations-unusable', `${file} is there already`, { hint: 'name another file with --output, or pass --force to write over it' });

/** `expectations-unusable` where it cannot be read, `expectations-invalid` where it says what nobody understands. */
export async function readExpectationsFile(file: string): Promise<ExpectationFile> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(error, file);
  });
  // The parser of YAML is loaded by those who have a file to be read.
  const { readExpectations } = await import('./read.js');
  return readExpectations(text, file);
}

/** Says so before anything is asked. */
export async function refuseToOverwrite(file: string, force: boolean): Promise<void> {
  if (!force && (await stat(file).catch(() => undefined)) !== undefined) throw isThere(file);
}

export async function writeExpectationsFile(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? isThere(file) : unwritable('expectations-unusable', 'the file of expectations', file, error);
  }
}
