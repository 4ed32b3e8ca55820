/** What a lab of namespaces has of the host, and what the host is like: to see that the one is gone and the other unchanged. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const KINDS = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'];

/** Undefined for a process that is gone, or of which this one may see nothing. */
function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

interface ProcessStat {
  readonly parent: number;
  /** Clock ticks since boot: tells two processes of one number apart. */
  readonly begun: string;
  readonly zombie: boolean;
}

function statOf(pid: number): ProcessStat | undefined {
  const text = tried(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? undefined : { parent: Number(fields[1]), begun: fields[19] ?? '', zombie: fields[0] === 'Z' };
}

const pids = (): number[] => readdirSync('/proc').filter((name) => /^\d+$/u.test(name)).map(Number);

/** Namespaces that a process is in, as the kernel names them: `net:[4026532000]`. */
const namespacesOf = (pid: number): string[] => KINDS.flatMap((kind) => tried(() => readlinkSync(`/proc/${pid}/ns/${kind}`)) ?? []);

/** Whatever holds namespaces from outside: an open socket of one does not show, a file of /proc/PID/ns does. */
const heldBy = (pid: number): string[] => (tried(() => readdirSync(`/proc/${pid}/fd`)) ?? []).flatMap((fd) => tried(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? []).filter((link) => /^[a-z]+:\[\d+\]$/u.test(link));

/** The kernel counts a hundred ticks a second in /proc. */
const now = (): number => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 100;

export interface Footprint {
  /** Process number → when it begun. */
  readonly processes: ReadonlyMap<number, string>;
  readonly namespaces: ReadonlySet<string>;
  /** When it was looked at, as {@link ProcessStat.begun} counts. */
  readonly at: number;
}

/** A process and all that descend from it, with the namespaces that they are in and this process is not. */
export function footprint(pid: number): Footprint {
  const stats = new Map(pids().flatMap((each): [number, ProcessStat][] => {
    const stat = statOf(each);
    return stat === undefined ? [] : [[each, stat]];
  }));
  const processes = new Map<number, string>();
  const collect = (each: number): void => {
    processes.set(each, stats.get(each)?.begun ?? '');
    for (const [child, { parent }] of stats) if (parent === each) collect(child);
  };
  collect(pid);
  const own = new Set(namespacesOf(process.pid));
  return { processes, namespaces: new Set([...processes.keys()].flatMap(namespacesOf).filter((name) => !own.has(name))), at: now() };
}

/** What is still there of it, one word each. The kernel gives a namespace's number anew at once: what began later is another's. */
export function remainsOf({ processes, namespaces, at }: Footprint): string[] {
  const running = [...processes].filter(([pid, begun]) => {
    const stat = statOf(pid);
    return stat !== undefined && stat.begun === begun && !stat.zombie;
  });
  // One that has ended and is not yet collected by the machine's init, which may take it seconds, holds nothing but its number.
  const held = new Set(pids().filter((pid) => {
    const stat = statOf(pid);
    return stat !== undefined && !stat.zombie && Number(stat.begun) <= at;
  }).flatMap((pid) => [...namespacesOf(pid), ...heldBy(pid)]));
  return [...running.map(([pid]) => `process ${pid}: ${tried(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.replaceAll('\0', ' ').slice(0, 80)}`), ...[...namespaces].filter((name) => held.has(name))];
}

/** The host's network, mounts and names of namespaces. */
export function hostState(): unknown {
  const list = (...args: string[]): string => spawnSync('ip', args, { encoding: 'utf8' }).stdout;
  return {
    links: list('-o', 'link').split('\n').map((line) => line.split(': ')[1]),
    addresses: list('-o', '-4', 'address'),
    rules: list('rule'),
    routes: list('route', 'show', 'table', 'all'),
    named: tried(() => readdirSync('/run/netns')) ?? [],
    mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
    forwarding: readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'),
  };
}

/** Milliseconds until it holds; throws after the bound with what `trouble` says. */
export async function until(holds: () => boolean, boundMs: number, trouble: () => unknown): Promise<number> {
  const begun = performance.now();
  while (!holds()) {
    if (performance.now() - begun > boundMs) throw new Error(`not within ${boundMs} ms: ${JSON.stringify(trouble(), undefined, 1)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - begun;
}
