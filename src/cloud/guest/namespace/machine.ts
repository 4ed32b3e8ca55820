/** A machine: pid 1 in namespaces of its own beside its network, and the root file system that it made. */
import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import type { GuestNamespaces, NamespaceProcess } from '../../fabric/netns/guest-namespaces.js';
import type { GuestSpecification, GuestUser, PowerRequest } from '../guest.js';
import type { UidMode } from './accounts.js';
import { FileWorker } from './file-worker.js';
import { Entrance, SYSTEM_PATH } from './entrance.js';
import { FAILED, LOADER, READY, rootScript } from './root-script.js';

export interface MachineParts {
  readonly namespaces: GuestNamespaces;
  readonly specification: GuestSpecification;
  readonly certificateAuthority: string | undefined;
  readonly onPower: (request: PowerRequest) => void;
}

/** How often the region looks how far pid 1 is; a root takes some 50 ms. */
const LOOK_MS = 3;
const MOST_MS = 30_000;

export class Machine {
  readonly entrance: Entrance;
  /** Resolves when it has died. */
  readonly exited: Promise<void>;
  readonly #process: NamespaceProcess;
  readonly #power: FSWatcher;
  readonly #uidMode: UidMode;
  readonly #fileWorkers = new Map<GuestUser, FileWorker>();

  static async start(parts: MachineParts): Promise<Machine> {
    const { namespaces, specification, certificateAuthority } = parts;
    const script = rootScript({ specification, certificateAuthority, uidMode: namespaces.uidMode });
    const isolated = ['unshare', '--mount', '--pid', '--uts', '--ipc', '--cgroup', '--fork', '--kill-child', '--mount-proc'];
    const process = await namespaces.start(specification.networkInterfaceId, ['env', '-i', `PATH=${SYSTEM_PATH}`, 'LC_ALL=C', ...isolated, 'setpriv', '--no-new-privs', '--', 'bash', '--norc', '-c', LOADER], script);
    let entrance: Entrance | undefined;
    try {
      entrance = Entrance.open(await readyInit(process), namespaces.uidMode);
      return new Machine(process, entrance, namespaces.uidMode, parts.onPower);
    } catch (error) {
      // A host that has no file watch to give (fs.inotify.max_user_watches) refuses one.
      entrance?.close();
      process.kill();
      throw new Error(`${specification.instanceId}: its machine could not be made: ${(error as Error).message}`, { cause: error });
    }
  }

  private constructor(process: NamespaceProcess, entrance: Entrance, uidMode: UidMode, onPower: (request: PowerRequest) => void) {
    this.entrance = entrance;
    this.exited = process.exited;
    this.#process = process;
    this.#uidMode = uidMode;
    this.#power = powerSwitch(entrance, onPower);
    void process.exited.then(() => this.#close());
  }

  /** Works on its files as a user. */
  fileWorker(user: GuestUser): FileWorker {
    const known = this.#fileWorkers.get(user);
    if (known !== undefined) return known;
    const worker = new FileWorker({ entrance: this.entrance, uidMode: this.#uidMode, user });
    this.#fileWorkers.set(user, worker);
    return worker;
  }

  #close(): void {
    this.#power.close();
    this.entrance.close();
  }

  /** Cuts the power: all that runs in it is gone when this resolves. */
  async stop(): Promise<void> {
    this.#close();
    this.#process.kill();
    await this.exited;
  }
}

/** The pid of the machine's init once its root is made. */
async function readyInit(process: NamespaceProcess): Promise<number> {
  const state = { gone: false };
  void (async () => {
    await process.exited;
    state.gone = true;
  })();
  for (const deadline = Date.now() + MOST_MS; Date.now() < deadline; await after(LOOK_MS)) {
    if (state.gone) throw new Error('its first process ended early');
    const init = childOf(process.hostPid);
    const line = init === undefined ? '' : commandLine(init);
    if (line.startsWith(FAILED)) throw new Error(line.slice(FAILED.length).split('\0')[0]?.trim());
    if (init !== undefined && line.startsWith(`${READY}\0`)) return init;
  }
  throw new Error(`its root file system was not made in ${MOST_MS / 1000} s`);
}

function childOf(pid: number): number | undefined {
  const [child = ''] = proc(`${pid}/task/${pid}/children`).split(' ');
  return child === '' ? undefined : Number(child);
}

const commandLine = (pid: number): string => proc(`${pid}/cmdline`);

/** Empty when the process is gone. */
function proc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}

/**
 * `shutdown` asks by a name in a folder that the region watches: the kernel says the name, so that no file of the
 * machine is opened from here.
 */
function powerSwitch(entrance: Entrance, onPower: (request: PowerRequest) => void): FSWatcher {
  const watcher = watch(entrance.earlyPath('/run/ssmlab/power'), { persistent: false }, (_, name) => {
    const request = /^(off|reboot)\.[\d.]+$/u.exec(name ?? '')?.[1];
    if (request === 'off' || request === 'reboot') onPower(request);
  });
  watcher.on('error', () => undefined);
  return watcher;
}
