/** A process of the guest: descriptors, signals, waiting, stops, end. Its code is an async function that the kernel runs. */
import { Interrupted, Killed, SystemError } from './errors.js';
import type { Credentials } from './inode.js';
import type { OpenFile } from './open-file.js';
import type { Kernel } from './kernel.js';
import { Gate } from './schedule.js';
import { type Ended, HARMLESS, STOPPING, UNCATCHABLE } from './signals.js';
import type { Tty } from './tty.js';
import { encode } from '../../byte-text.js';

export type Disposition = 'ignore' | (() => void);

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
  /** The signal that stopped it; its code makes no step until CONT. */
  stoppedBy: string | undefined;
  /** Opens when the process stops, goes on or ends: what waitpid(2) tells with WUNTRACED and WCONTINUED. */
  readonly changed = new Gate();
  private readonly resumed = new Gate();
  /** Signals that came while it was stopped, and are delivered when it goes on. */
  private held: string[] = [];
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
    return Promise.race([promise, interrupted]).finally(() => this.pending.delete(cut)).then((value) => (this.stoppedBy === undefined ? value : this.whenResumed().then(() => value)));
  }

  private async whenResumed(): Promise<void> {
    while (this.stoppedBy !== undefined) await this.resumed.wait();
    if (this.ended !== undefined) throw new Killed();
  }

  sleep(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const slept = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(milliseconds, 2 ** 31 - 1));
    });
    return this.wait(slept).finally(() => clearTimeout(timer));
  }

  /** Lets others run when the slice is used up, and stands still while stopped; throws when the process has ended. */
  breathe(): Promise<void> | undefined {
    if (this.ended !== undefined) throw new Killed();
    if (this.stoppedBy !== undefined) return this.whenResumed();
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
    if (this.stoppedBy !== undefined) await this.whenResumed();
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
      if (this.mustStopFor(file)) continue;
      const data = file.take(max);
      if (data !== undefined) return data;
      await this.wait(file.readable());
    }
  }

  /** True when the process runs behind the terminal's foreground. */
  inBackgroundOf(tty: Tty): boolean {
    return this.tty === tty && tty.foreground !== this.group;
  }

  /**
   * A terminal is read by its foreground only (termios(3)): others get TTIN, and EIO where that does not stop them. True: it
   * has stopped, and the caller goes through `breathe` before it tries again.
   */
  mustStopFor(file: OpenFile): boolean {
    const { tty } = this;
    if (file.kind !== 'terminal' || tty === undefined || tty.hungUp || !this.inBackgroundOf(tty)) return false;
    return this.stopForTerminal('TTIN');
  }

  /** The whole group gets the signal. Throws EIO when it does not stop this process. */
  stopForTerminal(name: 'TTIN' | 'TTOU'): true {
    if (this.stoppedBy === undefined) this.kernel.signalGroup(this.group, name);
    if (this.ended !== undefined) throw new Killed();
    if (this.stoppedBy === undefined) throw new SystemError('EIO');
    return true;
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

  /** Delivers a signal: handler, ignore, or the default action. One that is stopped takes only KILL and CONT at once. */
  signal(name: string): void {
    if (this.ended !== undefined) return;
    if (name === 'CONT') this.resume();
    else if (this.stoppedBy !== undefined && name !== 'KILL') {
      if (!STOPPING.has(name)) this.held.push(name);
      return;
    }
    const disposition = UNCATCHABLE.has(name) ? undefined : this.dispositions.get(name);
    if (disposition === 'ignore') return;
    if (disposition !== undefined) disposition();
    else if (STOPPING.has(name)) this.stop(name);
    else if (!HARMLESS.has(name)) this.finish({ code: undefined, signal: name });
  }

  private stop(name: string): void {
    // Nobody could continue an orphaned group, so the terminal does not stop it (POSIX, setpgid(2)).
    if (name !== 'STOP' && this.kernel.isOrphaned(this.group, this.session)) return;
    this.stoppedBy = name;
    this.changed.open();
  }

  private resume(): void {
    if (this.stoppedBy === undefined) return;
    this.stoppedBy = undefined;
    this.resumed.open();
    this.changed.open();
    for (const name of this.held.splice(0)) this.signal(name);
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
    this.stoppedBy = undefined;
    this.resumed.open();
    for (const file of this.files.values()) file.release();
    this.files.clear();
    const pending = [...this.pending];
    this.pending.clear();
    for (const reject of pending) reject(new Killed());
    this.kernel.reap(this);
    this.settle(ended);
    this.changed.open();
  }
}
