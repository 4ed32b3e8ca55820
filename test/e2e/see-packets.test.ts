/** Looking at packets through the real program: where one ends, on each fabric. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home, onEachFabric, Terminal } from './program.js';

const hasTcpdump = spawnSync('tcpdump', ['--version'], { env: { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` } }).status === 0;
/** A lab that root starts has many uids, which tcpdump wants. */
const isRoot = process.getuid?.() === 0;

interface Traced {
  readonly by: string;
  readonly answer: string;
  readonly steps: readonly { readonly leg: string; readonly kind: string; readonly id: string | null; readonly rule: string | null; readonly verdict: string }[];
}

describe('without a local cloud', () => {
  const home = new Home();
  afterAll(() => home.remove());

  it('trace says what to do', () => {
    const { status, stderr } = home.run(['local', 'trace', '3', '8.8.8.8']);
    expect(status).toBe(3);
    expect(stderr).toContain('deploy');
  });
});

onEachFabric('packets of the lab', (fabric) => {
  const home = new Home(fabric);
  beforeAll(() => {
    const { status, stderr } = home.run(['deploy', '--yes']);
    expect(status, stderr).toBe(0);
  });
  afterAll(() => home.remove());

  it('trace says where a packet ends, and by which resource', () => {
    const { status, stdout } = home.run(['local', 'trace', '4', '8.8.8.8']);
    expect(status).toBe(1);
    expect(stdout).toContain(fabric === 'netns' ? 'by a real packet and the kernel\'s own account' : 'computed: no packet was sent');
    expect(stdout).toMatch(/^ {2}✘ route table .*rtb-[0-9a-f]{17}/mu);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^The packet ended at rtb-[0-9a-f]{17}: /u);
  });

  it('trace follows a packet there and back', () => {
    const traced = home.json<Traced>('local', 'trace', '3', '8.8.8.8');
    expect(traced.answer).toBe('echo-reply');
    expect(traced.by).toBe(fabric === 'netns' ? 'kernel' : 'computed');
    expect(traced.steps.every(({ verdict }) => verdict === 'pass')).toBe(true);
    expect([...new Set(traced.steps.map(({ leg }) => leg))]).toEqual(['forward', 'return']);
    if (fabric === 'computed') return;
    const nat = traced.steps.find(({ kind }) => kind === 'nat-gateway');
    expect(nat?.id).toMatch(/^nat-[0-9a-f]{17}$/u);
    expect(traced.steps.find(({ kind }) => kind === 'security-group')).toMatchObject({ id: expect.stringMatching(/^sg-[0-9a-f]{17}$/u) as string, rule: expect.stringMatching(/^sgr-[0-9a-f]{17}$/u) as string });
  });

  it('trace asks the instance\'s own resolver for a name', () => {
    const traced = home.json<Traced & { readonly address: string }>('local', 'trace', '4', 'ssm.ap-northeast-1.amazonaws.com:443');
    expect(traced.address).toMatch(/^10\.0\.3\./u);
    expect(traced.answer).toBe('connected');
    expect(traced.steps.some(({ kind, id }) => kind === 'vpc-endpoint' && id?.startsWith('vpce-') === true)).toBe(true);
  });

  it.each([
    [['9', '8.8.8.8'], 3, 'no instance is called "9"'],
    [['3', '8.8.8.8:99999'], 2, 'not an IPv4 address or name'],
    [['3', '8.8.8.8', '--udp'], 2, '--udp needs a port'],
    [['3', 'nobody.invalid:443'], 3, 'no address of nobody.invalid'],
  ])('trace refuses %o', (args, status, said) => {
    const run = home.run(['local', 'trace', ...args]);
    expect(run.status).toBe(status);
    expect(run.stderr).toContain(said);
  });

  it.skipIf(fabric === 'netns')('wan has nothing to lose where no packets are sent', () => {
    for (const words of [[], ['loss=1%']]) {
      const { status, stderr } = home.run(['local', 'wan', ...words]);
      expect(status).toBe(3);
      expect(stderr).toContain('[no-packets]');
    }
  });

  it.skipIf(fabric === 'computed')('wan loses packets of the internet, at once, and lets them through again', () => {
    expect(home.run(['local', 'wan', 'loss=100%', 'rate=20mbit']).stdout).toBe('The internet has loss 100%, rate 20 Mbit/s, each way.\n');
    expect(home.json<Traced>('local', 'trace', '3', '8.8.8.8').answer).toBe('none');
    expect(home.json<Traced>('local', 'trace', '4', 'ssm.ap-northeast-1.amazonaws.com:443').answer).toBe('connected');
    expect(home.run(['local', 'wan', 'loss=0']).status).toBe(0);
    expect(home.json('local', 'wan')).toEqual({ lossPercent: 0, bitsPerSecond: 20_000_000, delayMs: 0 });
    expect(home.json<Traced>('local', 'trace', '3', '8.8.8.8').answer).toBe('echo-reply');
    expect(home.run(['local', 'wan', 'off']).stdout).toContain('loses nothing');
    const wrong = home.run(['local', 'wan', 'loss=lots']);
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('loss=lots')]);
  });

  it.skipIf(fabric === 'netns')('capture has nothing to show where no packets are sent', () => {
    const { status, stderr } = home.run(['local', 'capture', '3']);
    expect(status).toBe(3);
    expect(stderr).toContain('[no-packets]');
    expect(stderr).toContain('local doctor');
  });

  it.skipIf(fabric === 'computed' || isRoot)('capture says why tcpdump cannot work with one uid', () => {
    const { status, stderr } = home.run(['local', 'capture', '3']);
    expect(status).toBe(3);
    expect(stderr).toContain('[capture-unavailable]');
    expect(stderr).toContain('local trace');
  });

  describe.skipIf(fabric === 'computed' || !isRoot || !hasTcpdump)(`capture${hasTcpdump ? '' : ' (no tcpdump)'}`, () => {
    /** What is captured while instance 3 pings. */
    async function whilePinging(...args: string[]): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }> {
      const capture = home.start('local', 'capture', ...args);
      const seen = { stdout: '', stderr: '' };
      const listening = new Promise<void>((resolve) => {
        for (const name of ['stdout', 'stderr'] as const) {
          capture[name]?.setEncoding(name === 'stdout' ? 'latin1' : 'utf8').on('data', (text: string) => {
            seen[name] += text;
            if (seen.stderr.includes('listening on')) resolve();
          });
        }
      });
      const ended = new Promise<number | null>((resolve) => capture.once('close', resolve));
      await Promise.race([listening, ended]);
      expect(home.run(['exec', '3', '--', 'ping', '-c', '1', '8.8.8.8']).status, seen.stderr).toBe(0);
      return { status: await ended, ...seen };
    }

    it('shows what passes an instance, with the user\'s filter', async () => {
      const { status, stdout, stderr } = await whilePinging('3', 'icmp', 'and', 'host', '8.8.8.8', '-c', '2');
      expect(status, stderr).toBe(0);
      expect(stdout).toMatch(/IP 10\.0\.2\.\d+ > 8\.8\.8\.8: ICMP echo request/u);
      expect(stdout).toMatch(/IP 8\.8\.8\.8 > 10\.0\.2\.\d+: ICMP echo reply/u);
      expect(stderr).toContain('2 packets captured');
    });

    it('shows public addresses on the internet, and nothing of the plumbing', async () => {
      const { status, stdout, stderr } = await whilePinging('internet', 'icmp', '-c', '2');
      expect(status, stderr).toBe(0);
      expect(stdout).toMatch(/IP 198\.18\.0\.\d+ > 8\.8\.8\.8: ICMP echo request/u);
      expect(stdout).not.toMatch(/IP 24\d\./u);
    });

    it('writes a pcap file of the caller\'s, and bytes to a pipe', async () => {
      const path = join(home.folder, 'nat.pcap');
      const { status, stderr } = await whilePinging('nat', 'icmp', '-c', '4', '-w', path);
      expect(status, stderr).toBe(0);
      expect(statSync(path).uid).toBe(process.getuid?.());
      expect(readFileSync(path).readUInt32LE(0)).toBe(0xa1b2c3d4);
      const piped = await whilePinging('3', 'icmp', '-c', '2', '-w', '-');
      expect(Buffer.from(piped.stdout, 'latin1').readUInt32LE(0)).toBe(0xa1b2c3d4);
    });

    it.each([
      [['3', 'no', 'filter'], 2, 'syntax error'],
      [['3', '--interface', 'eth9'], 2, 'No such device'],
      [['nat-0123456789abcdef0'], 3, 'no NAT gateway nat-0123456789abcdef0'],
      [['9'], 3, 'no instance is called "9"'],
    ])('refuses %o', (args, status, said) => {
      const run = home.run(['local', 'capture', ...args]);
      expect(run.stderr).toContain(said);
      expect(run.status).toBe(status);
    });

    it.skipIf(!Terminal.available)('ends at Ctrl-C, with tcpdump\'s summary', async () => {
      const terminal = home.terminal(['local', 'capture', '3', 'icmp']);
      try {
        await terminal.waitFor(/listening on ens5/u);
        terminal.type('\u0003');
        await terminal.waitFor(/0 packets captured/u);
        await terminal.waitFor(/\[ended 0\]/u);
      } finally {
        terminal.kill();
      }
    });

    it('ends when it is told to, and when the local cloud stops', async () => {
      for (const end of [(pid: number) => process.kill(pid, 'SIGTERM'), () => home.run(['local', 'stop'])]) {
        const capture = home.start('local', 'capture', 'internet');
        const ended = new Promise((resolve) => capture.once('close', resolve));
        await new Promise<void>((resolve) => capture.stderr?.on('data', (text: Buffer) => (text.includes('listening') ? resolve() : undefined)));
        end(capture.pid ?? 0);
        await ended;
      }
      expect(home.run(['local', 'start']).status).toBe(0);
    });
  });
});
