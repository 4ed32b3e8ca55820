/** A file that cannot be written, in one form for all of them: what, which, why, and what to do about it. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type ErrorCode, SsmlabError } from './errors.js';
import { shellQuote } from './report/shell-quote.js';

const ELSEWHERE = 'name a file somewhere else';

/** Why, by the code of a failed write, and the next step. A folder stands as the user wrote it. */
function reasonOf(file: string, error: { readonly code?: string | undefined; readonly message?: string | undefined }): readonly [string, string] {
  const folder = dirname(file);
  switch (error.code) {
    case 'ENOENT':
      // `/proc` answers so where it is asked for a new file.
      return existsSync(dirname(resolve(file))) ? [`its folder ${folder} takes no new file`, ELSEWHERE] : [`its folder ${folder} is not there`, `make it first: \`mkdir -p ${shellQuote(folder)}\``];
    case 'ENOTDIR':
      return [`${folder} is no folder`, 'name a file in a folder that is there'];
    case 'EISDIR':
      return ['it is a folder', 'name a file in it'];
    case 'EACCES':
    case 'EPERM':
      return ['it is not permitted', `name a file where you may write; \`ls -ld ${shellQuote(folder)}\` says who may there`];
    case 'EROFS':
      return ['what it lies on can only be read', ELSEWHERE];
    case 'ENOSPC':
    case 'EDQUOT':
      return [error.code === 'ENOSPC' ? 'no space is left on the device' : 'the quota of the disk is used up', `make room there, or ${ELSEWHERE}`];
    case 'ENAMETOOLONG':
      return ['its name is too long', 'choose a shorter one'];
    default:
      return [error.message ?? error.code ?? 'nobody says why', ELSEWHERE];
  }
}

/** `the snapshot a/b.json cannot be written: its folder a is not there`, as an error of `code`; `hint` in place of the one that belongs to the reason. */
export function unwritable(code: ErrorCode, what: string, file: string, error: unknown, hint?: string): SsmlabError {
  const [why, next] = reasonOf(file, error instanceof Error ? error : { message: String(error) });
  return new SsmlabError(code, `${what} ${file} cannot be written: ${why}`, { cause: error, hint: hint ?? next });
}
