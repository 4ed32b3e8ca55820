/**
 * Sessions of the real program through a proxy that pulls, closes and refuses their streams, and the ends that signals make:
 * nothing lost, the session terminated at the service, the terminal given back, the token nowhere to be read (issue 4).
 * `SSMLAB_PULL_MS` and `SSMLAB_PULL_BYTES` make the pull as long and the download as large as wanted (30000 and 1073741824).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { StreamProxy } from '../conformance/session/faults/stream-proxy.js';
import { exportsOf, type Fabric, Home, onEachFabric, root, Terminal } from './program.js';

const PULL_MS = Number(process.env['SSMLAB_PULL_MS'] ?? 3_000);
const PULL_BYTES = Number(process.env['SSMLAB_PULL_BYTES'] ?? 64 << 20);
const LINE = '0123456789abcde\n';
const bin = join(root, 'bin/run.js');

onEachFabric('sessions under faults', (fabric: Fabric) => {
  const home = new Home(fabric);
  let proxy: StreamProxy;
  let environment: NodeJS.ProcessEnv = {};
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    const run = home.run(['deploy', '--yes']);
    expect(run.status, run.stderr).toBe(0);
    const { SSMLAB_ENV: _marker, ...exported } = exportsOf(home);
    proxy = await StreamProxy.start({ region: exported['AWS_ENDPOINT_URL'] ?? '' });
    environment = { ...home.environment, ...exported, AWS_ENDPOINT_URL: proxy.url };
  }, 120_000);
  afterEach(() => {
    proxy.streams('pass');
    proxy.resumes(true);
    proxy.closeAfter(undefined);
    proxy.calls.splice(0);
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(async () => {
    await proxy.stop();
    home.remove();
  });

  interface Running {
    readonly child: ChildProcess;
    readonly stderr: () => string;
    readonly ended: Promise<{ readonly status: number | null; readonly signal: NodeJS.Signals | null }>;
  }

  /** `ssmlab ARGS --target aws`, with the proxy for AWS. */
  function start(...words: string[]): Running {
    const at = words.indexOf('--');
    const args = at < 0 ? [...words, '--target', 'aws'] : [...words.slice(0, at), '--target', 'aws', ...words.slice(at)];
    const child = spawn(process.execPath, [bin, ...args], { cwd: home.folder, env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
    children.push(child);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => undefined);
    const ended = once(child, 'close').then(([status, signal]) => ({ status: status as number | null, signal: signal as NodeJS.Signals | null }));
    return { child, stderr: () => stderr, ended };
  }

  /** Waits until it holds. */
  async function until(holds: () => boolean, what: string, timeoutMs = 20_000): Promise<void> {
    for (const deadline = Date.now() + timeoutMs; !holds(); ) {
      if (Date.now() > deadline) throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** A download of `bytes` by exec, and what it should be. */
  async function download(bytes: number, onBytes: (received: number) => void): Promise<{ readonly digest: string; readonly expected: string; readonly received: number; readonly status: number | null; readonly stderr: string }> {
    const running = start('exec', '3', '--', `yes ${LINE.trim()} | head -c ${bytes}`);
    const hash = createHash('sha256');
    let received = 0;
    running.child.stdout?.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      received += chunk.length;
      onBytes(received);
    });
    const { status } = await running.ended;
    const expected = createHash('sha256');
    const block = Buffer.alloc(1 << 20, LINE);
    for (let left = bytes; left > 0; left -= block.length) expected.update(left < block.length ? block.subarray(0, left) : block);
    return { digest: hash.digest('hex'), expected: expected.digest('hex'), received, status, stderr: running.stderr() };
  }

  /** `ssmlab forward 3 …`, and its port. */
  async function forward(spec: string): Promise<Running & { readonly port: number }> {
    const running = start('forward', '3', spec, '--json');
    const { stdout } = running.child;
    if (stdout === null) throw new Error('no stdout');
    const line = await Promise.race([once(createInterface(stdout), 'line'), running.ended.then(({ status }) => Promise.reject(new Error(`it ended with ${status}: ${running.stderr()}`)))]);
    return { ...running, port: (JSON.parse(String(line[0])) as { port: number }).port };
  }

  const banner = (port: number): Promise<string> => new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject).once('data', (data: Buffer) => (socket.destroy(), resolve(data.toString())));
  });

  describe('a stream of the program', () => {
    it(`is pulled for ${PULL_MS / 1000} s in the middle of a download of ${PULL_BYTES >> 20} MiB: it finishes, checksum equal`, async () => {
      const times = { pulled: 0, back: 0, first: 0 };
      const result = await download(PULL_BYTES, (received) => {
        if (times.back > 0 && times.first === 0) times.first = performance.now();
        if (times.pulled > 0 || received < PULL_BYTES / 2) return;
        times.pulled = performance.now();
        proxy.streams('ignore');
        proxy.silence();
        setTimeout(() => {
          proxy.cut();
          proxy.streams('pass');
          times.back = performance.now();
        }, PULL_MS);
      });
      expect(result).toMatchObject({ received: PULL_BYTES, status: 0 });
      expect(result.digest).toBe(result.expected);
      expect(times.first).toBeGreaterThan(times.back);
      if (process.env['SSMLAB_PULL_MS'] !== undefined) process.stderr.write(`pulled for ${Math.round(times.back - times.pulled)} ms of ${PULL_BYTES} bytes; the next came ${Math.round(times.first - times.back)} ms after it was back\n`);
    }, 120_000 + PULL_MS + PULL_BYTES / 1_000);

    it('is closed again and again, as AWS does every hour: the same', async () => {
      proxy.closeAfter(400);
      const opened = proxy.opened;
      const result = await download(96 << 20, () => undefined);
      expect(result).toMatchObject({ received: 96 << 20, status: 0, digest: result.expected });
      // A close that is mended at once is nothing that anybody has to read.
      expect(result.stderr).toBe('');
      expect(proxy.opened - opened).toBeGreaterThan(1);
    }, 120_000);

    it('is away for longer than anybody likes to wait: told on stderr, and that it is back; stdout has the command\'s bytes alone', async () => {
      const running = start('exec', '3', '--', 'echo before; sleep 4; echo after >&2; echo after');
      let stdout = '';
      running.child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      await until(() => stdout !== '', 'the first line');
      proxy.streams('refuse');
      proxy.cut();
      await until(() => running.stderr() !== '', 'a word of the loss');
      proxy.streams('pass');
      expect((await running.ended).status).toBe(0);
      expect(stdout).toBe('before\nafter\n');
      expect(running.stderr()).toMatch(/^Connection lost: 127\.0\.0\.1:\d+ closed the stream of session \S+ \(1006\)\. Seeking the way back; Ctrl-C ends it\.\nConnected again\.\nafter\n$/u);
    });
  });

  // What a fabric carries is not begun yet.
  describe.skipIf(fabric !== 'computed')('a stream that is opened', () => {
    it('is refused with 403: said with host and port, and the session is ended at the service', async () => {
      proxy.streams('403');
      const running = start('exec', '3', '--', 'true');
      expect((await running.ended).status).toBe(255);
      expect(running.stderr()).toMatch(/127\.0\.0\.1:\d+ refuses the stream: HTTP 403 Forbidden {3,}\[session-failed\]/u);
      expect(proxy.calls).toContain('TerminateSession');
      for (const token of proxy.tokens) expect(running.stderr()).not.toContain(token);
    });

    it('is not answered: named, tried once more, and given up within 10 s', async () => {
      proxy.streams('ignore');
      const running = start('exec', '3', '--', 'true');
      await until(() => proxy.calls.includes('StartSession'), 'StartSession');
      const began = performance.now();
      await until(() => /No answer yet: the stream at 127\.0\.0\.1:\d+ cannot be reached: .*timed out/u.test(running.stderr()), 'a word of it', 10_000);
      expect((await running.ended).status).toBe(255);
      expect(running.stderr()).toMatch(/127\.0\.0\.1:\d+ cannot be reached: .*timed out[^\n]* \[stream-unreachable\]/u);
      expect(performance.now() - began).toBeLessThan(13_000);
    });

    it('is closed at once, every time: said, not tried for ever', async () => {
      proxy.closeAfter(0);
      const running = start('exec', '3', '--', 'sleep 30');
      expect((await running.ended).status).toBe(255);
      expect(running.stderr()).toMatch(/127\.0\.0\.1:\d+ closed the stream of session \S+ \(1000 Bye\)/u);
    });
  });

  describe('a signal', () => {
    const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

    it.each(SIGNALS)('%s ends a forward, its session at the service and its connections', async (name) => {
      const running = await forward('0:22');
      expect(await banner(running.port)).toMatch(/^SSH-2\.0-/u);
      running.child.kill(name);
      const { status } = await running.ended;
      expect(status).toBe({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[name]);
      expect(proxy.calls).toContain('TerminateSession');
      await expect(banner(running.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });

    it.each(SIGNALS)('%s ends a proxy, and its session', async (name) => {
      const running = start('proxy', '3');
      await once(running.child.stdout ?? running.child, 'data');
      running.child.kill(name);
      const { status, signal } = await running.ended;
      expect([status, signal]).toEqual([null, name]);
      expect(proxy.calls).toContain('TerminateSession');
      expect(running.stderr()).toBe('');
    });

    it.each(SIGNALS)('%s ends a command, at the instance too', async (name) => {
      const seconds = String(900_000 + name.charCodeAt(3) + Math.trunc(performance.now()));
      const count = (): string => home.run(['exec', '3', '--', `ps aux | grep -c '[s]leep ${seconds}'`]).stdout.trim();
      const running = start('exec', '3', '--', `echo began; sleep ${seconds}`);
      await once(running.child.stdout ?? running.child, 'data');
      expect(count()).not.toBe('0');
      running.child.kill(name);
      const { status, signal } = await running.ended;
      expect([status, signal]).toEqual(name === 'SIGINT' ? [130, null] : [null, name]);
      expect(count()).toBe('0');
    });

    it('ends a forward also while its stream is pulled', async () => {
      const running = await forward('0:22');
      proxy.streams('refuse');
      proxy.cut();
      running.child.kill('SIGTERM');
      expect((await running.ended).status).toBe(143);
      expect(proxy.calls).toContain('TerminateSession');
    });

    describe.skipIf(!Terminal.available)(`to a shell in a terminal${Terminal.available ? '' : ' (no script on PATH)'}`, () => {
      const terminals: Terminal[] = [];
      afterEach(() => {
        for (const terminal of terminals.splice(0)) terminal.kill();
      });

      /** `connect 3` at its prompt, and the id of its process. */
      async function shell(before = ''): Promise<{ readonly terminal: Terminal; readonly pid: number }> {
        const line = `trap : INT; ${before} stty -a; sh -c 'echo "[pid $$]"; exec "$0" "$@"' '${process.execPath}' '${bin}' connect 3 --client native --target aws; echo "[ended $?]"; stty -a`;
        const terminal = new Terminal(line, home.folder, environment);
        terminals.push(terminal);
        const pid = Number(/\[pid (\d+)\]/u.exec(await terminal.waitFor(/\[pid \d+\]/u))?.[1]);
        await terminal.waitFor(/sh-5\.2\$ $/u, 30_000);
        return { terminal, pid };
      }

      /** The terminal is as it was: lines are edited, typing is seen, output is processed. */
      async function givenBack(terminal: Terminal): Promise<void> {
        const settings = await terminal.waitFor(/\bspeed\b[\s\S]*\bopost\b[\s\S]*\becho\b[\s\S]*\r\n/u);
        expect(settings).toMatch(/(?<!-)\bicanon\b/u);
        expect(settings).toMatch(/(?<!-)\bicrnl\b/u);
        expect(settings).not.toMatch(/-(?:isig|icanon|echo|opost|icrnl|ixon)\b/u);
      }

      it.each([['SIGTERM', 143], ['SIGHUP', 129]] as const)('%s: the session is ended, the terminal given back', async (name, status) => {
        const { terminal, pid } = await shell();
        process.kill(pid, name);
        await terminal.waitFor(new RegExp(`\\[ended ${status}\\]`, 'u'));
        await givenBack(terminal);
        expect(proxy.calls).toContain('TerminateSession');
      });

      it('~? helps, ~~ is one tilde, ~. leaves: the same', async () => {
        const { terminal } = await shell();
        terminal.type('\r~?');
        await terminal.waitFor(/escapes, after a newline:/u);
        terminal.type('echo a');
        await terminal.waitFor(/echo a/u);
        terminal.type('\r');
        await terminal.waitFor(/\r\na\r\n/u);
        terminal.type('~~\u0015echo b\r');
        await terminal.waitFor(/\r\nb\r\n/u);
        await terminal.waitFor(/sh-5\.2\$ $/u);
        expect(terminal.text).toContain('sh-5.2$ ~');
        terminal.type('~.');
        await terminal.waitFor(/Session ended\.\r\n\[ended 0\]/u);
        await givenBack(terminal);
        expect(proxy.calls).toContain('TerminateSession');
      });

      it('a stream that is pulled is said, ~. leaves even then, and what comes back goes on', async () => {
        const { terminal } = await shell();
        proxy.streams('refuse');
        proxy.cut();
        await terminal.waitFor(/Connection lost: 127\.0\.0\.1:\d+ closed the stream .*Seeking the way back; ~\. leaves\./u);
        terminal.type('echo typed meanwhile\r');
        proxy.streams('pass');
        await terminal.waitFor(/Connected again\./u, 30_000);
        await terminal.waitFor(/\r\ntyped meanwhile\r\n/u);
        proxy.streams('refuse');
        proxy.cut();
        terminal.type('\r~.');
        await terminal.waitFor(/\[ended 0\]/u);
        await givenBack(terminal);
      });

      it('a window of 0 by 0 is a terminal too', async () => {
        const { terminal } = await shell('stty cols 0 rows 0;');
        terminal.type('stty size\r');
        await terminal.waitFor(/stty size\r\n24 80\r\n/u);
        terminal.type('exit\r');
        await terminal.waitFor(/\[ended 0\]/u);
        await givenBack(terminal);
      });

      it('bytes that are no text reach the terminal as they are, and it is given back', async () => {
        const { terminal } = await shell();
        terminal.type(String.raw`printf '\033[0m\001\177<\303\251>\033c done\n'` + '\r');
        await terminal.waitFor(/ done\r\n/u);
        expect(terminal.text).toContain('\r\n\u001B[0m\u0001\u007F<é>\u001Bc done\r\n');
        terminal.type('head -c 20000 /dev/urandom; echo; echo after\r');
        await terminal.waitFor(/\r\nafter\r\n/u);
        terminal.type('exit\r');
        await terminal.waitFor(/\[ended 0\]/u);
        await givenBack(terminal);
      });

      it('a command that is not there is the shell\'s affair', async () => {
        const { terminal } = await shell();
        terminal.type('nosuchcommand; echo "[$?]"\r');
        await terminal.waitFor(/nosuchcommand: command not found\r\n[\s\S]*\[127\]\r\n/u);
        terminal.type('exit\r');
        await terminal.waitFor(/\[ended 0\]/u);
      });
    });
  });

  describe('stdin that is closed', () => {
    const shell = (line: string) => spawnSync('bash', ['-c', `ssmlab() { '${process.execPath}' '${bin}' "$@"; }; ${line}`], { cwd: home.folder, env: home.environment, encoding: 'utf8', timeout: 60_000 });

    it('is no obstacle for a command, and none of a shell', () => {
      expect(shell('ssmlab exec 3 -- "echo out; nosuchcommand; exit 7" <&-')).toMatchObject({ status: 7, stdout: 'out\n', stderr: expect.stringMatching(/nosuchcommand: command not found/u) as string });
      expect(shell('ssmlab connect 3 <&-')).toMatchObject({ status: 2, stderr: expect.stringMatching(/\[no-terminal\]/u) as string });
    });

    // Ten seconds of silence are waited for, by the client.
    it.skipIf(fabric !== 'computed')('of a proxy: the far end is heard to its end, and then the session is ended at the service', async () => {
      expect(shell('ssmlab proxy 3 <&- | head -c 8')).toMatchObject({ stdout: 'SSH-2.0-' });
      const running = start('proxy', '3');
      let stdout = '';
      running.child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      running.child.stdin?.end();
      expect(await running.ended).toEqual({ status: 0, signal: null });
      expect(stdout).toMatch(/^SSH-2\.0-/u);
      expect(proxy.calls).toContain('TerminateSession');
    });
  });

  describe.skipIf(fabric !== 'computed')('a token', () => {
    /** What every user of the machine may read: the arguments of all processes. */
    const processList = (): string => readdirSync('/proc').filter((name) => /^\d+$/u.test(name)).map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'latin1');
      } catch {
        return '';
      }
    }).join('\n');
    const files = (folder: string): string => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');

    it.skipIf(process.platform !== 'linux')('is in no process list, no environment of a child, no log and no error', async () => {
      const before = proxy.tokens.length;
      const running = await forward('0:22');
      const other = start('proxy', '3');
      await once(other.child.stdout ?? other.child, 'data');
      // A loss and its resume bring tokens too.
      proxy.cut();
      await until(() => proxy.tokens.length >= before + 4, 'the tokens of two sessions and of their resumes');
      const tokens = proxy.tokens.slice(before);
      const seen = [processList(), ...[running, other].map(({ child }) => readFileSync(`/proc/${child.pid}/environ`, 'latin1')), files(join(home.folder, 'state'))];
      proxy.streams('403');
      proxy.cut();
      for (const { child, ended, stderr } of [running, other]) {
        child.kill('SIGTERM');
        await ended;
        seen.push(stderr());
      }
      // The search would find one.
      expect(seen.join('\n')).toContain('proxy');
      for (const token of tokens) for (const text of seen) expect(text.includes(token) || text.includes(encodeURIComponent(token))).toBe(false);
    });
  });
});
