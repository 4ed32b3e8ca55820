/** The keys of a pager, as less(1) has them: what each is called, and how they come from the terminal. */
import { openPath } from '../system/open.js';
import type { OpenFile } from '../system/open-file.js';
import type { Process } from '../system/process.js';
import { ESCAPE } from './pager-text.js';

export const HELP = `SUMMARY OF COMMANDS

  h                     this help; q ends it
  q  Q  :q  ZZ          leave
  e  j  ENTER  DOWN     forward one line (or N lines)
  y  k  UP              back one line (or N lines)
  SPACE  f  ^F  PGDN    forward one window
  b  ^B  PGUP           back one window
  d  ^D   u  ^U         forward, back half a window
  g  <  HOME            first line (or line N)
  G  >  END             last line (or line N)
  p  %                  N percent into the file
  /PATTERN  ?PATTERN    search forward, backward
  n  N                  search on, search the other way
  :n  :p                next file, previous file
  -S  -N  -i            turn chopping, line numbers, case on or off
  =  ^G                 where this is
  r  ^L                 paint the screen anew`.split('\n');

/** What else keys are called on a keyboard. */
const SAME: Readonly<Record<string, string>> = {
  '\n': 'j', '\r': 'j', e: 'j', '\x05': 'j', '\x0e': 'j', '\x1b[B': 'j', '\x1bOB': 'j', y: 'k', '\x19': 'k', '\x10': 'k', '\x0b': 'k', '\x1b[A': 'k', '\x1bOA': 'k', ' ': 'f', '\x06': 'f', '\x16': 'f', '\x1b[6~': 'f',
  '\x02': 'b', '\x1bv': 'b', '\x1b[5~': 'b', '\x04': 'd', '\x15': 'u', '<': 'g', '\x1b<': 'g', '\x1b[H': 'g', '\x1bOH': 'g', '\x1b[1~': 'g', '>': 'G', '\x1b>': 'G', '\x1b[F': 'G', '\x1bOF': 'G', '\x1b[4~': 'G', '%': 'p', Q: 'q',
  '\x07': '=', '\x0c': 'r', '\x12': 'r', R: 'r', H: 'h',
};

/** The command that a key gives. */
export const commandOf = (key: string): string => SAME[key] ?? key;

/** A key as the terminal sends it, and an escape sequence that is not whole yet. */
const SEQUENCE = new RegExp(`^(?:${ESCAPE}(?:\\[[0-9;]*[~A-Za-z]|O[A-Za-z]|[v<>])|[\\s\\S])`, 'u');
const BEGUN = new RegExp(`^${ESCAPE}(?:\\[[0-9;]*|O)?$`, 'u');
/** How long the rest of an escape sequence may take. */
const ESCAPE_MS = 50;

/** What is to be seen while a key is waited for. */
export interface Shown {
  paint(): Promise<void>;
  /** True when the screen is not full and more text came in. */
  grow(): boolean;
  /** Resolves when more text may have come in; undefined when the screen wants none. */
  growable(): Promise<unknown> | undefined;
}

export class PagerKeys {
  readonly #process: Process;
  readonly #terminal: OpenFile;
  readonly #decoder = new TextDecoder();
  #typed = '';

  constructor(process: Process) {
    this.#process = process;
    this.#terminal = openPath(process, '/dev/tty', { read: true });
  }

  /** Keys as if they were typed. */
  type(keys: string): void {
    this.#typed += keys;
  }

  /** The next key, or its whole sequence; `q` when the terminal is gone. */
  async next(shown?: Shown): Promise<string> {
    for (let stale = shown !== undefined; ; ) {
      const sequence = SEQUENCE.exec(this.#typed)?.[0];
      if (sequence !== undefined) {
        if (await this.#continues()) continue;
        this.#typed = this.#typed.slice(sequence.length);
        return sequence;
      }
      const turn = this.#process.breathe();
      if (turn !== undefined) await turn;
      if (this.#process.mustStopFor(this.#terminal)) continue;
      if (shown?.grow() === true) {
        stale = true;
        continue;
      }
      if (stale) await shown?.paint();
      stale = false;
      // One at a time: what is typed behind q is for the shell.
      const typed = this.#terminal.take(1);
      if (typed === undefined) {
        const more = shown?.growable();
        await this.#process.wait(more === undefined ? this.#terminal.readable() : Promise.race([this.#terminal.readable(), more]));
      } else if (typed.length === 0) return 'q';
      else this.#typed += this.#decoder.decode(typed, { stream: true });
    }
  }

  /** True when an escape sequence had begun, and the rest of it came. Escape itself is a key, too. */
  async #continues(): Promise<boolean> {
    if (!BEGUN.test(this.#typed)) return false;
    await Promise.race([this.#process.wait(this.#terminal.readable()), this.#process.sleep(ESCAPE_MS)]);
    const typed = this.#terminal.take(1);
    if (typed === undefined || typed.length === 0) return false;
    this.#typed += this.#decoder.decode(typed, { stream: true });
    return true;
  }
}
