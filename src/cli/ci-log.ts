/**
 * The log of GitHub Actions is also its input: a line that begins with `::` (after white space, too), and `##[…]` anywhere in one, are
 * commands to the runner (actions/runner, ActionCommand). Nobody's words but ours may be that: a backslash is put in between.
 */
import { fstatSync, readFileSync, readlinkSync } from 'node:fs';
import { Writable } from 'node:stream';

/** Whether a runner reads along. */
export const inGithubActions = (environment: NodeJS.ProcessEnv = process.env): boolean => environment['GITHUB_ACTIONS'] === 'true';

// What .NET takes for white space, as bytes of UTF-8; lines end at CR or LF, and a reader drops a byte order mark.
const BLANK = String.raw`(?:[\t\v\f ]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80|\xef\xbb\xbf)*`;
const COMMAND = new RegExp(`(^|[\\r\\n])(${BLANK})::`, 'gu');
/** What may yet become one: a colon, or the first bytes of a blank, where a line has only begun; number signs anywhere. */
const BEGUN = new RegExp(`(?:(?<=(?:^|[\\r\\n])${BLANK})(?::|\\xc2|\\xe1\\x9a?|\\xe2[\\x80\\x81]?|\\xe3\\x80?|\\xef\\xbb?)|##?)$`, 'u');
const ONLY_BEGUN = new RegExp(`(?:^|[\\r\\n])${BLANK}$`, 'u');

const broken = (bytes: string): string => bytes.replace(COMMAND, String.raw`$1$2\::`).replaceAll('##[', String.raw`##\[`);

/** Lines of ours with others' words in them, as they may stand in the log; as they are where no runner reads along. */
export function forLog(text: string, environment: NodeJS.ProcessEnv = process.env): string {
  return inGithubActions(environment) ? Buffer.from(broken(Buffer.from(text).toString('latin1')), 'latin1').toString() : text;
}

/** The same of JSON, whose lines begin with no colon: the value stays what it was. */
export const jsonForLog = (json: string, environment: NodeJS.ProcessEnv = process.env): string => (inGithubActions(environment) ? json.replaceAll('##[', String.raw`##\u005b`) : json);

/** A stream of bytes, changed only where the runner would obey. What may still become a command is held back until it is known. */
export class LogFilter extends Writable {
  readonly #target: Writable;
  #held = '';
  /** True where only white space stands in the line so far. */
  #begun = true;

  constructor(target: Writable) {
    super();
    this.#target = target;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // A letter before it: the text does not begin a line.
    const sentinel = this.#begun ? '' : 'x';
    const text = sentinel + this.#held + chunk.toString('latin1');
    this.#held = BEGUN.exec(text)?.[0] ?? '';
    const ready = text.slice(0, text.length - this.#held.length);
    this.#begun = ONLY_BEGUN.test(ready);
    const bytes = Buffer.from(broken(ready).slice(sentinel.length), 'latin1');
    if (bytes.length === 0) done();
    else this.#target.write(bytes, done);
  }

  /** Nothing more comes: what was held back is what it is. */
  override _final(done: (error?: Error | null) => void): void {
    if (this.#held === '') done();
    else this.#target.write(Buffer.from(this.#held, 'latin1'), done);
  }

  /** Ends it, and resolves when everything was passed on, or nobody takes it any more. The stream behind it stays open. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      if (this.destroyed) resolve();
      else this.on('close', resolve).on('error', () => undefined).end();
    });
  }
}

interface Ancestor {
  readonly pid: number;
  readonly parent: number;
}

/** From `/proc`; undefined where it cannot be read, or where the process is not of the step. */
function ofStep(pid: number): Ancestor | undefined {
  try {
    if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes('GITHUB_ACTIONS=true')) return undefined;
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return { pid, parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) };
  } catch {
    return undefined;
  }
}

/** The outermost process of the step: the runner made it, and reads what it was given. */
function stepOf(pid: number, parent: number): number {
  let outermost = pid;
  for (let next = ofStep(parent); next !== undefined; next = ofStep(next.parent)) outermost = next.pid;
  return outermost;
}

/**
 * Whether a stream of this process goes where the runner reads: it is then the one that the step began with. Data in a pipe or a file of
 * the user's own is to stay what it is, byte for byte. Where that cannot be told (no `/proc`), all but a file is taken for the log.
 */
export function isLog(fd: 1 | 2, environment: NodeJS.ProcessEnv = process.env): boolean {
  if (!inGithubActions(environment)) return false;
  try {
    if (fstatSync(fd).isFile()) return false;
    const own = readlinkSync(`/proc/self/fd/${fd}`);
    const step = stepOf(process.pid, process.ppid);
    return [1, 2].some((each) => readlinkSync(`/proc/${step}/fd/${each}`) === own);
  } catch {
    return true;
  }
}

/** The streams for what a command on an instance prints, and what is to be done when it has ended. */
export function outputsForLog(environment: NodeJS.ProcessEnv = process.env): { readonly stdout: Writable; readonly stderr: Writable; readonly flush: () => Promise<void> } {
  const filters: LogFilter[] = [];
  const through = (stream: Writable, fd: 1 | 2): Writable => {
    if (!isLog(fd, environment)) return stream;
    const filter = new LogFilter(stream);
    filters.push(filter);
    return filter;
  };
  const [stdout, stderr] = [through(process.stdout, 1), through(process.stderr, 2)];
  return { stdout, stderr, flush: async () => void (await Promise.all(filters.map((filter) => filter.flush()))) };
}
