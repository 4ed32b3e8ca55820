/**
 * The way from the region into a machine. Its namespaces are pinned as open files when it has just been made, and every
 * session enters through these: a pid could come to name a process of the host when the machine has died.
 */
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { UidMode } from './accounts.js';
import { STATUS_FILE } from './session-command.js';

/** In the order in which nsenter's long options are written. */
const KINDS = { user: 'user', mount: 'mnt', pid: 'pid', net: 'net', uts: 'uts', ipc: 'ipc', cgroup: 'cgroup' } as const;

export interface Invocation {
  /** Found in the machine's root. */
  readonly argv: readonly string[];
  readonly stdio: StdioOptions;
}

export class Entrance {
  readonly #pins: ReadonlyMap<string, number>;
  readonly #uidMode: UidMode;
  #closed = false;

  /** Throws when a process is not in namespaces of its own, or is gone. */
  static open(hostPid: number, uidMode: UidMode): Entrance {
    const pins = new Map<string, number>();
    try {
      for (const [option, name] of Object.entries(KINDS)) {
        const pin = openSync(`/proc/${hostPid}/ns/${name}`, 'r');
        pins.set(option, pin);
        if (fstatSync(pin).ino === statSync(`/proc/self/ns/${name}`).ino) throw new Error(`process ${hostPid} is in the ${name} namespace of the host`);
      }
      pins.set('root', openSync(`/proc/${hostPid}/root`, 'r'));
    } catch (error) {
      for (const pin of pins.values()) closeSync(pin);
      throw error;
    }
    return new Entrance(pins, uidMode);
  }

  private constructor(pins: ReadonlyMap<string, number>, uidMode: UidMode) {
    this.#pins = pins;
    this.#uidMode = uidMode;
  }

  /** Whether the machine is off, or dead. */
  get closed(): boolean {
    return this.#closed;
  }

  /** A file of the machine by a path that no program of it has had a chance to change yet. */
  earlyPath(path: string): string {
    return `/proc/self/fd/${this.#pin('root')}${path}`;
  }

  #pin(name: string): number {
    const pin = this.#pins.get(name);
    if (pin === undefined || this.#closed) throw new Error('the machine is gone');
    return pin;
  }

  /** Starts a program as root of the machine, with nothing of the region's environment. */
  spawn({ argv, stdio }: Invocation): ChildProcess {
    const at = (name: string): string => `/proc/${process.pid}/fd/${this.#pin(name)}`;
    const options = Object.keys(KINDS).map((option) => `--${option}=${at(option)}`);
    // With one uid there are no groups to set.
    if (this.#uidMode === 'single') options.push('--preserve-credentials');
    const enter = ['nsenter', ...options, `--root=${at('root')}`, `--wd=${at('root')}`, '--', ...argv];
    const inherited = inheritedFiles().map((file) => `${file}>&-`);
    const [program = '', ...args] = inherited.length === 0 ? enter : ['bash', '--norc', '-c', `exec ${inherited.join(' ')}; exec "$@"`, 'enter', ...enter];
    return spawn(program, args, { stdio, env: { PATH: SYSTEM_PATH }, cwd: '/' });
  }

  /** Namespaces live as long as somebody holds them. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const pin of this.#pins.values()) closeSync(pin);
  }
}

const CLOSES_ON_EXEC = 0o2000000;

/** Files that the region was itself started with and that its children would have: none of them is a guest's business. Node's own close by themselves. */
function inheritedFiles(): readonly number[] {
  return readdirSync('/proc/self/fd').map(Number).filter((file) => {
    if (file <= STATUS_FILE) return false;
    try {
      const flags = /^flags:\s*(\d+)$/mu.exec(readFileSync(`/proc/self/fdinfo/${file}`, 'utf8'))?.[1] ?? '0';
      return (Number.parseInt(flags, 8) & CLOSES_ON_EXEC) === 0;
    } catch {
      return false;
    }
  });
}

/** Where a host keeps nsenter, unshare and mount; users' own PATH often lacks the sbin folders. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
