/** One line of who does not answer, so that a long wait is not a mystery; also in a pipe and beside --json, since it is no part of the output. */
import { forLog } from './ci-log.js';
import type { Target } from '../lib/target/target.js';
import { sayBeside } from './terminal.js';

const told = new Set<string>();

/** Once for each of them in the life of the process. A raw terminal has a shell on it, whose own Ctrl-C goes to the far side. */
export const saySilence: NonNullable<Target['onSilence']> = ({ who, asked = '', proxy, afterMs }) => {
  if (told.has(who)) return;
  told.add(who);
  const line = `${who} has not answered${asked === '' ? '' : ` ${asked}`} for ${Math.round(afterMs / 1000)} s${proxy === undefined ? '' : ` (through the proxy ${proxy})`}; waiting${process.stdin.isRaw ? '' : ', Ctrl-C ends it'}`;
  sayBeside(forLog(line));
};
