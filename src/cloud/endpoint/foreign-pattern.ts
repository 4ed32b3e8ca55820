/** Regular expressions that a request brings: one that backtracks for ever must not stop the region. */
import { createContext, runInContext } from 'node:vm';

const TIMEOUT_MS = 250;
/** The clock of the cut-off runs on while a busy machine runs something else, so that it is asked for the work that was done as well. */
const WORK_MS = 100;
const TRIES = 8;

/** The expression was cut off; whoever asked says so in the words of its service. */
export class PatternTooSlow extends Error {}

/** Throws when the time is over. */
function testedInTime(expression: RegExp, text: string): boolean {
  return runInContext('expression.test(text)', createContext({ expression, text }), { timeout: TIMEOUT_MS }) === true;
}

/** Whether it finds something in the text. Throws {@link PatternTooSlow}. `tested` is another way to test, of which an error says that the time is over. */
export function testForeignPattern(expression: RegExp, text: string, tested: (expression: RegExp, text: string) => boolean = testedInTime): boolean {
  // Over all tries: on a busy machine none of them may get that much work done, and each of them holds the region up.
  const before = process.cpuUsage();
  for (let tries = 1; ; tries++) {
    try {
      return tested(expression, text);
    } catch {
      const { user, system } = process.cpuUsage(before);
      if ((user + system) / 1000 >= WORK_MS || tries === TRIES) throw new PatternTooSlow(`cut off: ${expression.source}`);
    }
  }
}
