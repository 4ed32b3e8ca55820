/** The style of this process: colours by chalk where the terminal wants them, plain symbols where it cannot show others. */
import { Chalk } from 'chalk';
import { plainStyle, type Style } from '../lib/report/style.js';
import { wantsColour, wantsUnicode } from './terminal.js';

/** Style for a stream of this process. */
export function styleFor(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv = process.env): Style {
  const looks = { isTty: stream.isTTY === true, environment };
  const plain = plainStyle(wantsUnicode(looks));
  if (!wantsColour(looks)) return plain;
  const chalk = new Chalk({ level: 1 });
  return {
    ...plain,
    good: (text) => chalk.green(text),
    bad: (text) => chalk.red(text),
    doubt: (text) => chalk.yellow(text),
    dim: (text) => chalk.dim(text),
    strong: (text) => chalk.bold(text),
  };
}
