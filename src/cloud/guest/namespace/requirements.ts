/** What a host must have for guests of real processes, besides the fabric's own needs. */
import { accessSync, constants } from 'node:fs';
import { SYSTEM_PATH } from './entrance.js';

/** Programs that sessions, files and the root's making use, and the package that most distributions have them in. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  bash: ['bash'],
  'util-linux': ['hostname', 'mount', 'nsenter', 'pivot_root', 'script', 'setpriv', 'setsid', 'umount', 'unshare'],
  coreutils: ['cat', 'chmod', 'chown', 'cp', 'dd', 'env', 'id', 'ln', 'mkdir', 'mkfifo', 'mv', 'readlink', 'realpath', 'rm', 'rmdir', 'sleep', 'stat', 'stty', 'touch', 'truncate', 'unlink'],
  findutils: ['xargs'],
};

export interface MissingProgram {
  readonly program: string;
  readonly packageName: string;
}

/** Those that are nowhere in `folders`; the default is where they are looked for. */
export function missingGuestPrograms(folders: readonly string[] = SYSTEM_PATH.split(':')): readonly MissingProgram[] {
  return Object.entries(PROGRAMS).flatMap(([packageName, programs]) => programs.filter((program) => !folders.some((folder) => executable(`${folder}/${program}`))).map((program) => ({ program, packageName })));
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
