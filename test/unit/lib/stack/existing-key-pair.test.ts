import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshKeyPair } from '../../../../src/cloud/services/ec2/key-pair/private-key.js';
import { importedFingerprint, readPublicKey } from '../../../../src/cloud/services/ec2/key-pair/public-key.js';
import { readKeyFile } from '../../../../src/lib/ssh/key-file.js';
import { checkKeyPair, matchesKeyPair, requireKeyPair } from '../../../../src/lib/stack/existing-key-pair.js';

let folder: string;
let keyFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssmlab-pair-'));
  keyFile = join(folder, 'key.pem');
});
afterEach(() => rmSync(folder, { recursive: true }));
const save = (text: string): void => writeFileSync(keyFile, text, { mode: 0o600 });

describe('a file and a key pair of EC2', () => {
  it.each(['ed25519', 'rsa'] as const)('%s, made by EC2: by its public half, or by its fingerprint alone', async (type) => {
    const [mine, other] = [freshKeyPair(type, 'mine'), freshKeyPair(type, 'other')];
    save(mine.keyMaterial);
    const file = await readKeyFile(keyFile);
    const answers = [mine, other].flatMap(({ keyFingerprint, publicKey }) => [matchesKeyPair({ PublicKey: publicKey.line, KeyFingerprint: keyFingerprint }, file), matchesKeyPair({ KeyFingerprint: keyFingerprint }, file)]);
    expect(answers).toEqual([true, true, false, false]);
  });
  it.each(['ed25519', 'rsa'] as const)('%s, imported', async (type) => {
    const { keyMaterial, publicKey } = freshKeyPair(type, 'mine');
    save(keyMaterial);
    const imported = { KeyFingerprint: importedFingerprint(readPublicKey(Buffer.from(publicKey.line))) };
    expect(matchesKeyPair(imported, await readKeyFile(keyFile))).toBe(true);
    // The public half alone will do for what is imported.
    save(publicKey.line);
    expect(matchesKeyPair(imported, await readKeyFile(keyFile))).toBe(true);
  });
  it('as openssl prints the fingerprint of an imported RSA key (MD5 of the DER)', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    save(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
    const KeyFingerprint = (createHash('md5').update(publicKey.export({ type: 'spki', format: 'der' })).digest('hex').match(/../gu) ?? []).join(':');
    expect(matchesKeyPair({ KeyFingerprint }, await readKeyFile(keyFile))).toBe(true);
  });
  it('that cannot be told apart are no mismatch: an encrypted PEM, a public half of what EC2 made', async () => {
    const { keyFingerprint, publicKey } = freshKeyPair('rsa', 'mine');
    save(publicKey.line);
    expect(matchesKeyPair({ KeyFingerprint: keyFingerprint }, await readKeyFile(keyFile))).toBeUndefined();
    save(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString());
    expect(matchesKeyPair({ KeyFingerprint: keyFingerprint, PublicKey: publicKey.line }, await readKeyFile(keyFile))).toBeUndefined();
  });
});

describe('--key-pair', () => {
  const api = (publicKey?: string) => ({ findKeyPair: async () => (publicKey === undefined ? undefined : { PublicKey: publicKey }) });
  const check = (keyName: string, publicKey?: string) => checkKeyPair(api(publicKey), { keyName, keyFile }, 'ssmlab');
  it('is taken when the file is its own', async () => {
    const { keyMaterial, publicKey } = freshKeyPair('ed25519', 'mine');
    save(keyMaterial);
    await expect(check('mine', publicKey.line)).resolves.toBeUndefined();
  });
  it('is refused: not there, another key, no file, the name of ssmlab\'s own', async () => {
    await expect(check('mine')).rejects.toMatchObject({ code: 'key-missing', hint: expect.stringContaining('"mine"') });
    save(freshKeyPair('ed25519', 'mine').keyMaterial);
    await expect(check('mine')).rejects.toMatchObject({ code: 'key-pair-missing', message: 'no key pair "mine" is there' });
    await expect(check('mine', freshKeyPair('ed25519', 'other').publicKey.line)).rejects.toMatchObject({ code: 'key-mismatch', message: expect.stringMatching(/key\.pem holds ED25519 SHA256:\S{43}, and the key pair "mine" is ED25519 SHA256:\S{43}$/u) });
    await expect(check('ssmlab-key')).rejects.toMatchObject({ code: 'usage' });
  });
  it('of a stack that is there has to be the one that it takes', async () => {
    const instances = { describeInstances: async () => [{ KeyName: 'mine' }, {}] };
    await expect(requireKeyPair(instances, 'ssmlab', 'mine')).resolves.toBeUndefined();
    await expect(requireKeyPair(instances, 'ssmlab', 'other')).rejects.toMatchObject({ code: 'usage', message: 'the stack "ssmlab" is there already, and takes the key pair "mine"' });
  });
});
