/** A process of the guest: descriptors, signals, waiting, end. Its code is an async function that the kernel runs. */
import { Interrupted, Killed, SystemError } from './errors.js';
import type { Credentials } from './inode.js';
import type { OpenFile } from './open-file.js';
import type { Kernel } from './kernel.js';
import type { Tty } from './tty.js';
import { encode } from './text.js';

export interface Ended {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

export type Disposition = 'ignore' | (() => void);

/** Signals whose default action is to do nothing here (there is no job control). */
const HARMLESS = new Set(['CHLD', 'WINCH', 'CONT', 'URG', 'TSTP', 'TTIN', 'TTOU', 'STOP']);

export const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  HUP: 1, INT: 2, QUIT: 3, ILL: 4, TRAP: 5, ABRT: 6, BUS: 7, FPE: 8, KILL: 9, USR1: 10, SEGV: 11, USR2: 12, PIPE: 13, ALRM: 14, TERM: 15,
  STKFLT: 16, CHLD: 17, CONT: 18, STOP: 19, TSTP: 20, TTIN: 21, TTOU: 22, URG: 23, XCPU: 24, XFSZ: 25, VTALRM: 26, PROF: 27, WINCH: 28, IO: 29, PWR: 30, SYS: 31,
};

/** The status that a shell shows for an end: the code, or 128 + the signal's number. */
export function shellStatus(ended: Ended): number {
  return ended.code ?? 128 + (SIGNAL_NUMBERS[ended.signal ?? 'KILL'] ?? 0);
}

export interface ProcessInit {
  readonly kernel: Kernel;
  readonly pid: number;
  readonly parent: Process | undefined;
  readonly group: number | undefined;
  readonly session: number;
  readonly tty: Tty | undefined;
  readonly credentials: Credentials;
  readonly directory: string;
  readonly umask: number;
  readonly argv: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
}

export class Process {
  readonly kernel: Kernel;
  readonly pid: number;
  readonly parent: Process | undefined;
  group: number;
  readonly session: number;
  tty: Tty | undefined;
  credentials: Credentials;
  directory: string;
  umask: number;
  argv: readonly string[];
  environment: ReadonlyMap<string, string>;
  readonly started: number;
  readonly files = new Map<number, OpenFile>();
  readonly dispositions = new Map<string, Disposition>();
  readonly status: Promise<Ended>;
  ended: Ended | undefined;
  private settle: (ended: Ended) => void = () => {};
  private readonly pending = new Set<(error: Error) => void>();

  constructor(init: ProcessInit) {
    this.kernel = init.kernel;
    this.pid = init.pid;
    this.parent = init.parent;
    this.group = init.group ?? init.pid;
    this.session = init.session;
    this.tty = init.tty;
    this.credentials = init.credentials;
    this.directory = init.directory;
    this.umask = init.umask;
    this.argv = init.argv;
    this.environment = init.environment;
    this.started = this.kernel.now();
    this.status = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  /** Waits, unless the process ends or a handled signal cuts in first. */
  wait<T>(promise: Promise<T>): Promise<T> {
    if (this.ended !== undefined) return Promise.reject(new Killed());
    let cut: (error: Error) => void = () => {};
    const interrupted = new Promise<never>((_resolve, reject) => {
      cut = reject;
    });
    this.pending.add(cut);
    return Promise.race([promise, interrupted]).finally(() => this.pending.delete(cut));
  }

  sleep(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const slept = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(milliseconds, 2 ** 31 - 1));
    });
    return this.wait(slept).finally(() => clearTimeout(timer));
  }

  /** Lets others run when the slice is used up; throws when the process has ended. */
  breathe(): Promise<void> | undefined {
    if (this.ended !== undefined) throw new Killed();
    const turn = this.kernel.scheduler.breathe();
    if (turn === undefined) return undefined;
    // Whoever runs when memory is short is, most likely, who takes it.
    if (this.kernel.memory.exhausted()) {
      this.finish({ code: undefined, signal: 'KILL' });
      throw new Killed();
    }
    return this.afterTurn(turn);
  }

  private async afterTurn(turn: Promise<void>): Promise<void> {
    await turn;
    if (this.ended !== undefined) throw new Killed();
  }

  file(descriptor: number): OpenFile {
    const file = this.files.get(descriptor);
    if (file === undefined) throw new SystemError('EBADF');
    return file;
  }

  /** dup2(2): the description gains a reference, what was there before loses one. */
  setFile(descriptor: number, file: OpenFile): void {
    file.retain();
    this.files.get(descriptor)?.release();
    this.files.set(descriptor, file);
  }

  closeFile(descriptor: number): void {
    const file = this.files.get(descriptor);
    this.files.delete(descriptor);
    file?.release();
  }

  async read(descriptor: number, max = 65536): Promise<Uint8Array> {
    for (;;) {
      const turn = this.breathe();
      if (turn !== undefined) await turn;
      const file = this.file(descriptor);
      const data = file.take(max);
      if (data !== undefined) return data;
      await this.wait(file.readable());
    }
  }

  /** Writes all of it. On a pipe without a reader: SIGPIPE, and EPIPE when that is ignored. */
  async write(descriptor: number, data: Uint8Array | string): Promise<void> {
    let rest = typeof data === 'string' ? encode(data) : data;
    for (;;) {
      const turn = this.breathe();
      if (turn !== undefined) await turn;
      if (rest.length === 0) return;
      const file = this.file(descriptor);
      const taken = this.putOrPipeSignal(file, rest);
      rest = rest.subarray(taken);
      if (rest.length === 0) return;
      if (taken === 0) await this.wait(file.writable());
    }
  }

  private putOrPipeSignal(file: OpenFile, data: Uint8Array): number {
    try {
      return file.put(data);
    } catch (error) {
      if (error instanceof SystemError && error.code === 'EPIPE') {
        this.signal('PIPE');
        if (this.ended !== undefined) throw new Killed();
      }
      throw error;
    }
  }

  /** Delivers a signal: handler, ignore, or the default action. */
  signal(name: string): void {
    if (this.ended !== undefined) return;
    const disposition = name === 'KILL' ? undefined : this.dispositions.get(name);
    if (disposition === 'ignore') return;
    if (disposition !== undefined) disposition();
    else if (name === 'TSTP') this.kernel.refuseToStop(this);
    else if (!HARMLESS.has(name)) this.finish({ code: undefined, signal: name });
  }

  /** Cuts short what the process waits for, so that its code sees a handled signal at once. */
  interrupt(signal: string): void {
    const error = new Interrupted(signal);
    const pending = [...this.pending];
    this.pending.clear();
    for (const reject of pending) reject(error);
  }

  finish(ended: Ended): void {
    if (this.ended !== undefined) return;
    this.ended = ended;
    for (const file of this.files.values()) file.release();
    this.files.clear();
    const pending = [...this.pending];
    this.pending.clear();
    for (const reject of pending) reject(new Killed());
    this.kernel.reap(this);
    this.settle(ended);
  }
}
