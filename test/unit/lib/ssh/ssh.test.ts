import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, duplexPair } from 'node:stream';
import ssh2 from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import { generateHostKeys } from '../../../../src/cloud/guest/sshd/host-keys.js';
import { startSshServer } from '../../../../src/cloud/guest/sshd/server.js';
import { connectSsh, sshCommand, sshShell } from '../../../../src/lib/ssh/client.js';
import type { SshOptions } from '../../../../src/lib/ssh/client.js';
import { fingerprint, loadPrivateKey, makeKeyPair } from '../../../../src/lib/ssh/key-pair.js';
import { openKnownHosts } from '../../../../src/lib/ssh/known-hosts.js';
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

async function server() {
  const guest = await guestDouble([KEY.publicKey]);
  const started = await startSshServer(guest, { hostKeys: generateHostKeys(), log: () => undefined });
  cleanups.push(() => started.close());
  return guest;
}

async function connected(more: Partial<SshOptions> = {}) {
  const guest = await server();
  const client = await connectSsh({ socket: more.socket ?? guest.connectTo22(), where: 'Instance1 (198.18.0.11:22)', username: 'ec2-user', privateKey: KEY.privateKey, verifyHostKey: async () => undefined, ...more });
  cleanups.push(() => client.destroy());
  return { guest, client };
}

const text = (stream: PassThrough) => String(stream.read() ?? '');
const streams = () => ({ stdout: new PassThrough({ highWaterMark: 1 << 24 }), stderr: new PassThrough({ highWaterMark: 1 << 24 }) });

describe('connecting', () => {
  it('refused key', async () => {
    await expect(connected({ privateKey: makeKeyPair('other').privateKey })).rejects.toMatchObject({ code: 'ssh-refused', message: 'sshd on Instance1 (198.18.0.11:22) refuses the key for ec2-user' });
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
  it('is loaded, also through a link', async () => {
    const path = join(folder(), 'key');
    writeFileSync(path, KEY.privateKey, { mode: 0o600 });
    symlinkSync(path, `${path}-link`);
    expect(await loadPrivateKey(path)).toBe(KEY.privateKey);
    expect(await loadPrivateKey(`${path}-link`)).toBe(KEY.privateKey);
  });
  it.each([0o644, 0o640, 0o604])('mode %o is refused', async (mode) => {
    const path = join(folder(), 'key');
    writeFileSync(path, KEY.privateKey);
    chmodSync(path, mode);
    await expect(loadPrivateKey(path)).rejects.toMatchObject({ code: 'key-unsafe', message: expect.stringContaining(`0${mode.toString(8)}`), hint: `run \`chmod 600 ${path}\`` });
  });
  it('missing, or no key', async () => {
    const path = join(folder(), 'key');
    await expect(loadPrivateKey(path)).rejects.toMatchObject({ code: 'key-missing', message: `the key file ${path} is not there` });
    writeFileSync(path, 'hello', { mode: 0o600 });
    await expect(loadPrivateKey(path)).rejects.toMatchObject({ code: 'key-unusable', message: expect.stringContaining('holds no key') });
    writeFileSync(path, KEY.publicKey);
    await expect(loadPrivateKey(path)).rejects.toMatchObject({ code: 'key-unusable', message: expect.stringContaining('a public key only') });
  });
  it('takes the RSA PEM that EC2 makes, and no encrypted one', async () => {
    const path = join(folder(), 'key.pem');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    writeFileSync(path, pem, { mode: 0o600 });
    expect(await loadPrivateKey(path)).toBe(pem);
    for (const locked of [privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }), privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })]) {
      writeFileSync(path, locked);
      await expect(loadPrivateKey(path)).rejects.toMatchObject({ code: 'key-unusable' });
    }
    writeFileSync(path, privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }));
    await expect(loadPrivateKey(path)).rejects.toMatchObject({ message: expect.stringContaining('encrypted'), hint: expect.stringContaining('ssh-keygen -p') });
  });
});

describe('known hosts', () => {
  const [one, two] = [Buffer.from('key one'), Buffer.from('key two')];
  it('takes the first key, knows it again, refuses another with both fingerprints', async () => {
    const path = join(folder(), 'deeper', 'host-keys.json');
    await openKnownHosts(path).check('i-1', one);
    await openKnownHosts(path).check('i-2', two);
    await openKnownHosts(path).check('i-1', one);
    await expect(openKnownHosts(path).check('i-1', two)).rejects.toMatchObject({ code: 'host-key-changed', message: `i-1 has host key ${fingerprint(two)}, not ${fingerprint(one)} as before` });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ 'i-1': one.toString('base64'), 'i-2': two.toString('base64') });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
  it.each(['{', '[1]', 'null', '{"i-1":1}'])('a file that holds %s', async (content) => {
    const path = join(folder(), 'host-keys.json');
    writeFileSync(path, content);
    await expect(openKnownHosts(path).check('i-1', one)).rejects.toMatchObject({ code: 'state-corrupt', message: `${path} cannot be read` });
  });
});
