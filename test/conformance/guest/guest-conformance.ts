/** What every kind of guest promises (`guest.ts`), and what an Amazon Linux 2023 instance shows on each: one suite, run on both. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Guest, PowerRequest } from '../../../src/cloud/guest/guest.js';
import { run, SPECIFICATION, Terminal } from '../../unit/cloud/guest/sandbox/bundled-worker.js';

export interface GuestUnderTest {
  /** A guest of {@link SPECIFICATION} with nothing on its network. */
  readonly boot: () => Promise<Guest>;
  /** Whether its users are kept from each other: not where all of them are one uid of the host (`fabric.md` §3). */
  readonly separatesUsers: boolean;
}

const HOME = '/home/ec2-user';
/** For what comes after a moment, also on a busy machine. */
const PATIENCE = { timeout: 10_000 };

export function describeGuest({ boot, separatesUsers }: GuestUnderTest): void {
  let guest: Guest;
  beforeAll(async () => {
    guest = await boot();
  });
  afterAll(() => guest.stop());
  const out = async (line: string, options: Parameters<typeof run>[2] = {}): Promise<string> => (await run(guest, line, options)).stdout;

  describe('who and where', () => {
    it.each([
      ['ssm-user', 'id -un; id -u; id -gn; pwd; echo $HOME', 'ssm-user\n1001\nssm-user\n/usr/bin\n/home/ssm-user\n'],
      ['ec2-user', 'id -un; id -u; id -gn; pwd; echo $HOME', `ec2-user\n1000\nec2-user\n${HOME}\n${HOME}\n`],
      ['root', 'id -un; id -u; id -gn; pwd; echo $HOME', 'root\n0\nroot\n/root\n/root\n'],
      ['ssm-user', 'hostname; cat /etc/hostname', 'ip-10-0-1-16.ap-northeast-1.compute.internal\n'.repeat(2)],
      ['ssm-user', '. /etc/os-release; echo "$PRETTY_NAME"; cat /etc/system-release', 'Amazon Linux 2023\nAmazon Linux release 2023 (Amazon Linux)\n'],
      ['ssm-user', 'cat /etc/resolv.conf; head -1 /etc/hosts', 'nameserver 10.0.0.2\nsearch ap-northeast-1.compute.internal\n127.0.0.1   localhost localhost.localdomain localhost4 localhost4.localdomain4\n'],
      ['ssm-user', 'env | cut -d= -f1 | grep -vE "^(_|PWD|OLDPWD|SHLVL)$" | sort | tr "\\n" " "', 'HOME LANG LOGNAME PATH SHELL USER '],
      ['ec2-user', 'cat .ssh/authorized_keys; stat -c %a .ssh .ssh/authorized_keys .', 'ssh-ed25519 AAAAC3Nza key\n700\n600\n700\n'],
      ['ssm-user', 'cat /etc/pki/tls/certs/ca-bundle.crt', 'the lab\'s CA\n'],
    ] as const)('as %s: %s', async (user, line, expected) => {
      expect(await out(line, { user, directory: undefined })).toBe(expected);
    });

    it('takes another directory and more environment, and / where there is no such directory', async () => {
      expect(await out('pwd; echo $A', { directory: '/etc', environment: { A: 'a "b" $c\n' } })).toBe('/etc\na "b" $c \n'.replace(' \n', '\n'));
      expect(await out('pwd', { directory: '/nowhere' })).toBe('/\n');
    });

    it.runIf(separatesUsers)('keeps its users from each other', async () => {
      const got = await run(guest, 'cat /home/ssm-user/.bashrc; ls /root; echo > /etc/x', { user: 'ec2-user' });
      expect(got.stdout).toBe('');
      expect(got.stderr.match(/Permission denied/gu)).toHaveLength(3);
    });
  });

  describe('a line', () => {
    it('has three streams of its own, which can be opened again', async () => {
      expect(await run(guest, 'cat; echo e >&2; echo o > /dev/stdout; echo f > /dev/stderr', { stdin: 'in\n' })).toEqual({ code: 0, signal: undefined, stdout: 'in\no\n', stderr: 'e\nf\n' });
    });

    it.each([
      ['exit 7', { code: 7, signal: undefined }],
      ['kill -9 $$', { code: undefined, signal: 'KILL' }],
      ['kill -TERM $$', { code: undefined, signal: 'TERM' }],
      ['exit 137', { code: 137, signal: undefined }],
      ['no-such-program', { code: 127, signal: undefined }],
      ['sh -c "kill -9 \\$\\$"; exit $?', { code: 137, signal: undefined }],
    ])('ends as it ends: %s', async (line, status) => {
      expect(await run(guest, line)).toMatchObject(status);
    });

    it('is sh, as bash is it', async () => {
      expect(await out('echo $0; [[ -o posix ]] && echo posix; sh -c "echo \\${BASH_VERSION%%.*}"')).toBe('sh\nposix\n5\n');
    });

    it('carries every byte both ways', async () => {
      const bytes = randomBytes(3_000_000);
      const process = await guest.spawn({ user: 'ssm-user', run: { kind: 'line', line: 'cat' } });
      process.stdin.end(bytes);
      const parts: Buffer[] = [];
      for await (const part of process.stdout) parts.push(part as Buffer);
      expect(createHash('sha256').update(Buffer.concat(parts)).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
    });

    it('that nobody reads waits, instead of filling memory', async () => {
      const process = await guest.spawn({ user: 'ec2-user', run: { kind: 'line', line: `i=0; while [ $i -lt 4000 ]; do printf '%01000d' $i; i=$((i + 1)); echo $i > ${HOME}/written; done` } });
      let before = '';
      let now = await settled();
      while (before !== now) {
        before = now;
        now = await settled();
      }
      expect(Number(now)).toBeLessThan(3000);
      let size = 0;
      for await (const part of process.stdout) size += (part as Buffer).length;
      expect(size).toBe(4_000_000);
      expect(await process.status).toEqual({ code: 0, signal: undefined });

      async function settled(): Promise<string> {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return out(`cat ${HOME}/written`, { user: 'root' });
      }
    });

    it.each([['INT'], ['TERM'], ['HUP'], ['KILL']])('ends by %s, with all that it started', async (name) => {
      const process = await guest.spawn({ user: 'ssm-user', run: { kind: 'line', line: 'echo up; sleep 987; true' } });
      await new Promise((resolve) => process.stdout.once('data', resolve));
      process.signal(name);
      expect((await process.status).signal).toBe(name);
      expect(await out('ps -ef | grep -c "[s]leep 987"')).toBe('0\n');
    });
  });

  describe('a terminal', () => {
    const closed = async (terminal: Terminal, last: string) => {
      terminal.type(last);
      return terminal.process.status;
    };

    it('is the user\'s, has its size and takes another', async () => {
      const terminal = await Terminal.open(guest);
      await terminal.expect('sh-5.2$ ');
      terminal.type('tty; stty size; echo "$TERM $PWD"\r');
      expect(await terminal.expect(/sh-5.2\$ $/u)).toContain('24 80\r\nxterm-256color /usr/bin\r\n');
      expect(terminal.output).toMatch(/\r\n?\/dev\/pts\/\d+\r\n/u);
      for (const [columns, rows] of [[120, 40], [91, 27]] as const) {
        terminal.process.resize({ columns: 7, rows: 7 });
        terminal.process.resize({ columns, rows });
        terminal.type('stty size\r');
        expect(await terminal.expect(/\d+ \d+\r\n/u)).toContain(`${rows} ${columns}`);
        await terminal.expect('sh-5.2$ ');
      }
      expect(await closed(terminal, 'exit 7\r')).toEqual({ code: 7, signal: undefined });
    });

    it('of ec2-user has AL2023\'s prompt in its login shell', async () => {
      const terminal = await Terminal.open(guest, { user: 'ec2-user', run: { kind: 'shell', login: true } });
      await terminal.expect('[ec2-user@ip-10-0-1-16 ~]$ ');
      terminal.type('shopt -q login_shell && echo login $0; alias ll\r');
      expect(await terminal.expect(/\]\$ $/u)).toContain('login -bash\r\nalias ll=\'ls -l\'\r\n');
      expect(await closed(terminal, '\x04')).toEqual({ code: 0, signal: undefined });
    });

    it('interrupts, stops and continues what runs in it', async () => {
      const terminal = await Terminal.open(guest);
      await terminal.expect('$ ');
      terminal.type('sleep 1000\r');
      await terminal.expect('sleep 1000\r\n');
      await running(1000);
      terminal.type('\x03');
      await terminal.expect('$ ');
      terminal.type('echo =$?; sleep 1001\r');
      await terminal.expect('=130\r\n');
      await running(1001);
      terminal.type('\x1a');
      await terminal.expect(/\[1\]\+  Stopped\S*\s+sleep 1001\r\n/u);
      await terminal.expect('$ ');
      terminal.type('bg; fg\r');
      await terminal.expect(/\[1\]\+? sleep 1001 &\r\nsleep 1001\r\n/u);
      terminal.process.signal('INT');
      await terminal.expect('$ ');
      // The last command's status is the shell's, and no signal ended the shell.
      expect(await closed(terminal, '\x04')).toEqual({ code: 130, signal: undefined });
    });

    it('says which signal ended its shell', async () => {
      const terminal = await Terminal.open(guest);
      await terminal.expect('$ ');
      expect(await closed(terminal, 'kill -9 $$\r')).toEqual({ code: undefined, signal: 'KILL' });
    });

    it('that hangs up takes its processes along', async () => {
      const terminal = await Terminal.open(guest);
      await terminal.expect('$ ');
      terminal.type('sleep 1002\r');
      await running(1002);
      terminal.process.signal('HUP');
      expect(await terminal.process.status).toEqual({ code: undefined, signal: 'HUP' });
      await expect.poll(() => out('ps -ef | grep -c "[s]leep 1002"'), PATIENCE).toBe('0\n');
    });

    it('runs a line, too', async () => {
      const process = await guest.spawn({ user: 'ec2-user', run: { kind: 'line', line: 'tty > /dev/null && echo a terminal; exit 3' }, pty: { columns: 80, rows: 24, term: 'xterm' } });
      const parts: Buffer[] = [];
      for await (const part of process.stdout) parts.push(part as Buffer);
      expect(Buffer.concat(parts).toString()).toBe('a terminal\r\n');
      expect(await process.status).toEqual({ code: 3, signal: undefined });
    });

    const running = (seconds: number) => expect.poll(() => out(`ps -ef | grep -c "[s]leep ${seconds}"`), PATIENCE).toBe('1\n');
  });

  describe('sudo', () => {
    it.each([
      ['sudo id -un; sudo -u ec2-user id -un; sudo -n id -u', 'root\nec2-user\n0\n'],
      ['echo in | sudo cat; sudo sh -c "exit 9"; echo $?', 'in\n9\n'],
      ['sudo sh -c "echo o; echo e >&2" 2>&1 | sort', 'e\no\n'],
      ['cd /tmp; sudo rm -f f; sudo echo 1 > f; sudo echo 2 >> f; sudo cat < f; sudo pwd', '1\n2\n/tmp\n'],
      ['printf "1\\n2\\n" > /tmp/g; while read -r l; do sudo echo "got $l"; done < /tmp/g', 'got 1\ngot 2\n'],
      ['sudo echo "a  b" \\$HOME "c\'d"', 'a  b $HOME c\'d\n'],
      ['A=1 sudo env | grep ^A=; sudo A=2 env | grep ^A=; sudo sh -c \'echo $SUDO_USER $SUDO_UID $HOME\'', 'A=2\nssm-user 1001 /root\n'],
      ['sudo -i pwd; sudo -i sh -c \'echo $0\'', '/root\nsh\n'],
      ['sudo yes | head -2; sudo sudo id -un', 'y\ny\nroot\n'],
      ['sudo su - ec2-user -c "id -un; pwd"', `ec2-user\n${HOME}\n`],
      ['sudo nothing-of-that-name 2> /tmp/e; echo $?; head -1 /tmp/e', '1\nsudo: nothing-of-that-name: command not found\n'],
      ['sudo -u nobody-of-that-name id 2>&1 | head -1', 'sudo: unknown user nobody-of-that-name\n'],
      ['sudo -l | tail -1', '    (ALL) NOPASSWD: ALL\n'],
      ['sudo grep -c . /etc/shadow', '3\n'],
    ])('%s', async (line, expected) => {
      expect(await out(line)).toBe(expected);
    });

    it('has the terminal\'s keys', async () => {
      const terminal = await Terminal.open(guest, { user: 'ec2-user', run: { kind: 'shell', login: true } });
      await terminal.expect(']$ ');
      terminal.type('sudo sleep 1003\r');
      await expect.poll(() => out('ps -ef | grep -v sudo | grep -c "[s]leep 1003"'), PATIENCE).toBe('1\n');
      terminal.type('\x03');
      await terminal.expect(']$ ');
      terminal.type('echo =$?; sudo -i\r');
      await terminal.expect('=130\r\n');
      await terminal.expect('[root@ip-10-0-1-16 ~]# ');
      terminal.type('id -un; stty size; exit 4\r');
      expect(await terminal.expect('logout\r\n')).toContain('root\r\n24 80\r\n');
      await terminal.expect(']$ ');
      terminal.type('exit $?\r');
      expect(await terminal.process.status).toEqual({ code: 4, signal: undefined });
    });
  });

  describe('files', () => {
    const at = `${HOME}/files`;
    it('are those that its processes see', async () => {
      const files = guest.files('ec2-user');
      await files.makeDirectory(at, 0o755);
      await files.create(`${at}/f`, 0o640);
      await files.write(`${at}/f`, 0, Buffer.from('hello\n'));
      await files.write(`${at}/f`, 6, Buffer.from('again\n'));
      expect((await files.read(`${at}/f`, 3, 5)).toString()).toBe('lo\nag');
      expect(await files.read(`${at}/f`, 12, 5)).toHaveLength(0);
      expect(await files.read(`${at}/f`, 0, 0)).toHaveLength(0);
      await files.symlink('f', `${at}/l`);
      expect(await files.readLink(`${at}/l`)).toBe('f');
      expect(await files.realPath(`${at}/../files/l`)).toBe(`${at}/f`);
      await files.setModified(`${at}/f`, 1_700_000_000);
      expect(await files.stat(`${at}/l`)).toEqual({ kind: 'file', size: 12, mode: 0o640, uid: 1000, gid: 1000, modified: 1_700_000_000 });
      expect(await files.stat(`${at}/l`, { followSymlinks: false })).toMatchObject({ kind: 'symlink', size: 1 });
      expect((await files.list(at)).map(({ name, stat }) => `${name} ${stat.kind}`).toSorted()).toEqual(['f file', 'l symlink']);
      expect(await out(`cat ${at}/l; rm ${at}/f; ls ${at}`, { user: 'ec2-user' })).toBe('hello\nagain\nl\n');
      await files.remove(`${at}/l`);
      await files.rename(at, `${at}-2`);
      await files.removeDirectory(`${at}-2`);
      expect(await out(`ls -d ${at}* 2>&1 | wc -l; echo made > made`, { user: 'ec2-user', directory: HOME })).toBe('1\n');
      expect((await files.read('made', 0, 100)).toString()).toBe('made\n');
    });

    it('change as they are told', async () => {
      const files = guest.files('ec2-user');
      await files.create('t', 0o644);
      await files.write('t', 0, Buffer.from('123456'));
      await files.truncate('t', 3);
      expect((await files.read('t', 0, 10)).toString()).toBe('123');
      await files.write('t', 6, Buffer.from('x'));
      expect(await files.read('t', 0, 10)).toEqual(Buffer.from('123\0\0\0x'));
      await files.create('t', 0o600);
      expect(await files.stat('t')).toMatchObject({ size: 0, mode: 0o644 });
      await files.setMode('t', 0o755);
      expect(await out('stat -c %a t', { user: 'ec2-user', directory: HOME })).toBe('755\n');
      await files.create('u', 0o600);
      await files.rename('u', 't');
      expect(await files.stat('t')).toMatchObject({ mode: 0o600 });
      await files.remove('t');
    });

    it.each([
      ['ENOENT', 'stat', ['/nope']],
      ['ENOENT', 'readLink', ['/nope']],
      ['ENOENT', 'write', ['/nope', 0, Buffer.from('x')]],
      ['ENOENT', 'rename', ['/nope', '/tmp/x']],
      ['ENOENT', 'realPath', ['/nope/x']],
      ['EACCES', 'list', ['/root']],
      ['EACCES', 'create', ['/etc/x', 0o644]],
      ['EACCES', 'makeDirectory', ['/etc/x', 0o755]],
      ['EACCES', 'read', ['/home/ssm-user/.bashrc', 0, 1]],
      ['EACCES', 'remove', ['/etc/passwd']],
      ['EEXIST', 'makeDirectory', ['/home/ec2-user/.ssh', 0o755]],
      ['ENOTEMPTY', 'removeDirectory', ['/home/ec2-user/.ssh']],
      ['EISDIR', 'read', ['/etc', 0, 1]],
      ['ENOTDIR', 'list', ['/etc/passwd']],
      ['EINVAL', 'readLink', ['/etc/passwd']],
      ['EPERM', 'setMode', ['/etc/passwd', 0o777]],
    ] as const)('fail with %s: %s %j', async (code, operation, args) => {
      if (code.startsWith('E') && !separatesUsers && (code === 'EACCES' || code === 'EPERM')) return;
      const files = guest.files('ec2-user') as unknown as Record<string, (...values: readonly unknown[]) => Promise<unknown>>;
      await expect(files[operation]?.(...args)).rejects.toMatchObject({ code });
    });

    it('carry every byte, however it is cut up', async () => {
      const files = guest.files('ec2-user');
      const bytes = randomBytes(5_000_003);
      await files.create('big', 0o644);
      const pieces = Array.from({ length: Math.ceil(bytes.length / 32_768) }, (_, index) => index * 32_768);
      await Promise.all(pieces.map((offset) => files.write('big', offset, bytes.subarray(offset, offset + 32_768))));
      const read = await Promise.all(pieces.map((offset) => files.read('big', offset, 32_768)));
      expect(Buffer.concat(read).equals(bytes)).toBe(true);
      expect(await out('md5sum < big', { user: 'ec2-user', directory: HOME })).toBe(`${createHash('md5').update(bytes).digest('hex')}  -\n`);
      await files.remove('big');
    });
  });

  describe('power', () => {
    const requests: PowerRequest[] = [];
    beforeAll(() => guest.onPower((request) => requests.push(request)));

    it('is root\'s', async () => {
      expect(await run(guest, 'shutdown now', { user: 'ec2-user' })).toMatchObject({ code: 1, stderr: 'Failed to set wall message, ignoring: Interactive authentication required.\nCall to PowerOff failed: Interactive authentication required.\n' });
      expect(await run(guest, 'sudo shutdown +9; sudo shutdown -c', { user: 'ec2-user' })).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Shutdown scheduled for \w{3} [\d-]{10} [\d:]{8} UTC, use 'shutdown -c' to cancel\.\n$/u) });
      expect(requests).toEqual([]);
    });

    it.each([['shutdown -h now', 'off'], ['poweroff', 'off'], ['halt', 'off'], ['reboot', 'reboot'], ['shutdown -r now', 'reboot']])('%s asks for %s', async (line, request) => {
      await run(guest, `sudo ${line}`, { user: 'ec2-user' });
      await expect.poll(() => requests.splice(0), PATIENCE).toEqual([request]);
    });

    it('once cut ends everything at once, and nothing starts any more', async () => {
      const other = await boot();
      const terminal = await Terminal.open(other);
      await terminal.expect('$ ');
      const line = await other.spawn({ user: 'ec2-user', run: { kind: 'line', line: 'sleep 1004' } });
      await other.stop();
      expect(await terminal.process.status).toEqual({ code: undefined, signal: 'KILL' });
      expect(await line.status).toEqual({ code: undefined, signal: 'KILL' });
      await expect(other.spawn({ user: 'root', run: { kind: 'line', line: ':' } })).rejects.toThrow('powered off');
      await other.stop();
    });
  });
}

export { SPECIFICATION };
