/** The file of expectations itself: read whole, and written only where nothing is, unless that is asked for. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { SsmlabError } from '../../errors.js';
import type { ExpectationFile } from './language.js';

const unusable = (error: unknown, doing: string, file: string): SsmlabError => {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const why = { EISDIR: 'it is a folder', ENOENT: doing === 'read' ? 'it is not there' : 'its folder is not there', EACCES: 'not allowed' }[code] ?? code;
  return new SsmlabError('expectations-unusable', `${file} cannot be ${doing}: ${why}`, { cause: error, hint: doing === 'read' ? 'name another file with --expect; `ssmlab expect init` writes one' : 'name another file with --output' });
};

const isThere = (file: string): SsmlabError => new SsmlabError('expectations-unusable', `${file} is there already`, { hint: 'name another file with --output, or pass --force to write over it' });

/** `expectations-unusable` where it cannot be read, `expectations-invalid` where it says what nobody understands. */
export async function readExpectationsFile(file: string): Promise<ExpectationFile> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unusable(error, 'read', file);
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
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? isThere(file) : unusable(error, 'written', file);
  }
}
