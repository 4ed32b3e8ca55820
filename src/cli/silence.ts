/** One line of who does not answer, so that a long wait is not a mystery; also in a pipe and beside --json, since it is no part of the output. */
import { forLog } from './ci-log.js';
import type { Target } from '../lib/target/target.js';

const told = new Set<string>();

/** Once for each of them in the life of the process. In a raw terminal a line begins at its left edge only when told to. */
export const saySilence: NonNullable<Target['onSilence']> = ({ who, asked = '', proxy, afterMs }) => {
  if (told.has(who)) return;
  told.add(who);
  const line = `${who} has not answered${asked === '' ? '' : ` ${asked}`} for ${Math.round(afterMs / 1000)} s${proxy === undefined ? '' : ` (through the proxy ${proxy})`}; waiting, Ctrl-C ends it`;
  process.stderr.write(`${forLog(line)}${process.stdin.isRaw ? '\r' : ''}\n`);
};
