/**
 * Machines that cannot carry the netns fabric, made inside namespaces, so that nothing of this one changes: the probe's
 * program, as `ssmlab local doctor` runs it, says in one line why not and what to do.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Probe } from '../../../../../src/cloud/fabric/netns/probe.js';
import { bundled, netnsObstacle } from './bundled-holder.js';

const obstacle = await netnsObstacle();
const program = await bundled(resolve(import.meta.dirname, '../../../../../src/cloud/probe-main.ts'));
const SYSTEM = '/usr/sbin:/usr/bin:/sbin:/bin';

/** Root of namespaces of his own, as also an ordinary user can be. */
const WITHIN = ['unshare', '-U', '-r', '-m', '-p', '-f', '--kill-child', '--mount-proc'];

/** The probe's answer on a machine that a script has made; `$@` is the probe's command. */
async function probeOn(script: string, { within = WITHIN, command = [process.execPath, program] }: { readonly within?: readonly string[]; readonly command?: readonly string[] } = {}): Promise<Probe> {
  const [first = 'sh', ...rest] = [...within, 'sh', '-ec', script, 'sh', ...command];
  const child = spawn(first, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: SYSTEM } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  try {
    return JSON.parse(stdout) as Probe;
  } catch {
    throw new Error(`the probe printed ${JSON.stringify(stdout)} and ${JSON.stringify(stderr)}`);
  }
}

const hide = (name: string): string => `for folder in ${SYSTEM.replaceAll(':', ' ')}; do if [ -e $folder/${name} ]; then mount --bind /dev/null $folder/${name}; fi; done; exec "$@"`;

describe.skipIf(obstacle !== undefined)(`the probe${obstacle === undefined ? '' : ` (${obstacle})`}`, { timeout: 60_000 }, () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'ssmlab-probe-'));
    folders.push(made);
    return made;
  };

  it('says yes in namespaces within namespaces', async () => {
    expect(await probeOn('exec "$@"')).toMatchObject({ usable: true });
  });

  it('says yes where programs get no new privileges', async () => {
    expect(await probeOn('exec setpriv --no-new-privs -- "$@"')).toMatchObject({ usable: true });
  });

  it('says yes where HOME and the program are nobody else\'s to read', async () => {
    const home = folder();
    const hidden = join(home, '.nvm');
    mkdirSync(hidden);
    // By a process of its own: what another thread starts meanwhile would hold the file open for writing, and it could not be run.
    expect(spawnSync('cp', [process.execPath, join(hidden, 'node')]).status).toBe(0);
    chmodSync(join(hidden, 'node'), 0o700);
    copyFileSync(program, join(hidden, 'probe.mjs'));
    for (const each of [hidden, home]) chmodSync(each, 0o700);
    expect(await probeOn('HOME=$0 exec "$@"', { within: [], command: [join(hidden, 'node'), join(hidden, 'probe.mjs')] })).toMatchObject({ usable: true });
  });

  it.each([
    ['nft', 'nft is missing: sudo apt-get install nftables'],
    ['script', 'script is missing: sudo apt-get install bsdutils'],
    ['pivot_root', 'pivot_root is missing: sudo apt-get install util-linux'],
    ['setpriv', 'setpriv is missing: sudo apt-get install util-linux'],
  ])('misses %s', async (name, reason) => {
    expect(await probeOn(hide(name))).toMatchObject({ usable: false, reason });
  });

  it.each([
    ['user namespaces are forbidden', 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"', /^user namespaces: unshare: .*No space left on device; sudo sysctl user\.max_user_namespaces=15000$/u],
    ['there is room for one user namespace only', 'echo 1 > /proc/sys/user/max_user_namespaces; exec "$@"', /^namespaces within, for each instance: unshare: .*No space left on device; sudo sysctl user\.max_user_namespaces=15000$/u],
    ['network namespaces are forbidden', 'echo 0 > /proc/sys/user/max_net_namespaces; exec "$@"', /^user namespaces: unshare: .*No space left on device; /u],
    ['/proc/sys is read-only', 'mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; exec "$@"', /^[^:]+: .*systempaths=unconfined$/u],
    ['/proc is masked as a container\'s is', 'for path in /proc/kcore /proc/keys /proc/timer_list; do if [ -e $path ]; then mount --bind /dev/null $path; fi; done; mount -t tmpfs -o ro mask /proc/scsi || mount -t tmpfs -o ro mask /proc/fs; exec "$@"', /^a process tree of its own: mount: .*; a container hides parts of \/proc: start it with --security-opt systempaths=unconfined$/u],
    ['root has no capabilities', 'exec setpriv --bounding-set -all -- "$@"', /^user namespaces: unshare: .*Operation not permitted; in a container, start it with --security-opt/u],
  ])('says what to do when %s', async (_, script, reason) => {
    const { usable, reason: said, checks } = await probeOn(script);
    expect(said).toMatch(reason);
    expect(said).not.toContain('\n');
    expect(usable).toBe(false);
    expect(checks.filter(({ needed, ok, fix }) => needed && !ok && fix === undefined)).toEqual([]);
  });

  it('says what to do in a chroot', async () => {
    const root = folder();
    const bind = `for path in /*; do if [ -L "$path" ]; then cp -d "$path" $0; elif [ -d "$path" ]; then mkdir "$0$path"; mount --rbind "$path" "$0$path"; fi; done`;
    const { usable, reason } = await probeOn(`root=${root}; ${bind.replaceAll('$0', '$root')}; exec chroot $root "$@"`);
    expect(reason).toMatch(/^user namespaces: unshare: .*Operation not permitted; this is a chroot, where the kernel refuses them: run ssmlab outside of it$/u);
    expect(usable).toBe(false);
  });

  it.runIf(process.getuid?.() === 0)('says what to do when root may not give uids to instances', async () => {
    const { usable, reason } = await probeOn('exec setpriv --bounding-set -setuid,-setgid -- "$@"', { within: [] });
    expect(reason).toMatch(/^uids for users of instances: EPERM.*; root needs the capabilities SETUID, SETGID and SETFCAP/u);
    expect(usable).toBe(false);
  });
});
