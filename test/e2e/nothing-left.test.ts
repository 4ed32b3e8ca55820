/**
 * A lab of real packets is one tree of processes in namespaces of its own (issue 5, "Nothing left behind"): whichever of it
 * is killed, what belongs to it ends and every namespace with it, and the host is as before. As root and as an ordinary user.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { footprint, hostState, remainsOf, until } from './host.js';
import { Home, netnsObstacle, Terminal } from './program.js';
import { asEachUser } from './users.js';

/** Most of it is looking. */
const GONE_MS = 1000;

interface Part {
  readonly name: string;
  /** Its number, from the region's. */
  readonly find: (region: number) => number;
}

const childrenOf = (pid: number): number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter((word) => word !== '').map(Number);
const nameOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
const only = (pid: number, name: RegExp): number => {
  const found = childrenOf(pid).filter((child) => name.test(nameOf(child)));
  if (found.length !== 1) throw new Error(`${found.length} of ${name} below ${pid}: ${childrenOf(pid).map(nameOf).join(', ')}`);
  return found[0] ?? 0;
};
const outermost = (region: number): number => only(region, /^unshare$/u);
const first = (region: number): number => only(outermost(region), /^sh$/u);

const PARTS: readonly Part[] = [
  { name: 'the region', find: (region) => region },
  { name: 'the outermost process', find: outermost },
  { name: 'the first process of the lab', find: first },
  { name: 'the process that holds the network', find: (region) => childrenOf(first(region))[0] ?? 0 },
];

describe.skipIf(netnsObstacle !== undefined)(`what is left of a lab of real packets${netnsObstacle === undefined ? '' : ` (${netnsObstacle})`}`, () => {
  const before = hostState();
  afterAll(() => expect(hostState()).toEqual(before));

  it('two labs at once do not know of each other', async () => {
    const [one, other] = [new Home('netns'), new Home('netns')];
    try {
      for (const home of [one, other]) expect(home.run(['deploy', '--yes']).status).toBe(0);
      const [first = 0, second = 0] = [one, other].map((home) => home.json<{ localCloud: { pid: number } }>('status').localCloud.pid);
      const addresses = (home: Home): string => home.json<{ instances: { publicIpv4: string | null; privateIpv4: string }[] }>('list').instances.map(({ publicIpv4, privateIpv4 }) => `${publicIpv4} ${privateIpv4}`).join();
      expect(addresses(one)).toBe(addresses(other));
      expect(one.run(['exec', '1', '--', 'echo one > mine; pwd']).stdout).toBe('/home/ec2-user\n');
      expect(other.run(['exec', '1', '--', 'ls; cat /proc/[0-9]*/cmdline | tr -d "\\0" | grep -c "[u]nshare\\|[s]smlab network"']).stdout).toBe('0\n');
      const seen = footprint(first);
      const theirs = footprint(second).namespaces;
      expect([...seen.namespaces].filter((name) => theirs.has(name))).toEqual([]);
      process.kill(first, 'SIGKILL');
      await until(() => remainsOf(seen).length === 0, GONE_MS, () => remainsOf(seen));
      expect(other.run(['verify']).status).toBe(0);
    } finally {
      one.remove();
      other.remove();
    }
  });

  asEachUser((user) => {
    const home = new Home('netns', user);
    const region = (): number => home.json<{ localCloud: { pid: number } }>('status').localCloud.pid;
    const hostName = (number: string) => home.run(['exec', number, '--', 'hostname']);

    beforeAll(() => {
      const deployed = home.run(['deploy', '--yes']);
      expect(deployed.status, deployed.stderr).toBe(0);
    });
    afterAll(() => home.remove());

    it.each(PARTS)('nothing, when $name is killed; the next command brings it back', async ({ find }) => {
      expect(home.run(['local', 'start']).status).toBe(0);
      expect(hostName('3')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^ip-10-0-2-/u) as string });
      const pid = region();
      const seen = footprint(pid);
      // The lab's own, its router's, the internet's, five instances' and endpoints'; and a machine that runs.
      expect(seen.namespaces.size).toBeGreaterThan(10);
      process.kill(find(pid), 'SIGKILL');
      await until(() => remainsOf(seen).length === 0, GONE_MS, () => remainsOf(seen));
      expect(hostState()).toEqual(before);
    });

    it.skipIf(!Terminal.available)('a session, when its shell is killed; its machine and the others go on', async () => {
      expect(home.run(['local', 'start']).status).toBe(0);
      const terminal = home.terminal(['connect', '3']);
      try {
        await terminal.waitFor(/sh-5\.2\$ $/u, 20_000);
        terminal.type('echo "$$ is it"\r');
        // When the size comes late, bash shows its line once more in between.
        const shell = /(\d+) is it\r\n/u.exec(await terminal.waitFor(/\d+ is it\r\n/u))?.[1] ?? '';
        expect(home.run(['exec', '3', '--', `sudo kill -9 ${shell}`]).status).toBe(0);
        await terminal.waitFor(/\[ended \d+\]/u);
        expect(hostName('3').status).toBe(0);
      } finally {
        terminal.kill();
      }
    });

    it.skipIf(!Terminal.available)('a machine, when its first process is killed: its session ends, the next has a new machine', async () => {
      const pid = region();
      expect(hostName('4').status).toBe(0);
      const machines = (): number[] => childrenOf(pid).filter((child) => nameOf(child) === 'nsenter');
      const others = machines();
      expect(home.run(['exec', '2', '--', 'hostname']).status).toBe(0);
      const [machine = 0] = machines().filter((each) => !others.includes(each));
      const terminal = home.terminal(['connect', '2']);
      try {
        await terminal.waitFor(/sh-5\.2\$ $/u, 20_000);
        terminal.type('sleep 1000\r');
        await terminal.waitFor(/1000\r\n/u);
        const init = childrenOf(childrenOf(machine)[0] ?? 0)[0] ?? 0;
        expect(nameOf(init)).toBe('bash');
        const seen = footprint(machine);
        process.kill(init, 'SIGKILL');
        await terminal.waitFor(/\[ended \d+\]/u);
        const own = { ...seen, namespaces: new Set([...seen.namespaces].filter((name) => /^(?:mnt|pid|uts|ipc):/u.test(name) && !footprintOfOthers(pid, machine).has(name))) };
        await until(() => remainsOf(own).length === 0, GONE_MS, () => remainsOf(own));
        expect(hostName('2')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^ip-10-0-1-/u) as string });
        expect(hostName('4').status).toBe(0);
      } finally {
        terminal.kill();
      }
    });

    it.skipIf(!Terminal.available)('goes on after its network was held for a while, and sessions do not notice', async () => {
      const [holder = 0] = childrenOf(first(region()));
      const terminal = home.terminal(['connect', '3']);
      try {
        await terminal.waitFor(/sh-5\.2\$ $/u, 20_000);
        process.kill(holder, 'SIGSTOP');
        terminal.type('echo $((6 * 7)) answers\r');
        await terminal.waitFor(/42 answers\r\n/u);
        // A new connection has to wait, and is there when it goes on.
        terminal.type('curl -s -m 60 checkip.amazonaws.com; echo "status $?"\r');
        await new Promise((resolve) => setTimeout(resolve, 1500));
        expect(terminal.text).not.toMatch(/status \d/u);
        process.kill(holder, 'SIGCONT');
        await terminal.waitFor(/198\.18\.\d+\.\d+\r\nstatus 0\r\n/u, 20_000);
      } finally {
        process.kill(holder, 'SIGCONT');
        terminal.kill();
      }
      expect(home.run(['exec', '3', '--', 'curl -s -m 20 checkip.amazonaws.com']).stdout).toMatch(/^198\.18\./u);
      expect(home.run(['verify']).status).toBe(0);
    });

    it('nothing, when it is stopped, nor when it is destroyed', () => {
      let seen = footprint(region());
      expect(home.run(['local', 'stop']).status).toBe(0);
      expect(remainsOf(seen)).toEqual([]);
      expect(home.run(['local', 'start']).status).toBe(0);
      seen = footprint(region());
      expect(home.run(['destroy', '--yes']).status).toBe(0);
      expect(remainsOf(seen)).toEqual([]);
      expect(hostState()).toEqual(before);
    });
  });
});

/** Namespaces that others of the lab are in as well. */
function footprintOfOthers(region: number, machine: number): ReadonlySet<string> {
  return new Set(childrenOf(region).filter((child) => child !== machine).flatMap((child) => [...footprint(child).namespaces]));
}
