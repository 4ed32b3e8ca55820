/** What a hostile guest cannot do: as its root and as its users, and through the region's own hands. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Guest, PowerRequest } from '../../../../../src/cloud/guest/guest.js';
import { createNamespaceGuestHost } from '../../../../../src/cloud/guest/namespace/host.js';
import { run, silentFabric, SPECIFICATION, Terminal } from '../sandbox/bundled-worker.js';
import { namespacesMissing, realNamespaces, UID_MODE } from './real-namespaces.js';

const missing = namespacesMissing();
const SECRET = 'ssmlab-secret-of-the-host';
const logged: string[] = [];
const host = createNamespaceGuestHost({ fabric: silentFabric(), namespaces: realNamespaces(), log: (line) => logged.push(line) });

describe.runIf(missing === undefined)(`a hostile guest, ${UID_MODE} uid`, () => {
  let guest: Guest;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), SECRET));
    writeFileSync(join(folder, 'file'), SECRET, { mode: 0o666 });
    process.env['SSMLAB_TEST_SECRET'] = SECRET;
    guest = await host.boot(SPECIFICATION);
  });
  afterAll(async () => {
    await guest.stop();
    delete process.env['SSMLAB_TEST_SECRET'];
    rmSync(folder, { recursive: true });
  });
  const root = async (line: string): Promise<string> => {
    const got = await run(guest, line, { user: 'root' });
    return got.stdout + got.stderr;
  };

  describe.each(['root', 'ec2-user', 'ssm-user'] as const)('%s', (user) => {
    const out = async (line: string): Promise<string> => {
      const got = await run(guest, line, { user });
      return got.stdout + got.stderr;
    };

    it('finds no file of the host', async () => {
      expect(await out(`ls ${folder} /proc/1/root${folder} /proc/self/root/../..${folder} /.host 2>&1 | grep -vc "No such file\\|Permission denied"`)).toBe('0\n');
      expect(await out('ls /home; ls -a / | tr "\\n" " "')).toBe('ec2-user\nssm-user\n. .. bin boot dev etc home lib lib64 media mnt opt proc root run sbin srv sys tmp usr var ');
      expect(await out('cut -d: -f1 /etc/passwd | tr "\\n" " "')).toBe('root ec2-user ssm-user nobody ');
      expect(await out('grep -c . /proc/self/mountinfo; grep -E " /(home|root|var|run/|mnt|opt|srv)[^ ]* .* (ext4|xfs|btrfs|overlay)" /proc/self/mountinfo')).toMatch(/^\d+\n$/u);
    });

    it('sees no process but the guest\'s, and no control group but its own', async () => {
      expect(await out('cat /proc/[0-9]*/cmdline 2> /dev/null | tr "\\0" " "')).not.toMatch(/vitest|node /u);
      expect(Number(await out('echo /proc/[0-9]* | wc -w'))).toBeLessThan(20);
      expect(await out('cut -d: -f3 /proc/self/cgroup | sort -u')).toBe('/\n');
    });

    it('has no file open but its own, no word of the host\'s environment, and no new privileges', async () => {
      const files = 'ls /proc/self/fd | tr "\\n" " "';
      expect(await out(files)).toBe('0 1 2 3 ');
      const terminal = await Terminal.open(guest, { user });
      await terminal.expect(/[$#] $/u);
      terminal.type(`echo "<$(${files})>"; exit\r`);
      expect(await terminal.expect(/<[\d ]*>\r\n/u)).toMatch(/<0 1 2 3 >/u);
      expect(await out('sudo ls /proc/self/fd | tr "\\n" " "')).toBe('0 1 2 3 ');
      expect(await out('cat /proc/[0-9]*/environ 2> /dev/null | tr "\\0" "\\n"')).not.toMatch(/SECRET|npm_|NODE|vitest/iu);
      expect(await out('grep -h NoNewPrivs /proc/[0-9]*/status 2> /dev/null | sort -u')).toBe('NoNewPrivs:\t1\n');
    });

    it('cannot change what is bound from the host', async () => {
      expect(await out('for f in /usr/x /usr/bin/x /usr/lib/x /etc/alternatives/x /dev/../usr/share/x; do (: > $f) 2>&1; done; chmod 777 /usr/bin/env 2>&1; rm -f /usr/bin/env 2>&1; cp /bin/true /usr/bin/env 2>&1; [[ -s /usr/bin/env ]] && echo there')).toMatch(/^(?:.*(?:Read-only file system|No such file|Permission denied|cannot|not permitted).*\n)+there\n$/u);
      expect(await out('(mount -o remount,rw,bind /usr; mount -o remount,rw /usr; mount -o remount,rw,bind /usr/bin/dash; umount -l /usr/local; unshare --mount umount -l /usr; unshare --mount mount -o remount,rw,bind /usr; : > /usr/x; : >> /usr/bin/dash) > /dev/null 2>&1; ls /usr/x 2>&1; [[ -x /usr/local/bin/sudo ]] || echo gone; grep -c " /usr ro," /proc/self/mountinfo')).toBe('ls: cannot access \'/usr/x\': No such file or directory\n1\n');
    });

    it('gets nowhere by a setuid bit', async () => {
      const copy = `/home/ec2-user/setuid-${user}`;
      expect(await root(`cp /bin/bash ${copy} && chmod 4755 ${copy} /home/ec2-user && stat -c %a ${copy}`)).toBe('4755\n');
      expect(await out(`${copy} -p -c 'id -u'`)).toBe(await out('id -u'));
      await root(`rm ${copy}; chmod 700 /home/ec2-user`);
    });

    it('writes to no setting of the host', async () => {
      const settings = ['kernel/core_pattern', 'kernel/sysrq', 'kernel/panic', 'kernel/randomize_va_space', 'vm/drop_caches', 'vm/overcommit_memory', 'fs/file-max', 'kernel/modprobe', 'net/core/rmem_max'];
      expect(await out(`for s in ${settings.join(' ')}; do (echo 1 > /proc/sys/$s) 2> /dev/null && echo "$s"; done; (echo b > /proc/sysrq-trigger) 2> /dev/null && echo sysrq; (echo 1 > /sys/kernel/mm/transparent_hugepage/enabled) 2> /dev/null && echo sys; :`)).toBe('');
    });

    it('makes no device and mounts no disk', async () => {
      expect(await out('mknod /tmp/d b 254 0 2>&1; mknod /tmp/m c 1 1 2>&1; mount -t ext4 /dev/vda /mnt 2>&1; ls /dev | tr "\\n" " "')).toMatch(/not permitted|denied|root/u);
      expect(await out('ls /tmp/d /tmp/m 2>&1 | grep -vc "No such file"')).toBe('0\n');
    });
  });

  it('root sees its own network alone', async () => {
    expect(await root('ls /sys/class/net; cat /proc/net/dev | grep -c :')).toBe('lo\n1\n');
    expect(await root('ip link add dummy-of-guest type veth peer name p 2> /dev/null; ip link del dummy-of-guest 2> /dev/null; ls /sys/class/net')).toBe('lo\n');
  });

  it('root that unmounts what it can sees no more of the host', async () => {
    const other = await host.boot(SPECIFICATION);
    const got = await run(other, 'for m in $(cut -d" " -f5 /proc/self/mountinfo | sort -r); do umount -l "$m"; done 2> /dev/null; echo /*; echo /usr/*; echo /run/*', { user: 'root' });
    expect(got.stdout).not.toContain(SECRET);
    expect(got.stdout.split('\n')[0]).toMatch(/^\/bin \/boot/u);
    await other.stop();
  });

  it.each(['root', 'ec2-user'] as const)('%s ends its own processes only', async (user) => {
    await run(guest, 'kill -9 -1; kill -9 1', { user });
    expect(await root('echo alive')).toBe('alive\n');
  });

  it.each(['root', 'ec2-user'] as const)('a fork bomb of %s stays within its limit, and others go on', async (user) => {
    const bomb = await guest.spawn({ user, run: { kind: 'line', line: 'bomb() { bomb | bomb & }; bomb > /dev/null 2>&1; sleep 2' } });
    bomb.stdout.resume();
    bomb.stderr.resume();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    if (UID_MODE === 'multi') {
      const seen = await run(guest, 'echo /proc/[0-9]* | wc -w', { user: 'ssm-user' });
      expect(Number(seen.stdout)).toBeLessThan(600);
    }
    await guest.stop();
    guest = await host.boot(SPECIFICATION);
    expect(await root('echo alive')).toBe('alive\n');
  }, 60_000);

  it('root cannot raise its limit', async () => {
    expect(await root('ulimit -u; ulimit -u 5000 2>&1 | grep -c "cannot modify"; ulimit -u')).toBe('512\n1\n512\n');
  });

  it.each(['root', 'ec2-user'] as const)('a process of %s gets so much memory and so many files, and no more', async (user) => {
    const out = (line: string) => run(guest, line, { user });
    // The shell that starts sessions has the limits, and so has what sudo starts.
    for (const by of ['', 'sudo ']) expect((await out(`${by}bash -c 'ulimit -d; ulimit -n; ulimit -n 100000 2> /dev/null; ulimit -d unlimited 2> /dev/null; ulimit -n; ulimit -d'`)).stdout).toBe('1048576\n4096\n4096\n1048576\n');
    expect(await out('head -c 1200M /dev/zero | tail -n 1 | wc -c')).toMatchObject({ stdout: '0\n', stderr: expect.stringContaining('memory exhausted') as string });
    expect((await out(`bash -c 'i=10; while { eval "exec $i<> /dev/null"; } 2> /dev/null && [ $i -lt 9000 ]; do i=$((i + 1)); done; echo $i'`)).stdout).toBe('4096\n');
  }, 60_000);

  it('fills nothing but its own disk', async () => {
    expect(await root('for d in / /tmp /run /dev/shm /dev /usr/local; do dd if=/dev/zero of=$d/fill bs=1M count=400 2>&1 | grep -c "No space"; stat -f -c %b $d > /dev/null; rm -f $d/fill; done | sort -u')).toBe('1\n');
    expect(await root('mkdir /n; cd /n; i=0; while [ $i -lt 70000 ] && true > $i; do i=$((i + 1)); done 2> /dev/null; [ $i -lt 66000 ] && echo bounded; rm -rf /n')).toBe('bounded\n');
  }, 60_000);

  describe('files()', () => {
    const attempts: readonly (readonly [string, string])[] = [
      ['an absolute link', 'ln -s FOLDER l'],
      ['a relative link', 'ln -s ../../../../../../../..FOLDER l'],
      ['a link through proc', 'ln -s /proc/self/root/../FOLDER l'],
      ['a link through init\'s root', 'ln -s /proc/1/root/FOLDER l'],
      ['a link through the parent\'s folder', 'ln -s /proc/self/cwd/../../..FOLDER l'],
    ];
    it.each(attempts)('follow %s into the guest only', async (_, make) => {
      await run(guest, `rm -rf l; ${make.replaceAll('FOLDER', folder)}`, { user: 'ec2-user', directory: '/home/ec2-user' });
      for (const user of ['root', 'ec2-user'] as const) {
        const files = guest.files(user);
        // Init's root is for root to look into.
        const refused = { code: expect.stringMatching(user === 'root' ? /ENOENT/u : /ENOENT|EACCES/u) };
        await expect(files.read('/home/ec2-user/l/file', 0, 100)).rejects.toMatchObject(refused);
        await expect(files.list('/home/ec2-user/l')).rejects.toMatchObject(refused);
        await expect(files.create('/home/ec2-user/l/new', 0o644)).rejects.toMatchObject(refused);
        await expect(files.read(`/proc/self/root/proc/../..${folder}/file`, 0, 100)).rejects.toMatchObject({ code: 'ENOENT' });
      }
      expect(readFileSync(join(folder, 'file'), 'utf8')).toBe(SECRET);
    });

    it.runIf(UID_MODE === 'multi')('are judged as the user\'s, where a link leads', async () => {
      await root('echo hidden > /root/secret; chmod 600 /root/secret; ln -sf /root/secret /home/ec2-user/s; ln -sf /etc/shadow /home/ec2-user/t');
      const files = guest.files('ec2-user');
      for (const path of ['/home/ec2-user/s', '/home/ec2-user/t']) {
        await expect(files.read(path, 0, 100)).rejects.toMatchObject({ code: 'EACCES' });
        await expect(files.write(path, 0, Buffer.from('x'))).rejects.toMatchObject({ code: 'EACCES' });
        await expect(files.truncate(path, 0)).rejects.toMatchObject({ code: 'EACCES' });
        await expect(files.setMode(path, 0o777)).rejects.toMatchObject({ code: expect.stringMatching(/EPERM|EACCES/u) });
      }
      expect((await guest.files('root').read('/root/secret', 0, 100)).toString()).toBe('hidden\n');
    });

    it('do not wait for pipes, nor read devices without end', async () => {
      await root('rm -f /tmp/pipe; mkfifo -m 666 /tmp/pipe; ln -sf /dev/zero /tmp/zero');
      const files = guest.files('ec2-user');
      expect(await files.read('/tmp/pipe', 0, 10)).toHaveLength(0);
      expect(await files.read('/tmp/zero', 0, 10)).toHaveLength(0);
      // What was not written is not said to be.
      await expect(files.write('/tmp/pipe', 0, Buffer.from('x'))).rejects.toThrow();
      expect((await files.stat('/tmp')).kind).toBe('directory');
    });

    it('take names that are code or notation as names', async () => {
      const files = guest.files('ec2-user');
      const names = ['-rf', '$(id)', '`id`', 'a\nb', ' ', '\'', '"', '\\', '*', '?', '{a,b}', '~', '!', 'ü\u{1f600}', '\t', '#', '-', 'a -> b', '" -> "', '%n%s'];
      await files.makeDirectory('/home/ec2-user/names', 0o755);
      for (const name of names) {
        await files.create(`/home/ec2-user/names/${name}`, 0o644);
        await files.write(`/home/ec2-user/names/${name}`, 0, Buffer.from(name));
      }
      const listed = await files.list('/home/ec2-user/names');
      expect(listed.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
      for (const name of names) {
        expect((await files.read(`/home/ec2-user/names/${name}`, 0, 100)).toString()).toBe(name);
        await files.symlink(name, '/home/ec2-user/link');
        expect(await files.readLink('/home/ec2-user/link')).toBe(name);
        await files.remove('/home/ec2-user/link');
        await files.remove(`/home/ec2-user/names/${name}`);
      }
      await files.removeDirectory('/home/ec2-user/names');
    });

    it('survive a program that was killed or lies', async () => {
      const files = guest.files('ec2-user');
      await files.stat('/');
      await root('for p in /proc/[0-9]*; do grep -q QUOTING_STYLE=c "$p/cmdline" && kill -9 "${p#/proc/}"; done 2> /dev/null; :');
      await files.stat('/').catch(() => undefined);
      expect((await files.stat('/')).kind).toBe('directory');
    });
  });

  describe('sudo', () => {
    it.runIf(UID_MODE === 'multi')('is for those two users', async () => {
      expect(await root('cd /; setpriv --reuid=1234 --regid=1234 --clear-groups sudo id -u 2>&1')).toContain('is not in the sudoers file');
      expect(await root('setpriv --reuid=1234 --regid=1234 --clear-groups bash -c "echo 1 > /run/ssmlab/sudo" 2>&1')).toContain('Permission denied');
      expect(await root('setpriv --reuid=1234 --regid=1234 --clear-groups bash -c "mkdir /run/ssmlab/power/off.1" 2>&1')).toContain('Permission denied');
    });

    it('lives through words that are no requests', async () => {
      await run(guest, 'for w in 1 -1 0 999999 "../../etc" "$$" "" "a b" "\\$(id)"; do echo "$w" > /run/ssmlab/sudo; done; head -c 3000 /dev/urandom > /run/ssmlab/sudo; echo > /run/ssmlab/sudo', { user: 'ec2-user' });
      expect((await run(guest, 'sudo id -u')).stdout).toBe('0\n');
    });
  });

  it('the power is asked for by two words', async () => {
    const requests: PowerRequest[] = [];
    guest.onPower((request) => requests.push(request));
    await root('cd /run/ssmlab/power; mkdir halt off reboot offoff.1 "$(head -c 200 /dev/urandom | tr -d "/\\0")" reboot.1; touch off off.x; ln -s /etc/passwd of.1');
    await expect.poll(() => requests, { timeout: 10_000 }).toEqual(['reboot']);
  });

  it('one guest is nothing to another', async () => {
    const other = await host.boot({ ...SPECIFICATION, instanceId: 'i-0fedcba9876543210' });
    await root('echo mine > /tmp/mine; echo mine > /dev/shm/mine; (sleep 4321 &) > /dev/null 2>&1');
    expect((await run(other, 'ls /tmp /dev/shm; ps -ef | grep -c "[s]leep 4321"', { user: 'root' })).stdout).toBe('/dev/shm:\n\n/tmp:\n0\n');
    await other.stop();
  });

  it('what the region is told of it is text, however it is written', async () => {
    const keys = ['ssh-ed25519 AAAA it\'s $(touch /pwned) `touch /pwned` "; touch /pwned; \\', 'x\'; touch /pwned; \''];
    const other = await host.boot({ ...SPECIFICATION, authorizedKeys: keys, domainName: 'a\';touch /pwned;\'' });
    expect((await run(other, 'cat .ssh/authorized_keys; ls /pwned 2>&1', { user: 'ec2-user', directory: undefined })).stdout).toBe(`${keys.join('\n')}\nls: cannot access '/pwned': No such file or directory\n`);
    await other.stop();
  });

  it('a machine that cannot be made says why, and can be made later', async () => {
    const namespaces = realNamespaces();
    const scripts = ['echo no such luck >&2; exit 3', 'mount -o bind /nowhere /tmp', 'echo 0 > /proc/sys/user/max_user_namespaces'];
    const lines: string[] = [];
    const unlucky = await createNamespaceGuestHost({
      fabric: silentFabric(),
      namespaces: { ...namespaces, start: (eni, argv, script) => {
        const first = scripts.shift();
        return namespaces.start(eni, argv, first === undefined ? script : first.includes('/proc') ? `${script}\n${first}` : `set -e\n${first}\n${script}`);
      } },
      log: (line) => lines.push(line),
    }).boot(SPECIFICATION);
    await expect(run(unlucky, ':')).rejects.toThrow(`${SPECIFICATION.instanceId}: its machine could not be made: no such luck`);
    await expect(unlucky.files('root').stat('/')).rejects.toThrow(/could not be made: mount: .*nowhere/u);
    await expect(run(unlucky, ':')).rejects.toThrow(/could not be made: what is mounted cannot be locked: unshare: /u);
    expect(lines).toHaveLength(3);
    expect((await run(unlucky, 'echo now')).stdout).toBe('now\n');
    await unlucky.stop();
  });

  it('a machine that dies takes its sessions along, and the next spawn has a new one', async () => {
    const killers: (() => void)[] = [];
    const namespaces = realNamespaces();
    const lines: string[] = [];
    const fragile = await createNamespaceGuestHost({
      fabric: silentFabric(),
      namespaces: { ...namespaces, start: async (...args) => {
        const started = await namespaces.start(...args);
        killers.push(() => started.kill());
        return started;
      } },
      log: (line) => lines.push(line),
    }).boot(SPECIFICATION);
    const session = await fragile.spawn({ user: 'root', run: { kind: 'line', line: 'echo up; sleep 1000' } });
    await new Promise((resolve) => session.stdout.once('data', resolve));
    killers[0]?.();
    expect(await session.status).toEqual({ code: undefined, signal: 'KILL' });
    await expect.poll(() => lines, { timeout: 10_000 }).toEqual([`${SPECIFICATION.instanceId}: its machine died`]);
    expect((await run(fragile, 'echo again')).stdout).toBe('again\n');
    expect(killers).toHaveLength(2);
    await fragile.stop();
  });
});

describe.runIf(missing !== undefined)('a hostile guest', () => {
  it.skip(`cannot be tried here: ${missing}`);
});
