/** Carries a user's file operations to the program inside the machine, one after the other; neighbours of one file together. */
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { GuestUser } from '../guest.js';
import type { FileOperation } from '../guest-files.js';
import { accountOf } from '../image/accounts.js';
import { decode, encode } from '../byte-text.js';
import type { UidMode } from './accounts.js';
import type { Entrance } from './entrance.js';
import { fileError, parseListing, parseStat } from './file-answers.js';
import { ARGUMENTS } from './files-script.js';
import { filesCommand } from './session-command.js';

interface Task {
  readonly operation: FileOperation;
  readonly args: readonly unknown[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What one pass of reading or writing carries: SFTP clients ask for 32 KiB, 64 of them at a time. */
const MOST_TOGETHER = 4 * 1024 * 1024;
/** A list of some hundred thousand names. */
const MOST_VALUE = 64 * 1024 * 1024;
/** For an operation on files in memory that does not get on. A guest's root can hold one up by what it mounts. */
const PATIENCE_MS = 60_000;
/** What goes to the program at once: a machine that is slow, but gets on, is not given up. */
const PIECE = 256 * 1024;
const IDLE_MS = 10_000;

interface Answer {
  readonly error: string;
  readonly value: string;
  readonly data: Buffer;
}

export interface FileWorkerParts {
  readonly entrance: Pick<Entrance, 'spawn'>;
  readonly uidMode: UidMode;
  readonly user: GuestUser;
}

export class FileWorker {
  readonly #parts: FileWorkerParts;
  readonly #queue: Task[] = [];
  #busy = false;
  #program: Program | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(parts: FileWorkerParts) {
    this.#parts = parts;
  }

  call(operation: FileOperation, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ operation, args, resolve, reject });
      if (!this.#busy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    clearTimeout(this.#idle);
    for (let task = this.#queue.shift(); task !== undefined; task = this.#queue.shift()) {
      const together = [task, ...this.#neighbours(task)];
      try {
        await this.#run(together);
      } catch (error) {
        for (const one of together) one.reject(error as Error);
      }
    }
    this.#busy = false;
    this.#idle = setTimeout(() => this.#end(), IDLE_MS).unref();
  }

  #end(): void {
    this.#program?.end();
    this.#program = undefined;
  }

  /** What follows in the queue and reads or writes where the task ends. */
  #neighbours(task: Task): Task[] {
    const found: Task[] = [];
    if (task.operation !== 'read' && task.operation !== 'write') return found;
    let size = lengthOf(task);
    for (let next = this.#queue[0]; next !== undefined && next.operation === task.operation && next.args[0] === task.args[0] && Number(next.args[1]) === Number(task.args[1]) + size && size + lengthOf(next) <= MOST_TOGETHER; next = this.#queue[0]) {
      found.push(next);
      this.#queue.shift();
      size += lengthOf(next);
    }
    return found;
  }

  async #run(together: readonly Task[]): Promise<void> {
    const [task] = together;
    if (task === undefined) return;
    const { operation, args } = task;
    const length = together.reduce((sum, one) => sum + lengthOf(one), 0);
    const data = operation === 'write' ? together.map((one) => one.args[2] as Uint8Array) : [];
    const answer = await this.#ask(operation, this.#fields(operation, args, length), data, operation === 'read' ? length : 0);
    if (answer.error !== '') throw fileError(answer.error, String(args[0]));
    if (operation === 'read') {
      let at = 0;
      for (const one of together) {
        one.resolve(answer.data.subarray(at, at + lengthOf(one)));
        at += lengthOf(one);
      }
      return;
    }
    const value = operation === 'stat' ? parseStat(answer.value) : operation === 'list' ? parseListing(answer.value) : decode(Buffer.from(answer.value, 'latin1'));
    for (const one of together) one.resolve(value);
  }

  #fields(operation: FileOperation, args: readonly unknown[], length: number): readonly string[] {
    // Relative paths are relative to the user's home, as in SFTP; a link's target is what it is.
    const { home } = accountOf(this.#parts.user);
    const path = (value: unknown): string => (String(value).startsWith('/') ? String(value) : `${home}/${String(value)}`);
    if (operation === 'symlink') return [String(args[0]), path(args[1])];
    if (operation === 'rename') return [path(args[0]), path(args[1])];
    if (operation === 'stat') return [path(args[0]), args[1] === false ? '0' : '1'];
    const numbers = args.slice(1, ARGUMENTS[operation]).map((value) => String(Math.max(Math.trunc(Number(value)) || 0, 0)));
    return operation === 'read' || operation === 'write' ? [path(args[0]), numbers[0] ?? '0', String(length)] : [path(args[0]), ...numbers];
  }

  async #ask(operation: FileOperation, fields: readonly string[], data: readonly Uint8Array[], most: number): Promise<Answer> {
    const words = [operation, ...fields].map((field) => encode(field));
    if (words.some((word) => word.includes(0))) throw fileError('Invalid argument', fields[0] ?? '');
    if (this.#program?.ended ?? true) this.#program = new Program(this.#parts);
    const program = this.#program;
    if (program === undefined) throw new Error('unreachable');
    try {
      return await program.ask(Buffer.concat([...words.flatMap((word) => [word, Buffer.of(0)]), ...data]), most);
    } catch (error) {
      this.#end();
      throw error;
    }
  }
}

function lengthOf({ operation, args }: Task): number {
  if (operation === 'read') return Math.max(Math.trunc(Number(args[2])) || 0, 0);
  return operation === 'write' ? (args[2] as Uint8Array).length : 0;
}

/** The program's process. What it says is a guest's word: bounded in size and time, and never a path that is followed here. */
class Program {
  readonly #child: ChildProcess;
  readonly #stdin: Writable;
  #said = Buffer.alloc(0);
  readonly #data: Buffer[] = [];
  #received = 0;
  #most = 0;
  #waiting: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | undefined;
  #untold: Buffer = Buffer.alloc(0);
  #patience: NodeJS.Timeout | undefined;
  ended = false;

  constructor({ entrance, uidMode, user }: FileWorkerParts) {
    this.#child = entrance.spawn({ argv: filesCommand(accountOf(user), uidMode), stdio: ['pipe', 'pipe', 'ignore', 'pipe'] });
    const [stdin, stdout, , answers] = this.#child.stdio as unknown as [Writable, Readable, null, Readable];
    this.#stdin = stdin;
    stdin.on('error', () => undefined);
    stdout.on('error', () => undefined);
    answers.on('error', () => undefined);
    stdout.on('data', (chunk: Buffer) => {
      this.#data.push(chunk);
      this.#received += chunk.length;
      this.#gotOn();
      this.#settle();
    });
    const pieces: Buffer[] = [];
    let size = 0;
    answers.on('data', (chunk: Buffer) => {
      pieces.push(chunk);
      size += chunk.length;
      // It speaks when it is asked, and comes to an end.
      if (this.#waiting === undefined || size > MOST_VALUE) return this.#fail();
      if (!chunk.includes(0)) return undefined;
      this.#said = Buffer.concat([this.#said, ...pieces.splice(0)]);
      size = 0;
      return this.#settle();
    });
    this.#child.once('error', () => this.#fail());
    this.#child.once('exit', () => this.#fail());
    // What waits for an answer holds the region up, not the program.
    this.#child.unref();
  }

  async ask(bytes: Buffer, most: number): Promise<Answer> {
    if (this.ended) throw gone();
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    this.#most = most;
    this.#gotOn();
    this.#tell(bytes);
    try {
      return await answer;
    } finally {
      clearTimeout(this.#patience);
    }
  }

  #tell(bytes: Buffer): void {
    this.#untold = bytes.subarray(PIECE);
    this.#stdin.write(bytes.subarray(0, PIECE), (error) => {
      if (error != null || this.ended) return;
      this.#gotOn();
      if (this.#untold.length > 0) this.#tell(this.#untold);
    });
  }

  #gotOn(): void {
    clearTimeout(this.#patience);
    if (this.#waiting === undefined) return;
    this.#patience = setTimeout(() => {
      // When it was the region that stood still, what the program did meanwhile is heard first.
      const late = this.#patience;
      setImmediate(() => {
        if (late === this.#patience && this.#waiting !== undefined) this.#fail(stuck());
      });
    }, PATIENCE_MS);
  }

  #settle(): void {
    const early = this.#untold.length > 0 && this.#said.length > 0;
    if (early || this.#received > this.#most || this.#said.length > MOST_VALUE) {
      this.#fail();
      return;
    }
    const first = this.#said.indexOf(0);
    const second = first < 0 ? -1 : this.#said.indexOf(0, first + 1);
    const third = second < 0 ? -1 : this.#said.indexOf(0, second + 1);
    if (third < 0 || this.#waiting === undefined) return;
    const count = Number(this.#said.toString('latin1', first + 1, second));
    // The answer may overtake its bytes, which come by another pipe.
    if (count !== this.#received) {
      if (!(count > this.#received)) this.#fail();
      return;
    }
    const answer: Answer = { error: this.#said.toString('utf8', 0, first), value: this.#said.toString('latin1', second + 1, third), data: Buffer.concat(this.#data.splice(0)) };
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    this.#said = this.#said.subarray(third + 1);
    this.#received = 0;
    this.#most = 0;
    resolve(answer);
  }

  #fail(error = gone()): void {
    this.ended = true;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    this.end();
  }

  end(): void {
    this.ended = true;
    this.#stdin.destroy();
    this.#child.kill('SIGKILL');
  }
}

const gone = (): Error => Object.assign(new Error('EIO: the instance went down'), { code: 'EIO' });
const stuck = (): Error => Object.assign(new Error(`EIO: the instance's program for files did not get on within ${PATIENCE_MS / 1000} s`), { code: 'EIO' });
