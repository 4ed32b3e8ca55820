/**
 * Namespaces for guests without a fabric: a lab's tree as the netns fabric makes it (user, network, mount and pid
 * namespaces with a private /run, a user and network namespace an instance below), and nothing on the networks but lo.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { missingGuestPrograms } from '../../../../../src/cloud/guest/namespace/requirements.js';
import type { GuestNamespaces, NamespaceProcess } from '../../../../../src/cloud/fabric/netns/guest-namespaces.js';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const LAB = ['--net', '--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child', '--mount-proc'];

/** Started by real root: guests have 65535 ids; else one. */
export const UID_MODE = process.getuid?.() === 0 ? 'multi' : 'single';

/**
 * The lab's pid 1, its words the program. A process that has just unshared pins the instance's namespaces until their
 * maps are written; having called exec before that it has no say in them, so the program enters them anew.
 */
const LAB_INIT = `set -m
exec 4<&0
(read -r -u 3; kill -KILL -1) 4<&- &
exec 3<&-
mount --make-rprivate /
mount -t tmpfs -o mode=755,size=1m lab /run
mkfifo /run/hold
unshare --user --net bash --norc -c 'read -r' < /run/hold 4<&- &
pin=$!
exec 5> /run/hold
own=$(readlink /proc/self/ns/net)
until there=$(readlink /proc/$pin/ns/net) && [[ -n $there && $there != "$own" ]]; do sleep 0.002; done
${UID_MODE === 'multi' ? 'echo "0 1 65535" > /proc/$pin/uid_map; echo "0 1 65535" > /proc/$pin/gid_map' : 'echo deny > /proc/$pin/setgroups; echo "0 0 1" > /proc/$pin/uid_map; echo "0 0 1" > /proc/$pin/gid_map'}
nsenter --user=/proc/$pin/ns/user --net=/proc/$pin/ns/net ${UID_MODE === 'multi' ? '' : '--preserve-credentials'} bash --norc -c 'ip link set lo up; echo "0 ${UID_MODE === 'multi' ? 65_534 : 0}" > /proc/sys/net/ipv4/ping_group_range; exec "$@"' instance "$@" <&4 4<&- 5>&- &
instance=$!
until [[ $(< /proc/$instance/comm) != bash && $(< /proc/$instance/comm) != nsenter ]]; do sleep 0.002; done
exec 5>&- 2> /dev/null
wait "$pin"
echo
wait "$instance"`;

function waitForLine(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', () => reject(new Error('the lab ended early')));
  });
}

/** Why guests of real processes cannot run here; undefined when they can. */
export function namespacesMissing(): string | undefined {
  const [program] = missingGuestPrograms();
  if (program !== undefined) return `there is no ${program.program} (package ${program.packageName})`;
  const inner = ['unshare', '--user', '--map-root-user', '--mount', '--pid', '--fork', '--mount-proc', 'setpriv', '--no-new-privs', 'script', '-qec', 'true', '/dev/null'];
  const tried = spawnSync('unshare', ['--user', '--map-root-user', ...LAB, ...inner], { encoding: 'utf8', timeout: 10_000, env: { PATH } });
  return tried.status === 0 ? undefined : (tried.error?.message ?? tried.stderr.trim().split('\n')[0] ?? `unshare ended with ${tried.status}`);
}

function childOf(pid: number | undefined): number {
  const [child = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  return Number(child);
}

/** Of the lab's children the one that is no watcher. */
function hostPidOf(lab: number): number {
  const children = readFileSync(`/proc/${lab}/task/${lab}/children`, 'utf8').trim().split(' ');
  const found = children.find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'bash');
  if (found === undefined) throw new Error(`the lab has children ${children.join(' ')}, and none is the machine's`);
  return Number(found);
}

async function start(argv: readonly string[], script: string): Promise<NamespaceProcess> {
  const pin = spawn('unshare', ['--user', 'bash', '--norc', '-c', 'echo; read -r'], { stdio: ['pipe', 'pipe', 'inherit'], env: { PATH } });
  await waitForLine(pin);
  if (UID_MODE === 'single') writeFileSync(`/proc/${pin.pid}/setgroups`, 'deny');
  for (const [file, id] of [['uid_map', process.getuid?.()], ['gid_map', process.getgid?.()]] as const) writeFileSync(`/proc/${pin.pid}/${file}`, `0 ${id} 1\n${UID_MODE === 'multi' ? '1 100000 65536\n' : ''}`);
  const enter = [`--user=/proc/${pin.pid}/ns/user`, ...(UID_MODE === 'multi' ? [] : ['--preserve-credentials'])];
  const lab = spawn('nsenter', [...enter, 'unshare', ...LAB, 'bash', '--norc', '-c', LAB_INIT, 'lab', ...argv], { stdio: ['pipe', 'pipe', 'inherit', 'pipe'], env: { PATH }, detached: true });
  // The lab ends with this process, whose end of the last pipe it watches.
  const exited = once(lab, 'exit').then(() => undefined);
  lab.stdin?.end(script);
  await waitForLine(lab);
  pin.stdin.end();
  return { hostPid: hostPidOf(childOf(lab.pid)), exited, kill: () => void lab.kill('SIGKILL') };
}

export function realNamespaces(): GuestNamespaces {
  return { uidMode: UID_MODE, start: (_, argv, script) => start(argv, script), renew: () => Promise.resolve() };
}
