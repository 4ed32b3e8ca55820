/** The guest's kernel: process table, sessions, users, signals to groups. */
import { Killed, SystemError } from './errors.js';
import type { FileSystem } from './file-system.js';
import { type Credentials, ROOT } from './inode.js';
import { DeviceFile, type OpenFile } from './open-file.js';
import { Process } from './process.js';
import type { Program } from './program.js';
import { Memory } from './memory.js';
import { Power } from './power.js';
import { Scheduler } from './schedule.js';
import type { Tty } from './tty.js';
import type { GuestNetwork } from '../wire/network.js';
import type { GuestSpecification } from '../../guest.js';
import { type Account, ACCOUNTS, GROUPS } from '../../image/accounts.js';

export function credentialsOf(user: Account): Credentials {
  const extra = GROUPS.filter((group) => group.members.includes(user.name)).map((group) => group.gid);
  return { uid: user.uid, gid: user.gid, groups: [user.gid, ...extra] };
}

export function userName(uid: number): string {
  return ACCOUNTS.find((user) => user.uid === uid)?.name ?? String(uid);
}

export function groupName(gid: number): string {
  return GROUPS.find((group) => group.gid === gid)?.name ?? String(gid);
}

/** A fork bomb ends here. */
const MOST_PROCESSES = 400;

export interface Fork {
  readonly parent: Process;
  readonly argv: readonly string[];
  readonly environment?: ReadonlyMap<string, string> | undefined;
  /** Default: the parent's. */
  readonly files?: ReadonlyMap<number, OpenFile> | undefined;
  /** Default: the parent's group; `own` makes one. */
  readonly group?: 'own' | number | undefined;
  readonly credentials?: Credentials | undefined;
  readonly run: (process: Process) => Promise<number>;
}

export class Kernel {
  readonly scheduler = new Scheduler();
  readonly memory: Memory;
  readonly processes = new Map<number, Process>();
  readonly power = new Power();
  readonly programs: ReadonlyMap<string, Program>;
  readonly files: FileSystem;
  readonly specification: GuestSpecification;
  readonly network: GuestNetwork;
  readonly now: () => number;
  /** Milliseconds since the epoch. */
  readonly booted: number;
  private nextPid = 2301;
  private readonly init: Process;

  constructor(files: FileSystem, specification: GuestSpecification, network: GuestNetwork, programs: ReadonlyMap<string, Program>, now: () => number, booted: number) {
    this.files = files;
    this.memory = new Memory(this.scheduler, files.quota);
    this.specification = specification;
    this.network = network;
    this.programs = programs;
    this.now = now;
    this.booted = booted;
    this.init = this.make(undefined, 1, ['/usr/lib/systemd/systemd'], undefined, undefined, ROOT, '/', 0o022, new Map());
  }

  private make(parent: Process | undefined, pid: number, argv: readonly string[], group: number | undefined, tty: Tty | undefined, credentials: Credentials, directory: string, umask: number, environment: ReadonlyMap<string, string>): Process {
    const made = new Process({ kernel: this, pid, parent, group, session: parent?.session ?? pid, tty, credentials, directory, umask, argv, environment });
    this.processes.set(pid, made);
    return made;
  }

  private pid(): number {
    const pid = this.nextPid;
    this.nextPid = pid >= 4_194_303 ? 300 : pid + 1;
    return pid;
  }

  /** Starts a session: the first process on a new terminal or set of pipes. */
  startSession(start: { readonly argv: readonly string[]; readonly user: Account; readonly directory: string; readonly environment: ReadonlyMap<string, string>; readonly tty: Tty | undefined; readonly files: readonly OpenFile[]; readonly run: (process: Process) => Promise<number> }): Process {
    const pid = this.pid();
    const leader = new Process({ kernel: this, pid, parent: this.init, group: pid, session: pid, tty: start.tty, credentials: credentialsOf(start.user), directory: start.directory, umask: 0o022, argv: start.argv, environment: start.environment });
    this.processes.set(pid, leader);
    for (const [descriptor, file] of start.files.entries()) leader.setFile(descriptor, file);
    if (start.tty !== undefined) start.tty.foreground = pid;
    this.run(leader, start.run);
    return leader;
  }

  /** Throws EAGAIN when there are too many processes. */
  fork(fork: Fork): Process {
    if (this.processes.size >= MOST_PROCESSES) throw new SystemError('EAGAIN', 'fork');
    const { parent } = fork;
    const child = this.make(parent, this.pid(), fork.argv, fork.group === 'own' ? undefined : (fork.group ?? parent.group), parent.tty, fork.credentials ?? parent.credentials, parent.directory, parent.umask, fork.environment ?? parent.environment);
    for (const [descriptor, file] of fork.files ?? parent.files) child.setFile(descriptor, file);
    for (const [name, disposition] of parent.dispositions) if (disposition === 'ignore') child.dispositions.set(name, disposition);
    this.run(child, fork.run);
    return child;
  }

  private run(process: Process, code: (process: Process) => Promise<number>): void {
    code(process).then(
      (status) => process.finish({ code: status & 255, signal: undefined }),
      (error: unknown) => {
        if (error instanceof Killed) return;
        // A fault of a program of ours: the guest sees it as a crash, the person sees what it was.
        const text = `${process.argv[0] ?? ''}: internal error of the sandbox: ${error instanceof Error ? error.message : String(error)}\n`;
        process.write(2, text).catch(() => undefined).finally(() => process.finish({ code: undefined, signal: 'ABRT' }));
      },
    );
  }

  reap(process: Process): void {
    this.processes.delete(process.pid);
    const { tty, session, pid } = process;
    // The leader is gone: the terminal hangs up, and its foreground hears of it (setsid(2)).
    if (session === pid && tty !== undefined) this.signalGroup(tty.foreground, 'HUP');
    for (const group of new Set(this.members((one) => one.session === session && one.stoppedBy !== undefined && one.parent === process).map((one) => one.group))) this.release(group, session);
  }

  private members(belongs: (process: Process) => boolean): Process[] {
    return [...this.processes.values()].filter((process) => process.pid !== 1 && belongs(process));
  }

  signalGroup(group: number, name: string): boolean {
    const members = this.members((process) => process.group === group);
    for (const member of members) member.signal(name);
    return members.length > 0;
  }

  /** No member has a parent elsewhere in the session: no shell is left that would continue it. */
  isOrphaned(group: number, session: number): boolean {
    return !this.members((process) => process.group === group).some(({ parent }) => parent !== undefined && parent.ended === undefined && parent.group !== group && parent.session === session);
  }

  /** A stopped group whose shell has gone is not left lying: HUP, then CONT (_exit(2)). */
  private release(group: number, session: number): void {
    if (!this.isOrphaned(group, session)) return;
    this.signalGroup(group, 'HUP');
    this.signalGroup(group, 'CONT');
  }

  endSession(session: number, signal: string): void {
    for (const process of this.members((one) => one.session === session)) process.signal(signal);
  }

  nullDevice(): OpenFile {
    return new DeviceFile('null');
  }

  userByName(name: string): Account | undefined {
    return ACCOUNTS.find((user) => user.name === name || String(user.uid) === name);
  }
}
