/** Where ssmlab keeps what outlives a command: the local cloud's state, and the keys and host keys of labs. */
import { lstat, mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { SsmlabError } from '../../errors.js';

/**
 * The state folder: `SSMLAB_HOME`, else `XDG_STATE_HOME/ssmlab`, else `~/.local/state/ssmlab` (XDG Base Directory
 * Specification). A relative path in a variable is refused: it would mean another folder in every directory.
 */
export function stateHome(environment: NodeJS.ProcessEnv = process.env): string {
  for (const [name, below] of [['SSMLAB_HOME', ''], ['XDG_STATE_HOME', 'ssmlab']] as const) {
    const value = environment[name];
    if (value === undefined || value === '') continue;
    if (!isAbsolute(value)) throw new SsmlabError('state-unsafe', `${name} is not an absolute path: "${value}"`);
    return join(value, below);
  }
  return join(homedir(), '.local', 'state', 'ssmlab');
}

/** Folder of the local cloud's own state. */
export const cloudFolder = (home: string): string => join(home, 'cloud');

/**
 * The folder and those above it that are missing. Not by Node's `recursive`: where a folder that is there answers ENOENT,
 * as /proc does, that tries for ever.
 */
async function makeFolders(folder: string): Promise<void> {
  const missing: string[] = [];
  let above = folder;
  while ((await stat(above).catch(() => undefined)) === undefined && dirname(above) !== above) {
    missing.unshift(above);
    above = dirname(above);
  }
  for (const each of missing) {
    await mkdir(each, 0o700).catch((error: NodeJS.ErrnoException) => {
      // Another process may have made it at the same moment.
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Makes the folder (0700) where it is missing, and refuses one that others could have prepared or can read. */
export async function ensureSafeFolder(folder: string): Promise<void> {
  try {
    await makeFolders(folder);
  } catch (error) {
    throw new SsmlabError('state-unsafe', `the state folder ${folder} cannot be made: ${(error as Error).message}`, { cause: error });
  }
  const found = await lstat(folder);
  const refuse = (what: string, hint?: string) => new SsmlabError('state-unsafe', `the state folder ${folder} ${what}`, { hint });
  if (found.isSymbolicLink()) throw refuse('is a symbolic link');
  if (!found.isDirectory()) throw refuse('is not a folder');
  if (process.getuid !== undefined) {
    if (found.uid !== process.getuid()) throw refuse(`belongs to uid ${found.uid}, not to you (uid ${process.getuid()})`);
    const mode = found.mode & 0o777;
    if ((mode & 0o077) !== 0) throw refuse(`has mode 0${mode.toString(8)}; others may look in`, `run \`chmod 700 ${folder}\``);
  }
}
