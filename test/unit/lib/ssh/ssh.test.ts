import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, duplexPair } from 'node:stream';
import ssh2 from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import { generateHostKeys } from '../../../../src/cloud/guest/sshd/host-keys.js';
import { startSshServer } from '../../../../src/cloud/guest/sshd/server.js';
import { connectSsh, sshCommand, sshShell } from '../../../../src/lib/ssh/client.js';
import type { SshOptions } from '../../../../src/lib/ssh/client.js';
import { fingerprint, makeKeyPair } from '../../../../src/lib/ssh/key-pair.js';
import { unlocked } from '../../../../src/lib/ssh/key-file.js';
import type { Identity } from '../../../../src/lib/ssh/identity.js';
import { openKnownHosts } from '../../../../src/lib/ssh/known-hosts.js';
import { wireKeyType } from '../../../../src/lib/ssh/wire-key.js';
import { guestDouble } from '../../cloud/guest/sshd/guest-double.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanups.splice(0).toReversed()) await each();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'ssmlab-ssh-'));
  cleanups.push(() => rmSync(made, { recursive: true }));
  return made;
}

const KEY = makeKeyPair('ssmlab');

function identityOf(text: string): Identity {
  const key = unlocked({ path: 'key', holds: 'private', publicKey: undefined, text });
  if (key === undefined) throw new Error('no key');
  return { publicKey: key.getPublicSSH(), said: `ED25519 ${fingerprint(key.getPublicSSH())} from key`, holder: { key } };
}

const HOST_KEYS = generateHostKeys();
const wire = (line: string): Buffer => Buffer.from(line.split(' ')[1] ?? '', 'base64');

async function server() {
  const guest = await guestDouble([KEY.publicKey]);
  const started = await startSshServer(guest, { hostKeys: HOST_KEYS, log: () => undefined });
  cleanups.push(() => started.close());
  return guest;
}

async function connected(more: Partial<SshOptions> = {}) {
  const guest = await server();
  const client = await connectSsh({ socket: more.socket ?? guest.connectTo22(), where: 'Instance1 (198.18.0.11:22)', username: 'ec2-user', identity: identityOf(KEY.privateKey), verifyHostKey: async () => undefined, ...more });
  cleanups.push(() => client.destroy());
  return { guest, client };
}

const text = (stream: PassThrough) => String(stream.read() ?? '');
const streams = () => ({ stdout: new PassThrough({ highWaterMark: 1 << 24 }), stderr: new PassThrough({ highWaterMark: 1 << 24 }) });

describe('connecting', () => {
  it('refused key: which was shown, and what sshd takes', async () => {
    const identity = identityOf(makeKeyPair('other').privateKey);
    await expect(connected({ identity })).rejects.toMatchObject({ code: 'ssh-refused', message: `sshd on Instance1 (198.18.0.11:22) refuses the key for ec2-user: it was shown ${identity.said}; it takes publickey` });
  });
  it('is shown a host key of the kind that is known', async () => {
    const seen: string[] = [];
    const ofKind = (kind: string) => connected({ hostKeys: HOST_KEYS.filter(({ type }) => type.includes(kind)).map(({ publicKey }) => wire(publicKey)), verifyHostKey: async (key) => void seen.push(wireKeyType(key) ?? '') });
    await ofKind('ecdsa');
    await ofKind('ed25519');
    expect(seen).toEqual(['ecdsa-sha2-nistp256', 'ssh-ed25519']);
  });
  it('silence', async () => {
    const [socket] = duplexPair();
    await expect(connected({ socket, timeoutMs: 30 })).rejects.toMatchObject({ code: 'ssh-unreachable', message: expect.stringContaining('198.18.0.11:22') });
  });
  it('a server that hangs up', async () => {
    const [socket, other] = duplexPair();
    other.end();
    await expect(connected({ socket })).rejects.toMatchObject({ code: 'ssh-unreachable' });
  });
  it('a host key that is not accepted: that error and no other', async () => {
    const error = new Error('not this one');
    await expect(connected({ verifyHostKey: () => Promise.reject(error) })).rejects.toBe(error);
  });
});

describe('command', () => {
  it('keeps the streams apart and gives the status', async () => {
    const { client } = await connected();
    const { stdout, stderr } = streams();
    expect(await sshCommand(client, 'fail broken 7', { stdout, stderr })).toEqual({ exitCode: 7, signal: undefined });
    expect([text(stdout), text(stderr)]).toEqual(['out\n', 'broken\n']);
  });
  it('passes its input on to the end', async () => {
    const { client } = await connected();
    const stdin = new PassThrough();
    stdin.end('typed\n');
    const { stdout, stderr } = streams();
    expect((await sshCommand(client, 'cat', { stdin, stdout, stderr })).exitCode).toBe(0);
    expect(text(stdout)).toBe('typed\n');
  });
  it('resolves after all output, however slow it is taken', async () => {
    const { client } = await connected();
    const slow = () => new PassThrough({ highWaterMark: 1024 });
    const [stdout, stderr] = [slow(), slow()];
    const seen = [0, 0];
    [stdout, stderr].forEach((stream, at) => stream.on('data', (chunk: Buffer) => {
      seen[at] = (seen[at] ?? 0) + chunk.length;
      stream.pause();
      setImmediate(() => stream.resume());
    }));
    await sshCommand(client, 'flood 3000000', { stdout, stderr });
    await expect.poll(() => seen).toEqual([3_000_000, 3_000_000]);
  });
  it('ends when nobody reads its output', async () => {
    const { client, guest } = await connected();
    const { stdout, stderr } = streams();
    stdout.once('data', () => stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })));
    expect(await sshCommand(client, 'yes', { stdout, stderr })).toEqual({ exitCode: 141, signal: undefined });
    await expect.poll(() => guest.signals).toContain('HUP');
  });
  it('a connection that is lost', async () => {
    const { client } = await connected();
    const { stdout, stderr } = streams();
    const running = sshCommand(client, 'wait', { stdout, stderr });
    await new Promise((resolve) => stdout.once('readable', resolve));
    client.destroy();
    await expect(running).rejects.toMatchObject({ code: 'session-failed', message: 'the connection to the instance was lost' });
  });
  it('a signal that ended it', async () => {
    const { client } = await connected();
    const { stdout, stderr } = streams();
    expect(await sshCommand(client, 'die KILL', { stdout, stderr })).toEqual({ exitCode: undefined, signal: 'KILL' });
  });
});

describe('shell', () => {
  const terminal = () => {
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    let seen = '';
    stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    const listeners: (() => void)[] = [];
    let size = { columns: 80, rows: 24 };
    return {
      stdin, stdout, term: 'xterm',
      seen: () => seen,
      size: () => size,
      onResize: (listener: () => void) => void listeners.push(listener),
      resize: (columns: number, rows: number) => {
        size = { columns, rows };
        for (const listener of listeners) listener();
      },
    };
  };
  it('types, resizes, and ends with the remote', async () => {
    const { client, guest } = await connected();
    const tty = terminal();
    const running = sshShell(client, tty);
    await expect.poll(tty.seen).toContain(']$ ');
    tty.stdin.write('echo ~~\r');
    await expect.poll(tty.seen).toContain('echo ~~\r');
    tty.resize(132, 50);
    await expect.poll(() => guest.sizes.at(-1)).toEqual({ columns: 132, rows: 50 });
    tty.stdin.end('\r~');
    expect(await running).toEqual({ exitCode: 0, signal: undefined });
    expect(tty.seen()).toMatch(/\r~$/);
  });
  it('~. leaves', async () => {
    const { client } = await connected();
    const tty = terminal();
    const running = sshShell(client, tty);
    tty.stdin.write('a\r~.');
    expect(await running).toEqual({ exitCode: 255, signal: undefined });
    expect([tty.stdin.listenerCount('data'), tty.stdin.destroyed]).toEqual([0, false]);
  });
  it('8 MB pasted come back whole', async () => {
    const { client } = await connected();
    const tty = terminal();
    const running = sshShell(client, tty);
    await expect.poll(tty.seen).toContain(']$ ');
    const before = tty.seen().length;
    const paste = '0123456789abcdef'.repeat(500_000);
    tty.stdin.end(paste);
    await running;
    expect(tty.seen().slice(before) === paste).toBe(true);
  });
});

describe('key pair', () => {
  it('is made readable every time, with its comment', () => {
    for (let at = 0; at < 300; at += 1) {
      const { privateKey, publicKey } = makeKeyPair('ssmlab');
      const parsed = ssh2.utils.parseKey(privateKey);
      if (parsed instanceof Error) throw parsed;
      expect(publicKey).toBe(`ssh-ed25519 ${parsed.getPublicSSH().toString('base64')} ssmlab`);
    }
  });
  it('fingerprint as ssh-keygen prints it', () => {
    const line = 'AAAAC3NzaC1lZDI1NTE5AAAAIJE3VzLDkkmVbXpvuwVlRcFFpHLN7SdYHWXqp5N5HvvB';
    expect(fingerprint(Buffer.from(line, 'base64'))).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });
});

describe('known hosts', () => {
  const [one, two] = HOST_KEYS.map(({ publicKey }) => wire(publicKey)) as [Buffer, Buffer];
  const other = wire(makeKeyPair('').publicKey);
  it('keeps what is pinned, by instance, in the form that OpenSSH reads', async () => {
    const path = join(folder(), 'deeper', 'known_hosts');
    const hosts = openKnownHosts(path);
    expect(await hosts.keysOf('i-1')).toEqual([]);
    await hosts.pin('i-1', [one, two]);
    await hosts.pin('i-2', [other]);
    await hosts.pin('i-1', [two]);
    expect([await hosts.keysOf('i-1'), await hosts.keysOf('i-2'), await hosts.keysOf('i-')]).toEqual([[one, two], [other], []]);
    expect(readFileSync(path, 'utf8')).toBe(`i-1 ssh-ed25519 ${one.toString('base64')}\ni-1 ecdsa-sha2-nistp256 ${two.toString('base64')}\ni-2 ssh-ed25519 ${other.toString('base64')}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
  it('goes on in a file that somebody edited', async () => {
    const path = join(folder(), 'known_hosts');
    writeFileSync(path, `# mine\ni-1,198.18.0.11 ssh-ed25519 ${one.toString('base64')} a comment`);
    await openKnownHosts(path).pin('i-2', [other]);
    expect([await openKnownHosts(path).keysOf('i-1'), await openKnownHosts(path).keysOf('i-2')]).toEqual([[one], [other]]);
  });
  it.each(['i-1', 'i-1 ssh-ed25519 AAAA', `i-1 ssh-rsa ${one.toString('base64')}`])('a line that holds no key: %s', async (line) => {
    const path = join(folder(), 'known_hosts');
    writeFileSync(path, `\n${line}\n`);
    await expect(openKnownHosts(path).keysOf('i-1')).rejects.toMatchObject({ code: 'state-corrupt', message: `${path}:2 holds no host key for i-1` });
    expect(await openKnownHosts(path).keysOf('i-2')).toEqual([]);
  });
});
