/** Keys of ssh-keygen and of OpenSSL, and a real ssh-agent, where there are such. */
import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateHostKeys } from '../../../../src/cloud/guest/sshd/host-keys.js';
import { startSshServer } from '../../../../src/cloud/guest/sshd/server.js';
import { connectSsh } from '../../../../src/lib/ssh/client.js';
import { type IdentityOptions, openIdentity } from '../../../../src/lib/ssh/identity.js';
import { readKeyFile } from '../../../../src/lib/ssh/key-file.js';
import { fingerprint, makeKeyPair } from '../../../../src/lib/ssh/key-pair.js';
import type { Questions } from '../../../../src/lib/ssh/questions.js';
import { guestDouble } from '../../cloud/guest/sshd/guest-double.js';

const missing = ['ssh-keygen', 'ssh-agent', 'ssh-add'].filter((name) => spawnSync('which', [name]).status !== 0);
const KEY = makeKeyPair('ssmlab');
const wire = (line: string): Buffer => Buffer.from(line.split(' ')[1] ?? '', 'base64');

let folder: string;
let path: string;
const cleanups: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssmlab-identity-'));
  path = join(folder, 'key');
});
afterEach(() => rmSync(folder, { recursive: true }));
afterAll(async () => {
  for (const each of cleanups.splice(0).toReversed()) await each();
});

const write = (text: string, mode = 0o600): void => {
  writeFileSync(path, text);
  chmodSync(path, mode);
};
const open = (more: Partial<IdentityOptions> = {}) => openIdentity({ keyFile: path, environment: {}, ...more });
/** Answers with these passphrases, one after the other. */
function answers(...words: string[]): Questions & { readonly asked: [string, number][] } {
  const asked: [string, number][] = [];
  return {
    asked,
    passphrase: async (file, wrong) => {
      asked.push([file, wrong]);
      return words[wrong] ?? '';
    },
    trust: async () => false,
  };
}

/** Logs in at a real server that takes this key, by the identity. */
async function logsIn(options: Partial<IdentityOptions>, publicLine: string): Promise<boolean> {
  const guest = await guestDouble([publicLine]);
  const server = await startSshServer(guest, { hostKeys: generateHostKeys(), log: () => undefined });
  cleanups.push(() => server.close());
  const client = await connectSsh({ socket: guest.connectTo22(), where: 'Instance1', username: 'ec2-user', identity: await open(options), verifyHostKey: async () => undefined });
  client.end();
  return true;
}

describe('a key file', () => {
  it('is read, also through a link', async () => {
    write(KEY.privateKey);
    symlinkSync(path, `${path}-link`);
    expect((await open()).said).toBe(`ED25519 ${fingerprint(wire(KEY.publicKey))} from ${path}`);
    expect((await open({ keyFile: `${path}-link` })).publicKey).toEqual(wire(KEY.publicKey));
  });
  it.each([0o644, 0o640, 0o604])('mode %o is refused', async (mode) => {
    write(KEY.privateKey, mode);
    await expect(open()).rejects.toMatchObject({ code: 'key-unsafe', message: expect.stringContaining(`0${mode.toString(8)}`), hint: `run \`chmod 600 ${path}\`` });
  });
  it('missing, or no key', async () => {
    await expect(open()).rejects.toMatchObject({ code: 'key-missing', message: `the key file ${path} is not there` });
    write('hello');
    await expect(open()).rejects.toMatchObject({ code: 'key-unusable', message: expect.stringContaining('holds no key') });
    write(KEY.publicKey, 0o644);
    await expect(open()).rejects.toMatchObject({ code: 'key-unusable', message: expect.stringContaining('a public key only, and no ssh-agent runs') });
    write(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    await expect(open()).rejects.toMatchObject({ code: 'key-unusable', message: expect.stringContaining('PKCS #8 is not read') });
  });
  it('takes the RSA PEM that EC2 makes, encrypted too', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    write(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
    const { publicKey, said } = await open();
    expect(said).toMatch(/^RSA SHA256:/u);
    expect(await logsIn({}, `ssh-rsa ${publicKey.toString('base64')}`)).toBe(true);
    write(privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open' }).toString());
    // Encrypted as a whole: not even its public half is told.
    expect((await readKeyFile(path)).publicKey).toBeUndefined();
    expect((await open({ ask: answers('open') })).publicKey).toEqual(publicKey);
  });
});

describe.skipIf(missing.length > 0)(`keys of OpenSSH${missing.length === 0 ? '' : ` (no ${missing.join(', ')} on PATH)`}`, () => {
  const make = (type: string, passphrase = ''): string => {
    rmSync(path, { force: true });
    expect(spawnSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', ...(type === 'rsa' ? ['-b', '2048'] : []), '-f', path]).status).toBe(0);
    return readFileSync(`${path}.pub`, 'utf8').trim();
  };
  /** An agent of one's own with these keys, gone after the tests. */
  async function agent(...files: string[]): Promise<NodeJS.ProcessEnv> {
    const socket = join(folder, 'agent');
    const running = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    cleanups.push(() => running.kill());
    await expect.poll(() => existsSync(socket)).toBe(true);
    const environment = { SSH_AUTH_SOCK: socket };
    for (const file of files) expect(spawnSync('ssh-add', ['-q', file], { env: { ...process.env, ...environment } }).status).toBe(0);
    return environment;
  }

  it('an encrypted one (bcrypt) tells its public half, and is opened by its passphrase, the third at last', async () => {
    const line = make('ed25519', 'open sesame');
    expect(await readKeyFile(path)).toMatchObject({ holds: 'encrypted', publicKey: wire(line) });
    unlinkSync(`${path}.pub`);
    expect((await readKeyFile(path)).publicKey).toEqual(wire(line));
    const ask = answers('no', 'still no', 'open sesame');
    expect(await logsIn({ ask }, line)).toBe(true);
    expect(ask.asked).toEqual([[path, 0], [path, 1], [path, 2]]);
  });
  it('an encrypted one that nobody opens', async () => {
    make('ed25519', 'open sesame');
    await expect(open()).rejects.toMatchObject({ code: 'key-unusable', message: `the key file ${path} is encrypted, nobody can be asked for its passphrase, and no ssh-agent runs (SSH_AUTH_SOCK is not set)`, hint: expect.stringContaining(`ssh-add ${path}`) });
    const ask = answers('a', 'b', 'c', 'open sesame');
    await expect(open({ ask })).rejects.toMatchObject({ code: 'key-unusable', message: expect.stringContaining('none of 3 passphrases opens it') });
    expect(ask.asked.length).toBe(3);
  });
  it.each(['ed25519', 'rsa'])('an agent logs in with the %s key that is wanted, and shows no other', async (type) => {
    make('ed25519');
    symlinkSync(path, join(folder, 'first'));
    const first = join(folder, 'other');
    expect(spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', first]).status).toBe(0);
    const line = make(type);
    const environment = await agent(first, path);
    unlinkSync(path);
    const wanted = async () => wire(line);
    expect((await open({ environment, wanted })).said).toMatch(/SHA256:\S{43} from ssh-agent$/u);
    expect(await logsIn({ environment, wanted }, line)).toBe(true);
    // By the public half alone, and by an encrypted file, without a question.
    expect(await logsIn({ environment, keyFile: `${path}.pub` }, line)).toBe(true);
    await expect(logsIn({ environment, wanted }, readFileSync(`${first}.pub`, 'utf8').trim())).rejects.toMatchObject({ code: 'ssh-refused', message: expect.stringMatching(/SHA256:\S{43} from ssh-agent; it takes publickey$/u) });
  });
  it('an agent spares the passphrase', async () => {
    const line = make('ed25519');
    const environment = await agent(path);
    expect(spawnSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', path]).status).toBe(0);
    const ask = answers();
    expect(await logsIn({ environment, ask }, line)).toBe(true);
    expect(ask.asked).toEqual([]);
  });
  it('an agent that does not help says why', async () => {
    const line = make('ed25519');
    const keyFile = `${path}.pub`;
    const environment = await agent();
    await expect(open({ environment, keyFile })).rejects.toMatchObject({ message: expect.stringContaining('ssh-agent has no key') });
    unlinkSync(path);
    const gone = { SSH_AUTH_SOCK: join(folder, 'gone') };
    await expect(open({ environment: gone, keyFile })).rejects.toMatchObject({ code: 'key-unusable', message: expect.stringContaining(`the ssh-agent at ${folder}/gone does not answer`) });
    await expect(open({ environment, wanted: async () => wire(line) })).rejects.toMatchObject({ code: 'key-missing' });
  });
});
