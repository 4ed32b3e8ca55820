/** What happens when stdout or stderr take no more: an end in words, never a stack. */
import { SsmlabError } from '../lib/errors.js';
import { errorLines } from './present-error.js';
import { styleFor } from './style.js';
import { textWidth } from './terminal.js';

const WORDS: Readonly<Record<string, string>> = { ENOSPC: 'no space is left on the device', EIO: 'the device does not work', EDQUOT: 'the quota of the disk is used up', EFBIG: 'the file may not grow further' };

/** For the `error` event of both streams. `ssmlab list | head -1` has what it wanted; anything else is told on stderr, where that is still there. */
export function onOutputError(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  const failed = new SsmlabError('output-failed', `the output cannot be written: ${WORDS[error.code ?? ''] ?? error.message}`, { cause: error });
  process.stderr.removeAllListeners('error');
  process.stderr.on('error', () => undefined);
  process.stderr.write(`${errorLines(failed, styleFor(process.stderr), textWidth(process.stderr)).join('\n')}\n`);
  process.exit(failed.exit);
}
