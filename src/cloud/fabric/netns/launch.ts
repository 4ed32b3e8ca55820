/**
 * Starts the holder in its own user, network, mount, pid, ipc and uts namespaces: without privileges, with one uid; as root,
 * with guests on uids that are nobody's on the host (`fabric.md` §3). Everything of the lab lives in its pid namespace.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';

/** Where guests' uids lie on the host when root starts the lab, and how many there are. */
const FIRST_GUEST_UID = 100_000;
const GUEST_UIDS = 65_536;

/** Distributions keep `ip` and `nft` where a user's PATH does not lead. */
export const searchPath = (path = process.env['PATH'] ?? ''): string => [path, '/usr/sbin', '/sbin', '/usr/bin', '/bin'].filter((each) => each !== '').join(':');

/** Pid 1 of the lab: has a /run of its own, takes in orphans, and ends with the holder. */
const FIRST_PROCESS = `set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755,size=64m ssmlab /run
"$@" &
child=$!
trap 'kill -TERM $child 2>/dev/null || true' TERM INT
while :; do
  if wait $child; then status=0; else status=$?; fi
  kill -0 $child 2>/dev/null || exit $status
done
`;

/** Death of this process reaches the outermost one also when it is stopped; and with it goes all. */
const OUTERMOST = ['setpriv', '--pdeathsig', 'KILL', 'unshare'];
const NAMESPACES = ['-n', '-m', '-p', '-i', '-u', '-f', '--kill-child', '--mount-proc', 'sh', '-c', FIRST_PROCESS, 'sh'];

export interface LaunchedHolder {
  /** The outermost process, with the IPC channel to the holder. */
  readonly process: ChildProcess;
  /** Ends what was needed for the start only. */
  readonly started: () => void;
}

/** `program` is the compiled `holder/main.ts`. Rejects when not even the first process could be started. */
export async function launchHolder(program: string): Promise<LaunchedHolder> {
  const command = [process.execPath, '--no-warnings', program];
  if (process.getuid?.() !== 0 || !ownsGuestUids()) return { process: await spawned([...OUTERMOST, '-U', '-r', ...NAMESPACES, ...command]), started: () => undefined };
  const pin = await userNamespace();
  try {
    const child = await spawned(['nsenter', '-t', String(pin.pid), '-U', ...OUTERMOST, ...NAMESPACES, ...command]);
    return { process: child, started: () => pin.stdin?.end() };
  } catch (error) {
    pin.stdin?.end();
    throw error;
  }
}

/** Why root cannot give guests their uids; undefined when he can, or is not asked to. */
export async function tryGuestUids(): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || !ownsGuestUids()) return undefined;
  try {
    (await userNamespace()).stdin?.end();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Root of a user namespace (a container, `unshare -r`) may have no uids to give away. */
function ownsGuestUids(): boolean {
  return ['uid_map', 'gid_map'].every((map) => readFileSync(`/proc/self/${map}`, 'utf8').split('\n').some((line) => {
    const [first = NaN, , count = NaN] = line.trim().split(/\s+/u).map(Number);
    return first <= FIRST_GUEST_UID && first + count >= FIRST_GUEST_UID + GUEST_UIDS;
  }));
}

/** A process in a new user namespace, where uid 0 is this process's own and 1 to 65536 are guests'. */
async function userNamespace(): Promise<ChildProcess> {
  const pin = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', '-U', 'cat'], { stdio: ['pipe', 'pipe', 'pipe'], env: environment() });
  let said = '';
  pin.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  pin.stdin.on('error', () => undefined);
  pin.stdin.write('x');
  const answered = await Promise.race([once(pin.stdout, 'data').then(() => true), once(pin, 'close').then(() => false)]);
  if (!answered) throw new Error(`unshare -U ended: ${said.trim()}`);
  try {
    for (const [map, id] of [['uid_map', process.getuid?.()], ['gid_map', process.getgid?.()]] as const) {
      writeFileSync(`/proc/${pin.pid}/${map}`, `0 ${id ?? 0} 1\n1 ${FIRST_GUEST_UID} ${GUEST_UIDS}\n`);
    }
    return pin;
  } catch (error) {
    pin.stdin.end();
    throw error;
  }
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: searchPath() };
}

function spawned([program = '', ...args]: readonly string[]): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: environment(), detached: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => {
      child.off('error', reject);
      resolve(child);
    });
  });
}

/** The first child of a process: of the outermost pid 1 of the lab, of that the holder. Undefined when there is none. */
export function childOf(pid: number): number | undefined {
  try {
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return first === undefined || first === '' ? undefined : Number(first);
  } catch {
    return undefined;
  }
}
