/** What a command gets: arguments, buffered output, inputs as bytes or lines, and the errors that end it. */
import { SystemError } from '../system/errors.js';
import { openPath } from '../system/open.js';
import type { OpenFile } from '../system/open-file.js';
import type { Process } from '../system/process.js';
import type { Program } from '../system/program.js';
import { decode, encode } from '../../byte-text.js';

export type Command = (call: Call) => Promise<number> | number;

/** Wrong usage: the text goes to stderr behind the command's name, the status ends it. */
export class UsageError extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

export interface Options {
  has(letter: string): boolean;
  value(letter: string): string | undefined;
  all(letter: string): readonly string[];
  readonly operands: readonly string[];
}

/** Buffered output is flushed at this size, and whenever the command waits for input. */
const BUFFER = 16_384;

export class Call {
  readonly process: Process;
  readonly name: string;
  readonly args: readonly string[];
  private pending: (string | Uint8Array)[] = [];
  private size = 0;

  constructor(process: Process) {
    this.process = process;
    this.name = process.argv[0]?.split('/').at(-1) ?? '';
    this.args = process.argv.slice(1);
  }

  env(name: string): string | undefined {
    return this.process.environment.get(name);
  }

  /** Undefined while there is room; otherwise to be awaited. */
  out(data: string | Uint8Array): Promise<void> | undefined {
    this.pending.push(data);
    this.size += data.length;
    return this.size < BUFFER ? undefined : this.flush();
  }

  async line(text: string): Promise<void> {
    const full = this.out(`${text}\n`);
    if (full !== undefined) await full;
  }

  async flush(): Promise<void> {
    if (this.pending.length === 0) return;
    const { pending } = this;
    this.pending = [];
    this.size = 0;
    await this.process.write(1, pending.every((piece) => typeof piece === 'string') ? pending.join('') : Buffer.concat(pending.map((piece) => (typeof piece === 'string' ? encode(piece) : piece))));
  }

  async err(text: string): Promise<void> {
    await this.flush();
    await this.process.write(2, text);
  }

  /** `name: text` on stderr. */
  async complain(text: string): Promise<void> {
    await this.err(`${this.name}: ${text}\n`);
  }

  async fail(text: string, status = 1): Promise<number> {
    await this.complain(text);
    return status;
  }

  /** getopt_long(3): letters with `:` take a value; long names map to letters; operands may stand between. */
  options(letters: string, long: Readonly<Record<string, string>> = {}, settings: { readonly status?: number; readonly permute?: boolean } = {}): Options {
    const found: [string, string][] = [];
    const operands: string[] = [];
    const wrong = (text: string): never => {
      throw new UsageError(`${text}\nTry '${this.name} --help' for more information.`, settings.status ?? 1);
    };
    for (let at = 0; at < this.args.length; at += 1) {
      const argument = this.args[at] ?? '';
      if (argument === '--') {
        operands.push(...this.args.slice(at + 1));
        break;
      }
      if (argument === '-' || !argument.startsWith('-')) {
        operands.push(argument);
        if (settings.permute === false) {
          operands.push(...this.args.slice(at + 1));
          break;
        }
        continue;
      }
      if (argument.startsWith('--')) {
        const [name, given] = splitOnce(argument.slice(2));
        const letter = long[name];
        if (letter === undefined) return wrong(`unrecognized option '${argument}'`);
        if (takesValue(letters, letter) && given === undefined) at += 1;
        const value = given ?? (takesValue(letters, letter) ? this.args[at] : '');
        if (value === undefined) return wrong(`option '--${name}' requires an argument`);
        found.push([letter, value]);
        continue;
      }
      for (let place = 1; place < argument.length; place += 1) {
        const letter = argument[place] ?? '';
        if (!letters.includes(letter) || letter === ':') return wrong(`invalid option -- '${letter}'`);
        if (!takesValue(letters, letter)) {
          found.push([letter, '']);
          continue;
        }
        const rest = argument.slice(place + 1);
        if (rest === '') at += 1;
        const value = rest === '' ? this.args[at] : rest;
        if (value === undefined) return wrong(`option requires an argument -- '${letter}'`);
        found.push([letter, value]);
        break;
      }
    }
    return {
      has: (letter) => found.some(([one]) => one === letter),
      value: (letter) => found.findLast(([one]) => one === letter)?.[1],
      all: (letter) => found.filter(([one]) => one === letter).map(([, value]) => value),
      operands,
    };
  }

  /** `-` is standard input. */
  open(path: string): OpenFile {
    const file = path === '-' ? this.process.file(0) : openPath(this.process, path, { read: true });
    if (file.kind === 'directory') throw new SystemError('EISDIR', path);
    return file;
  }

  async *chunks(file: OpenFile): AsyncGenerator<Uint8Array> {
    // Held by a descriptor, so that it is let go when the process ends, however it ends.
    let descriptor = 64;
    while (this.process.files.has(descriptor)) descriptor += 1;
    this.process.setFile(descriptor, file);
    try {
      for (;;) {
        const turn = this.process.breathe();
        if (turn !== undefined) await turn;
        if (this.process.mustStopFor(file)) continue;
        const data = file.take(65536);
        if (data === undefined) {
          // Asked for before the flush: what comes meanwhile must not be missed.
          const ready = file.readable();
          await this.flush();
          await this.process.wait(ready);
        } else if (data.length === 0) return;
        else yield data;
      }
    } finally {
      if (this.process.ended === undefined) this.process.closeFile(descriptor);
    }
  }

  /** Lines without their ends; `terminated` is false for a last line without newline. */
  async *lines(file: OpenFile, separator = 10): AsyncGenerator<{ readonly text: string; readonly terminated: boolean }> {
    let rest: Uint8Array[] = [];
    let held = 0;
    for await (const chunk of this.chunks(file)) {
      let start = 0;
      for (let end = chunk.indexOf(separator); end >= 0; end = chunk.indexOf(separator, start)) {
        const piece = chunk.subarray(start, end);
        yield { text: decode(rest.length === 0 ? piece : Buffer.concat([...rest, piece])), terminated: true };
        rest = [];
        held = 0;
        start = end + 1;
      }
      if (start < chunk.length) {
        rest.push(chunk.slice(start));
        held += chunk.length - start;
        this.process.kernel.memory.text(held);
      } else held = 0;
    }
    if (rest.length > 0) yield { text: decode(Buffer.concat(rest)), terminated: false };
  }

  async whole(file: OpenFile): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of this.chunks(file)) {
      parts.push(chunk);
      size += chunk.length;
      this.process.kernel.memory.buffered(size);
    }
    return Buffer.concat(parts);
  }

  /** Runs `body` for each operand (or standard input); a file that cannot be read is told and counts as status 1. */
  async eachInput(operands: readonly string[], body: (file: OpenFile, path: string) => Promise<void>, status = 1): Promise<number> {
    let result = 0;
    for (const path of operands.length === 0 ? ['-'] : operands) {
      try {
        await body(this.open(path), path);
      } catch (error) {
        if (!(error instanceof SystemError) || error.code === 'EPIPE') throw error;
        await this.complain(`${path}: ${error.message}`);
        result = status;
      }
    }
    return result;
  }
}

function splitOnce(text: string): [string, string | undefined] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

function takesValue(letters: string, letter: string): boolean {
  return letters[letters.indexOf(letter) + 1] === ':';
}

/** A command as a program: flushes at the end, turns the usual failures into messages. */
export function program(command: Command): Program {
  return async (process) => {
    const call = new Call(process);
    try {
      const status = await command(call);
      await call.flush();
      return status;
    } catch (error) {
      if (error instanceof UsageError) {
        await call.complain(error.message);
        return error.status;
      }
      if (error instanceof SystemError) {
        // A reader that went away: with SIGPIPE ignored, the write error is told.
        await process.write(2, `${call.name}: ${error.path === undefined ? '' : `${error.path}: `}${error.message}\n`).catch(() => undefined);
        return 1;
      }
      throw error;
    }
  };
}
