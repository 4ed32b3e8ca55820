/** Ports of instances by real processes: forward, proxy under OpenSSH, a command in a terminal (issue 4). */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportsOf, Home, onEachFabric, root, Terminal } from './program.js';

interface Ready {
  readonly port: number;
  readonly forwards: readonly { readonly port: number; readonly sessionId: string }[];
}

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const openssh = has('ssh') && has('scp') && has('ssh-keygen');
/** What scp carries there and back, bytes. An instance's disk of the sandbox is this process's memory. */
const SIZE = { netns: 100_000_000, computed: 8_000_000 };

onEachFabric('ports of instances', (fabric) => {
  const home = new Home(fabric);
  const running: ChildProcess[] = [];
  let third = '';

  /** Starts `ssmlab forward … --json` and waits for its line. */
  async function forward(...specs: string[]): Promise<{ readonly ready: Ready; readonly stderr: () => string; readonly end: (signal: NodeJS.Signals) => Promise<number | null> }> {
    const child = home.start('forward', '3', ...specs, '--json');
    running.push(child);
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    if (child.stdout === null) throw new Error('no stdout');
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const ready = await new Promise<Ready>((resolve, reject) => {
      createInterface(child.stdout as NodeJS.ReadableStream).once('line', (line) => resolve(JSON.parse(line) as Ready));
      void ended.then((status) => reject(new Error(`forward ended with ${status}: ${stderr}`)));
    });
    return { ready, stderr: () => stderr, end: (signal) => (child.kill(signal), ended) };
  }

  beforeAll(() => {
    const run = home.run(['deploy', '--yes']);
    expect(run.status, run.stderr).toBe(0);
    third = home.json<{ instances: { instanceId: string }[] }>('list').instances[2]?.instanceId ?? '';
  }, 120_000);
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
    home.remove();
  });

  describe('forward', () => {
    it('says when it is ready, leads through the instance, and outlives what is refused', async () => {
      const { ready, stderr, end } = await forward('0:checkip.amazonaws.com:80', '0:81', 'unix:ssh.sock:22');
      const [web, nothing] = ready.forwards;
      expect(ready.port).toBe(web?.port);
      // The NAT gateway's address: the instance asked, not this machine.
      const nat = home.json<{ stack: { outputs: { NATGatewayPublicIp: string } } }>('status').stack.outputs.NATGatewayPublicIp;
      expect((await (await fetch(`http://127.0.0.1:${web?.port}/`)).text()).trim()).toBe(nat);
      await expect(fetch(`http://127.0.0.1:${nothing?.port}/`)).rejects.toThrow();
      await expect(fetch(`http://127.0.0.1:${nothing?.port}/`)).rejects.toThrow();
      expect(stderr().match(/port 81 of Instance3: nothing answers there; the connection was reset\./gu)).toHaveLength(2);
      const banner = await new Promise<string>((resolve, reject) => {
        const socket = connect(join(home.folder, 'ssh.sock'));
        socket.once('error', reject).once('data', (data: Buffer) => (socket.destroy(), resolve(data.toString())));
      });
      expect(banner).toMatch(/^SSH-2\.0-/u);
      expect(await end('SIGINT')).toBe(130);
      await expect(fetch(`http://127.0.0.1:${web?.port}/`)).rejects.toThrow();
    }, 60_000);

    it('tells what is wrong before anything is opened', () => {
      expect(home.run(['forward', '3', '80'])).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(/"80" is no forward.*\[usage\]/u) });
      expect(home.run(['forward', '3'])).toMatchObject({ status: 2, stderr: expect.stringMatching(/missing forward/u) });
      const taken = home.run(['forward', '3', '192.0.2.1:8080:80', '--json']);
      expect([taken.status, (JSON.parse(taken.stdout) as { error: { code: string } }).error.code]).toEqual([3, 'listen-failed']);
    });
  });

  describe.skipIf(!Terminal.available)(`a command in a terminal${Terminal.available ? '' : ' (no script on PATH)'}`, () => {
    it('has the terminal\'s size and its keys, and gives it back', async () => {
      const terminal = home.terminal(['exec', '-t', '3', '--', 'echo ready; read -r word; echo "<$word>"; stty size; sleep 60'], { columns: 91, rows: 27 });
      await terminal.waitFor(/ready\r\n/u, 30_000);
      // The command begins before the client is there; what is typed comes after the size.
      terminal.type('typed\r');
      await terminal.waitFor(/<typed>\r\n27 91\r\n/u);
      terminal.type('\u0003');
      await terminal.waitFor(/Session ended\.\r\n\[ended 0\]/u);
      await terminal.waitFor(/(?<!-)\bicanon\b/u);
    }, 60_000);

    it('is not there without one', () => {
      expect(home.run(['exec', '-t', '3', '--', 'top'])).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(/\[no-terminal\]/u) });
    });
  });

  describe.skipIf(!openssh)(`OpenSSH through proxy${openssh ? '' : ' (no ssh, scp or ssh-keygen on PATH)'}`, () => {
    const key = join(home.folder, 'id');
    const config = join(home.folder, 'ssh_config');
    const run = (program: string, ...args: string[]) => spawnSync(program, args, { cwd: home.folder, env: home.environment, encoding: 'utf8', timeout: 120_000 });

    beforeAll(() => {
      const proxy = `'${process.execPath}' '${join(root, 'bin/run.js')}' proxy %h %p --user %r --push-key '${key}'`;
      writeFileSync(config, `Host *\n  LogLevel ERROR\n  IdentityFile ${key}\n  IdentitiesOnly yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  ProxyCommand ${proxy}\n`);
      expect(spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]).status).toBe(0);
    });

    it('copies a file there and back with a key pushed for a minute', () => {
      const bytes = randomBytes(SIZE[fabric]);
      writeFileSync(join(home.folder, 'there'), bytes);
      const up = run('scp', '-F', config, 'there', `ec2-user@${third}:kept`);
      expect(up.status, up.stderr).toBe(0);
      const sum = run('ssh', '-F', config, `ec2-user@${third}`, 'sha256sum kept; id -un; exit 7');
      expect([sum.stdout, sum.status]).toEqual([`${createHash('sha256').update(bytes).digest('hex')}  kept\nec2-user\n`, 7]);
      const down = run('scp', '-F', config, `ec2-user@${third}:kept`, 'back');
      expect(down.status, down.stderr).toBe(0);
      expect(readFileSync(join(home.folder, 'back')).equals(bytes)).toBe(true);
    }, 120_000);

    // On an instance that is a real machine rsync is there when it is here.
    it.skipIf(fabric === 'computed' || !has('rsync'))(`keeps a folder alike by rsync${has('rsync') ? '' : ' (no rsync on PATH)'}`, () => {
      const folder = join(home.folder, 'tree');
      mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
      writeFileSync(join(folder, 'empty'), '');
      writeFileSync(join(folder, 'deep', 'big'), randomBytes(3_000_000), { mode: 0o640 });
      writeFileSync(join(folder, 'deep', 'er', 'a name with spaces and ü'), 'text\n', { mode: 0o755 });
      symlinkSync('deep/big', join(folder, 'link'));
      // What changed: one line each, and none when they are alike.
      const sync = (...args: string[]): string[] => {
        const done = run('rsync', '-rlpt', '--delete', '--itemize-changes', '-e', `ssh -F ${config}`, ...args);
        expect(done.status, done.stderr).toBe(0);
        return done.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('created directory')).map((line) => line.replace(/^(\S+)\s+/u, '$1 '));
      };
      const there = `ec2-user@${third}:tree/`;
      expect(sync('tree/', there)).toHaveLength(7);
      expect(sync('tree/', there)).toEqual([]);
      writeFileSync(join(folder, 'deep', 'big'), randomBytes(3_000_000));
      rmSync(join(folder, 'empty'));
      // The folder itself is named when its second is another by now.
      expect(new Set(sync('--checksum', 'tree/', there).map((line) => line.split(' ').pop()).filter((name) => name !== './'))).toEqual(new Set(['deep/big', 'empty']));
      expect(sync(there, 'back-tree/')).toHaveLength(6);
      expect(spawnSync('diff', ['-r', '--no-dereference', 'tree', 'back-tree'], { cwd: home.folder, encoding: 'utf8' })).toMatchObject({ status: 0, stdout: '' });
    }, 120_000);

    it.skipIf(!Terminal.available || !has('aws'))(`says beside ssh's screen, on lines of its own, who ended the session${has('aws') ? '' : ' (no aws on PATH)'}`, async () => {
      const terminal = new Terminal(`stty cols 160; ssh -F '${config}' ec2-user@${third}; echo "[ended $?]"`, home.folder, home.environment);
      await terminal.waitFor(/\$ $/u, 30_000);
      terminal.type('half a line');
      await terminal.waitFor(/half a line$/u);
      const ended = spawnSync('sh', ['-euc', 'for id in $(aws ssm describe-sessions --state Active --output text --query "Sessions[].SessionId"); do aws ssm terminate-session --session-id "$id"; done'], { env: { ...home.environment, ...exportsOf(home), PATH: process.env['PATH'] }, encoding: 'utf8' });
      expect(ended.status, ended.stderr).toBe(0);
      await terminal.waitFor(/\r\nerror: the session to port 22 of Instance3 ended: Session was terminated {2,}\[session-failed\]\r\nhint: {2}`ssmlab list` shows whether the instance is there and its agent connected\r\n/u);
      await terminal.waitFor(/\[ended 255\]/u);
    }, 60_000);

    it('says on stderr alone why there is no connection', () => {
      const closed = home.run(['proxy', '3', '9']);
      expect(closed).toMatchObject({ status: 3, stdout: '', stderr: expect.stringMatching(/port 9 of Instance3 ended: Unable to connect to specified port[\s\S]*`ssmlab connect 3` opens a shell to start it/u) });
      expect(home.run(['proxy', '1'])).toMatchObject({ status: 3, stdout: '', stderr: expect.stringMatching(/\[not-connected\]/u) });
      expect(home.run(['proxy', '3', '--push-key', 'none'])).toMatchObject({ status: 3, stdout: '', stderr: expect.stringMatching(/\[key-missing\]/u) });
    });
  });
});
