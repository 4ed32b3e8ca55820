import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import ssh2 from 'ssh2';
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import type { GuestFiles } from '../../../../../src/cloud/guest/guest.js';
import { generateHostKeys } from '../../../../../src/cloud/guest/sshd/host-keys.js';
import { startSshServer } from '../../../../../src/cloud/guest/sshd/server.js';
import { guestDouble } from './guest-double.js';
import type { GuestDouble } from './guest-double.js';

const KEYS = { ed25519: keyPair('ed25519'), rsa: keyPair('rsa'), other: keyPair('ed25519') };

function keyPair(type: 'ed25519' | 'rsa'): { private: string; public: string } {
  for (;;) {
    const made = type === 'rsa' ? ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }) : ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(made.private) instanceof Error)) return made;
  }
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanups.splice(0).toReversed()) await each();
});

async function server(pushedKeys?: (account: string) => readonly string[]): Promise<GuestDouble> {
  const guest = await guestDouble([KEYS.ed25519.public, '# a comment', KEYS.rsa.public, 'no key at all']);
  const started = await startSshServer(guest, { hostKeys: generateHostKeys(), pushedKeys, log: () => undefined });
  cleanups.push(() => started.close());
  return guest;
}

function connect(guest: GuestDouble, options: { username?: string; privateKey?: string; password?: string } = {}): Promise<{ client: Client; banner: string }> {
  const client = new ssh2.Client();
  cleanups.push(() => client.destroy());
  const sock = guest.connectTo22();
  let banner = '';
  sock.once('data', (chunk: Buffer) => {
    banner = chunk.toString('latin1').split('\r\n')[0] ?? '';
  });
  return new Promise((resolve, reject) => {
    client.on('ready', () => resolve({ client, banner })).on('error', reject);
    client.connect({ sock, username: 'ec2-user', ...(options.password === undefined ? { privateKey: KEYS.ed25519.private } : {}), ...options });
  });
}

/** What a channel's command came to; heard from its first moment, since a quick one ends in the packet that opens it. */
const exits = new WeakMap<ClientChannel, unknown[]>();

const exec = (client: Client, line: string, options = {}) => new Promise<ClientChannel>((resolve, reject) => client.exec(line, options, (error, channel) => {
  if (error !== undefined) return reject(error);
  channel.on('exit', (...of: unknown[]) => exits.set(channel, of));
  return resolve(channel);
}));

async function result(channel: ClientChannel, input?: string): Promise<{ stdout: string; stderr: string; exit: unknown[] }> {
  let stdout = '';
  let stderr = '';
  channel.on('data', (chunk: Buffer) => (stdout += chunk.toString())).on('exit', (...of: unknown[]) => exits.set(channel, of));
  channel.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  channel.end(input);
  await Promise.all([new Promise((resolve) => channel.once('close', resolve)), new Promise((resolve) => channel.stderr.once('close', resolve))]);
  return { stdout, stderr, exit: exits.get(channel) ?? [] };
}

describe('who is let in', () => {
  it.each([['ed25519', KEYS.ed25519], ['rsa', KEYS.rsa]])('the %s key of the key pair', async (_name, key) => {
    const { banner } = await connect(await server(), { privateKey: key.private });
    expect(banner).toBe('SSH-2.0-OpenSSH_8.7');
  });
  it.each([
    ['another key', { privateKey: KEYS.other.private }],
    ['another account', { username: 'root' }],
    ['no key', { password: 'ec2-user' }],
  ])('not %s', async (_name, options) => {
    await expect(connect(await server(), options)).rejects.toMatchObject({ level: 'client-authentication' });
  });
  it('a key that was added in the guest', async () => {
    const guest = await server();
    await guest.files('root').write('/home/ec2-user/.ssh/authorized_keys', 0, Buffer.from(`${KEYS.other.public}\n`));
    await connect(guest, { privateKey: KEYS.other.private });
    await expect(connect(guest)).rejects.toThrow();
  });
  it('a key that was pushed for an account, to that account and as long as it is there', async () => {
    let pushed: readonly string[] = [KEYS.other.public];
    const guest = await server((account) => (account === 'ssm-user' ? pushed : []));
    await connect(guest, { username: 'ssm-user', privateKey: KEYS.other.private });
    await expect(connect(guest, { privateKey: KEYS.other.private })).rejects.toThrow();
    await expect(connect(guest, { username: 'ssm-user' })).rejects.toThrow();
    pushed = [];
    await expect(connect(guest, { username: 'ssm-user', privateKey: KEYS.other.private })).rejects.toThrow();
  });
});

it('host keys are made fast, two of them, readable', () => {
  const before = performance.now();
  for (let at = 0; at < 20; at += 1) {
    const keys = generateHostKeys();
    expect(keys.map(({ type }) => type)).toEqual(['ssh-ed25519', 'ecdsa-sha2-nistp256']);
    for (const { type, privateKey, publicKey } of keys) {
      const parsed = ssh2.utils.parseKey(privateKey);
      if (parsed instanceof Error) throw parsed;
      expect(parsed.type).toBe(type);
      const known = ssh2.utils.parseKey(publicKey);
      if (known instanceof Error) throw known;
      expect(parsed.getPublicSSH().equals(known.getPublicSSH())).toBe(true);
    }
  }
  expect((performance.now() - before) / 20).toBeLessThan(100);
});

describe('commands', () => {
  it('outputs apart, and the status', async () => {
    const { client } = await connect(await server());
    expect(await result(await exec(client, 'fail broken 7'))).toEqual({ stdout: 'out\n', stderr: 'broken\n', exit: [7] });
  });
  it('input to its end, then the output that follows it', async () => {
    const { client } = await connect(await server());
    expect(await result(await exec(client, 'cat'), 'a line\n')).toEqual({ stdout: 'a line\n', stderr: '', exit: [0] });
  });
  it('8 MB on each output arrive, though they wait for the window', async () => {
    const { client } = await connect(await server());
    const { stdout, stderr, exit } = await result(await exec(client, 'flood 8000000'));
    expect([stdout.length, stderr.length, exit]).toEqual([8_000_000, 8_000_000, [0]]);
  });
  it('8 MB of input come back', async () => {
    const { client } = await connect(await server());
    const input = 'abcdefgh'.repeat(1_000_000);
    const { stdout } = await result(await exec(client, 'cat'), input);
    expect(stdout === input).toBe(true);
  });
  it('a signal, and the exit by signal', async () => {
    const guest = await server();
    const { client } = await connect(guest);
    const channel = await exec(client, 'wait');
    channel.once('data', () => channel.signal('TERM'));
    const exit = await new Promise<unknown[]>((resolve) => channel.on('exit', (...of: unknown[]) => resolve(of)));
    expect(guest.signals[0]).toBe('TERM');
    expect(exit.slice(0, 2)).toEqual([null, 'SIGTERM']);
  });
  it('a connection that goes away hangs the command up', async () => {
    const guest = await server();
    const { client } = await connect(guest);
    const channel = await exec(client, 'wait');
    await new Promise((resolve) => channel.once('data', resolve));
    client.destroy();
    await expect.poll(() => guest.signals).toEqual(['HUP']);
  });
  it('the locale comes along, other variables do not', async () => {
    const { client } = await connect(await server());
    const withEnvironment = (name: string) => exec(client, `env ${name}`, { env: { LC_ALL: 'C.UTF-8', LD_PRELOAD: 'x' } }).then((channel) => result(channel));
    expect((await withEnvironment('LC_ALL')).stdout).toBe('C.UTF-8');
    expect((await withEnvironment('LD_PRELOAD')).stdout).toBe('unset');
  });
  it('what cannot be started says so', async () => {
    const { client } = await connect(await server());
    expect((await result(await exec(client, 'nothing'))).exit).toEqual([255]);
  });
});

describe('shell', () => {
  it('greets, has a pty of the size asked for, and follows new sizes', async () => {
    const guest = await server();
    const { client } = await connect(guest);
    const channel = await new Promise<ClientChannel>((resolve, reject) => client.shell({ term: 'xterm-256color', cols: 100, rows: 30, width: 0, height: 0 }, (error, opened) => (error === undefined ? resolve(opened) : reject(error))));
    const seen = new PassThrough();
    channel.pipe(seen);
    let text = '';
    seen.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await expect.poll(() => text).toMatch(/Amazon Linux 2023[\s\S]*\r\n\[ec2-user@ip-10-0-1-16 ~\]\$ $/);
    channel.setWindow(50, 132, 0, 0);
    await expect.poll(() => guest.sizes.at(-1)).toEqual({ columns: 132, rows: 50 });
    channel.end('logout\r');
    await new Promise((resolve) => channel.once('close', resolve));
    expect(text).toMatch(/logout\r$/);
  });
  it('a pty of unknown size is 80 by 24', async () => {
    const { client } = await connect(await server());
    const channel = await exec(client, 'pty', { pty: { cols: 0, rows: 0, term: 'vt100' } });
    expect(JSON.parse((await result(channel)).stdout)).toEqual({ columns: 80, rows: 24, term: 'vt100' });
  });
});

describe('sftp', () => {
  it('ends with status 0 when the client is done, which scp asks for', async () => {
    const { client } = await connect(await server());
    const channel = await new Promise<ClientChannel>((resolve, reject) => client.subsys('sftp', (error, opened) => (error === undefined ? resolve(opened) : reject(error))));
    expect((await result(channel)).exit).toEqual([0]);
  });
  const sftp = async (): Promise<SFTPWrapper> => {
    const { client } = await connect(await server());
    return new Promise((resolve, reject) => client.sftp((error, opened) => (error === undefined ? resolve(opened) : reject(error))));
  };
  const call = <T>(ask: (done: (error: Error | null | undefined, value?: T) => void) => void): Promise<T> => new Promise((resolve, reject) => ask((error, value) => (error == null ? resolve(value as T) : reject(error))));

  it('writes, reads, lists, links, renames and removes', async () => {
    const files = await sftp();
    expect(await call<string>((done) => files.realpath('.', done))).toBe('/home/ec2-user');
    const content = Buffer.alloc(300_000, 'data\n');
    await call((done) => files.writeFile('a.txt', content, { mode: 0o640 }, done));
    expect((await call<Buffer>((done) => files.readFile('/home/ec2-user/a.txt', done))).equals(content)).toBe(true);
    const stat = await call<{ size: number; mode: number; isFile(): boolean }>((done) => files.stat('a.txt', done));
    expect([stat.size, stat.mode & 0o777, stat.isFile()]).toEqual([300_000, 0o640, true]);
    await call((done) => files.chmod('a.txt', 0o600, done));
    await call((done) => files.utimes('a.txt', 1_700_000_000, 1_700_000_000, done));
    await call((done) => files.appendFile('a.txt', 'tail', done));
    await call((done) => files.mkdir('dir', done));
    await call((done) => files.rename('a.txt', 'dir/b.txt', done));
    await call((done) => files.symlink('/home/ec2-user/dir/b.txt', 'link', done));
    expect(await call<string>((done) => files.readlink('link', done))).toBe('/home/ec2-user/dir/b.txt');
    expect((await call<{ isSymbolicLink(): boolean }>((done) => files.lstat('link', done))).isSymbolicLink()).toBe(true);
    const listed = await call<{ filename: string; longname: string; attrs: { mtime: number; size: number } }[]>((done) => files.readdir('dir', done));
    expect(listed.map(({ filename, attrs }) => [filename, attrs.size])).toEqual([['b.txt', 300_004]]);
    expect(listed[0]?.longname).toMatch(/^-rw-------.* 300004 .* b\.txt$/);
    await call((done) => files.unlink('dir/b.txt', done));
    await call((done) => files.rmdir('dir', done));
    await expect(call((done) => files.stat('dir', done))).rejects.toMatchObject({ code: 2 });
  });
  it.each<[string, number, (files: SFTPWrapper, done: (error?: Error | null) => void) => void]>([
    ['a file that is not there', 2, (files, done) => files.readFile('nothing', (error) => done(error))],
    ['a folder that is not there', 2, (files, done) => files.readdir('nothing', (error) => done(error))],
    ['a folder as a file', 4, (files, done) => files.readFile('.ssh', (error) => done(error))],
    ['a folder that is there already', 4, (files, done) => files.mkdir('.ssh', done)],
  ])('%s: status %d', async (_name, code, ask) => {
    const files = await sftp();
    await expect(call((done) => ask(files, done))).rejects.toMatchObject({ code });
  });

  const content = Buffer.from(Array.from({ length: 40 * 32_768 }, (_, index) => index % 251));
  /** The guest's file system refuses the write at one offset. */
  const refuse = (guest: GuestDouble, refused: number): GuestFiles => {
    const files = guest.files('ec2-user');
    const write = files.write.bind(files);
    Object.assign(files, { write: (path: string, offset: number, data: Buffer) => (offset === refused ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })) : write(path, offset, data)) });
    return files;
  };

  it('a write that failed is followed by no success, and closing fails', async () => {
    const guest = await server();
    refuse(guest, 32_768);
    const { client } = await connect(guest);
    const files = await new Promise<SFTPWrapper>((resolve, reject) => client.sftp((error, opened) => (error === undefined ? resolve(opened) : reject(error))));
    const handle = await call<Buffer>((done) => files.open('a', 'w', done));
    const write = (piece: number) => call<undefined>((done) => files.write(handle, content, piece * 32_768, 32_768, piece * 32_768, done));
    const closed = Promise.allSettled([...[0, 1, 2, 3].map(write), call((done) => files.close(handle, done))]);
    expect((await closed).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected', 'rejected']);
    await expect(call((done) => files.close(handle, done))).rejects.toMatchObject({ code: 4 });
  });

  it('appends that are on the way together follow each other', async () => {
    const guest = await server();
    const { client } = await connect(guest);
    const files = await new Promise<SFTPWrapper>((resolve, reject) => client.sftp((error, opened) => (error === undefined ? resolve(opened) : reject(error))));
    const handle = await call<Buffer>((done) => files.open('log', 'a', done));
    await Promise.all(Array.from({ length: 40 }, (_, piece) => call((done) => files.write(handle, content, piece * 32_768, 32_768, 0, done))));
    expect((await guest.files('ec2-user').read('/home/ec2-user/log', 0, 2 * content.length)).equals(content)).toBe(true);
  });

  it.skipIf(spawnSync('scp').error !== undefined)('OpenSSH\'s scp says so when a write in the middle failed', async () => {
    const guest = await server();
    refuse(guest, 10 * 32_768);
    const door = createServer((socket) => socket.pipe(guest.connectTo22()).pipe(socket)).listen(0, '127.0.0.1');
    await once(door, 'listening');
    const folder = mkdtempSync(join(tmpdir(), 'ssmlab-scp-'));
    cleanups.push(() => door.close(), () => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'key'), KEYS.ed25519.private, { mode: 0o600 });
    writeFileSync(join(folder, 'big'), content);
    const options = ['StrictHostKeyChecking=no', `UserKnownHostsFile=${join(folder, 'known_hosts')}`, 'BatchMode=yes', 'IdentitiesOnly=yes'].flatMap((option) => ['-o', option]);
    const scp = spawn('scp', ['-q', '-F', 'none', ...options, '-i', join(folder, 'key'), '-P', String((door.address() as AddressInfo).port), join(folder, 'big'), 'ec2-user@127.0.0.1:big'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    scp.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [status] = await once(scp, 'close');
    expect([status, said]).toEqual([1, expect.stringContaining('write remote')]);
  });
});
