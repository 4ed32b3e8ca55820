/** What is left of the lab when one of its processes dies: nothing; and what the host and other labs notice of it: nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createNetnsFabric, type NetnsFabric } from '../../../../../src/cloud/fabric/netns/fabric.js';
import { Lab } from '../../../../conformance/fabric/probes.js';
import { LAB, labModel } from '../../../../conformance/fabric/lab-network.js';
import { bundled, bundleHolder, netnsObstacle, startNetnsFabric } from './bundled-holder.js';

const obstacle = await netnsObstacle();

/** A process and all below it. */
function tree(pid: number): number[] {
  const children = (() => {
    try {
      return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter((each) => each !== '').map(Number);
    } catch {
      return [];
    }
  })();
  return [pid, ...children.flatMap(tree)];
}

const running = (pids: readonly number[]): number[] => pids.filter((pid) => {
  try {
    return !/^State:\s+[ZX]/mu.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
});
const nameOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
const gone = (pids: readonly number[]) => vi.waitFor(() => expect(running(pids).map(nameOf)).toEqual([]), { timeout: 5000, interval: 5 });
/** What a lab could leave on the host. */
const hostState = () => ({
  links: readdirSync('/sys/class/net').toSorted(), mounts: readFileSync('/proc/self/mountinfo', 'utf8'), routes: readFileSync('/proc/net/route', 'utf8'),
  forwarding: readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'), namespace: readlinkSync('/proc/self/ns/net'),
});

describe.skipIf(obstacle !== undefined)(`the lab's processes${obstacle === undefined ? '' : ` (${obstacle})`}`, { timeout: 30_000 }, () => {
  const fabrics: NetnsFabric[] = [];
  const children: ChildProcess[] = [];
  afterEach(async () => {
    await Promise.all(fabrics.splice(0).map((fabric) => fabric.close()));
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  const start = async (): Promise<NetnsFabric> => {
    const fabric = await startNetnsFabric();
    fabrics.push(fabric);
    return fabric;
  };

  it('that end before the fabric is there are a start that failed, and no end of one that was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ssmlab-holder-'));
    const program = join(folder, 'holder.mjs');
    writeFileSync(program, 'process.send({ ready: true, uidMode: "single" }, () => process.exit(9));\n');
    const ends: string[] = [];
    await expect(createNetnsFabric({ program, log: () => undefined, onEnd: (why) => ends.push(why) })).rejects.toThrow(/^the network's holder (?:ended \(status 9\)|hung up)$/u);
    // What ended it is heard of in any order.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(ends).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['the outermost', (pids: readonly number[]) => pids[0]],
    ['the first in the lab', (pids: readonly number[]) => pids[1]],
    ['the holder', (pids: readonly number[]) => pids[2]],
  ])('all end when %s is killed, and the fabric says so', async (_, choose) => {
    let ended: (why: string) => void = () => undefined;
    const end = new Promise<string>((resolve) => (ended = resolve));
    // `unshare` complains when what it waits for is killed.
    const fabric = await startNetnsFabric(ended, () => undefined);
    fabrics.push(fabric);
    await fabric.apply(labModel());
    const guest = await fabric.guests.start(LAB.eni.one, ['sleep', '1000'], '');
    const pids = tree(fabric.pid);
    expect(pids.length).toBeGreaterThanOrEqual(3);
    process.kill(choose(pids) ?? 0, 'SIGKILL');
    expect(await end).toContain('the network\'s holder');
    await gone([...pids, guest.hostPid]);
    await guest.exited;
    await expect(fabric.apply(labModel())).rejects.toThrow();
    await expect(fabric.connect({ networkInterfaceId: LAB.eni.one }, { address: '8.8.8.8', port: 53 })).rejects.toThrow();
  });

  it('all end with the region process, also when they are stopped', async () => {
    const region = spawn(process.execPath, [await bundled(resolve(import.meta.dirname, 'region-process.ts')), await bundleHolder()], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(region);
    const [line] = await once(region.stdout.setEncoding('utf8'), 'data') as [string];
    const pids = tree(Number(line));
    expect(running(pids)).toEqual(pids);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    region.kill('SIGKILL');
    await gone(pids);
  });

  it('leaves nothing of the host changed, while it runs and after', async () => {
    const before = hostState();
    const fabric = await start();
    await fabric.apply(labModel());
    const pids = tree(fabric.pid);
    expect(hostState()).toEqual(before);
    await fabric.close();
    await gone(pids);
    expect(hostState()).toEqual(before);
  });

  it('does not know of another lab of the same addresses', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    const lab = new Lab({ fabric: one, silenceMs: 500 });
    await Promise.all([lab.start(), other.apply(labModel())]);
    const fromOther = other.connect({ internet: '198.51.100.7' }, { address: LAB.public.one, port: 22 });
    await expect(fromOther).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await other.close();
    expect(await lab.tcp('laptop', LAB.public.one, 22)).toBe('open: 198.51.100.7');
  });
});

describe.skipIf(obstacle !== undefined)('a guest\'s namespaces', { timeout: 30_000 }, () => {
  let fabric: NetnsFabric | undefined;
  afterEach(() => fabric?.close());

  const outputOf = async (networkInterfaceId: string, script: string): Promise<string[]> => {
    const said: string[] = [];
    fabric = await startNetnsFabric(() => undefined, (line) => said.push(line));
    await fabric.apply(labModel());
    const guest = await fabric.guests.start(networkInterfaceId, ['sh'], script);
    await guest.exited;
    return said;
  };

  it('has its own interfaces and is root of them', async () => {
    const said = await outputOf(LAB.eni.three, 'id -u; ip -br -4 addr show dev ens5; ip route get 8.8.8.8 | head -1; ip link set ens5 down && echo may');
    expect(said.map((line) => line.replaceAll(/\s+/gu, ' '))).toEqual([
      'i3: 0', expect.stringMatching(/^i3: ens5@if\d+ UP 10\.0\.2\.18\/24/u), expect.stringContaining('8.8.8.8 via 10.0.2.1 dev ens5 src 10.0.2.18'), 'i3: may',
    ]);
  });

  it('is not root of anything else', async () => {
    const said = await outputOf(LAB.eni.one, 'nsenter --net=/run/netns/v1 true || echo no; mount -t tmpfs x /mnt 2>/dev/null || echo no; echo x > /proc/sys/kernel/hostname 2>/dev/null || echo no');
    expect(said.filter((line) => line === 'i1: no')).toHaveLength(3);
  });

  it('is not there where no instance runs', async () => {
    fabric = await startNetnsFabric();
    await expect(fabric.guests.start(LAB.eni.one, ['true'], '')).rejects.toThrow('eni-1 is on no running instance');
  });

  it('says in the log why a program did not start', async () => {
    const said: string[] = [];
    fabric = await startNetnsFabric(() => undefined, (line) => said.push(line));
    await fabric.apply(labModel());
    await fabric.guests.start(LAB.eni.one, ['/nonexistent'], '').then((guest) => guest.exited, () => undefined);
    expect(said).toEqual([expect.stringContaining('/nonexistent: No such file or directory')]);
  });
});
