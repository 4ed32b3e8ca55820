/** What happens when stdout or stderr take no more: an end in words, never a stack. */
import type { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { SsmlabError } from '../lib/errors.js';
import { errorLines } from './present-error.js';
import { styleFor } from './style.js';
import { textWidth } from './terminal.js';

const WORDS: Readonly<Record<string, string>> = { ENOSPC: 'no space is left on the device', EIO: 'the device does not work', EDQUOT: 'the quota of the disk is used up', EFBIG: 'the file may not grow further' };

/** The error of an output that takes no more, in words. */
const outputFailed = (error: NodeJS.ErrnoException): SsmlabError =>
  new SsmlabError('output-failed', `the output cannot be written: ${WORDS[error.code ?? ''] ?? error.message}`, { cause: error });

/**
 * For a command that has to hear for itself that stdout takes no more: what runs on an instance is told first. The returned function throws
 * `output-failed` where it was not the reader who left (`| head`), once the errors of what was written up to now have come.
 */
export function keepOutputErrors(stream: EventEmitter): () => Promise<void> {
  let failed: NodeJS.ErrnoException | undefined;
  stream.off('error', onOutputError).on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') failed ??= error;
  });
  return async () => {
    // A file that is written to says so in the turn after.
    await turn();
    if (failed !== undefined) throw outputFailed(failed);
  };
}

/** For the `error` event of both streams. `ssmlab list | head -1` has what it wanted; anything else is told on stderr, where that is still there. */
export function onOutputError(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  const failed = outputFailed(error);
  process.stderr.removeAllListeners('error');
  process.stderr.on('error', () => undefined);
  process.stderr.write(`${errorLines(failed, styleFor(process.stderr), textWidth(process.stderr)).join('\n')}\n`);
  process.exit(failed.exit);
}
