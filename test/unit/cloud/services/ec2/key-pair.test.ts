import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import ssh2 from 'ssh2';
import { PUBLIC_KEY, Region } from './harness.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const RSA_PAIR = generateKeyPairSync('rsa', { modulusLength: 2048 });
const RSA = RSA_PAIR.publicKey;
/** The same key as ssh2 writes it. */
const RSA_BODY = sshBody(RSA_PAIR.privateKey.export({ format: 'pem', type: 'pkcs1' }).toString());

function sshBody(pem: string): string {
  const parsed = ssh2.utils.parseKey(pem);
  if (parsed instanceof Error) throw parsed;
  return parsed.getPublicSSH().toString('base64');
}

function publicLine(region: Region, name: string): string {
  return region.id('DescribeKeyPairs', { KeyName: [name], IncludePublicKey: 'true' }, 'keySet', 0, 'publicKey');
}

describe('ImportKeyPair', () => {
  it('fingerprints ed25519 as OpenSSH does', () => {
    const reply = new Region().call('ImportKeyPair', { KeyName: 'k', PublicKeyMaterial: base64(PUBLIC_KEY) });
    const blob = Buffer.from(PUBLIC_KEY.split(' ')[1] ?? '', 'base64');
    expect(reply['keyFingerprint']).toBe(createHash('sha256').update(blob).digest('base64'));
    expect(reply['keyPairId']).toMatch(/^key-0[0-9a-f]{16}$/);
  });

  it('fingerprints RSA by MD5 of the DER public key', () => {
    const region = new Region();
    const reply = region.call('ImportKeyPair', { KeyName: 'k', PublicKeyMaterial: base64(`ssh-rsa ${RSA_BODY} me`) });
    const der = RSA.export({ format: 'der', type: 'spki' });
    expect(reply['keyFingerprint']).toBe(createHash('md5').update(der).digest('hex').match(/../g)?.join(':'));
    expect(publicLine(region, 'k')).toBe(`ssh-rsa ${RSA_BODY} me`);
  });

  it('takes SSH2 public key files, PEM and DER', () => {
    const region = new Region();
    const ssh2Form = `---- BEGIN SSH2 PUBLIC KEY ----\nComment: "of a \\\ntest"\n${RSA_BODY.match(/.{1,70}/g)?.join('\n')}\n---- END SSH2 PUBLIC KEY ----`;
    const forms = [ssh2Form, RSA.export({ format: 'pem', type: 'spki' }).toString(), RSA.export({ format: 'der', type: 'spki' }).toString('base64')];
    for (const [index, form] of forms.entries()) {
      region.call('ImportKeyPair', { KeyName: `k${index}`, PublicKeyMaterial: base64(form) });
      expect(publicLine(region, `k${index}`)).toBe(`ssh-rsa ${RSA_BODY}`);
    }
  });

  it.each([
    ['nonsense', 'ssh-rsa nonsense'], ['an empty text', ' '], ['another type', 'ssh-dss AAAA'], ['a cut line', PUBLIC_KEY.slice(0, 40)], ['a type that lies', PUBLIC_KEY.replace('ssh-ed25519', 'ssh-rsa')],
  ])('refuses %s', (_what, text) => {
    expect(new Region().code('ImportKeyPair', { KeyName: 'k', PublicKeyMaterial: base64(text) })).toBe('InvalidKey.Format');
  });

  it('refuses a name twice', () => {
    const region = new Region();
    region.call('ImportKeyPair', { KeyName: 'k', PublicKeyMaterial: base64(PUBLIC_KEY) });
    expect(region.code('ImportKeyPair', { KeyName: 'k', PublicKeyMaterial: base64(PUBLIC_KEY) })).toBe('InvalidKeyPair.Duplicate');
    expect(region.code('CreateKeyPair', { KeyName: 'k' })).toBe('InvalidKeyPair.Duplicate');
    region.call('DeleteKeyPair', { KeyName: 'k' });
    expect(region.code('DescribeKeyPairs', { KeyName: ['k'] })).toBe('InvalidKeyPair.NotFound');
    expect(region.code('DeleteKeyPair', { KeyName: 'k' })).toBe('no error');
  });
});

describe('CreateKeyPair', () => {
  it.each(['ed25519', 'rsa'])('hands out a private key of %s that SSH reads, once', (KeyType) => {
    const region = new Region();
    const reply = region.call('CreateKeyPair', { KeyName: 'mine', KeyType });
    const parsed = ssh2.utils.parseKey(String(reply['keyMaterial']));
    if (parsed instanceof Error) throw parsed;
    expect(publicLine(region, 'mine')).toBe(`ssh-${KeyType} ${parsed.getPublicSSH().toString('base64')} mine`);
    const secret = String(reply['keyMaterial']).split('\n')[3] ?? 'missing';
    expect(JSON.stringify(region.call('DescribeKeyPairs', { IncludePublicKey: 'true' }))).not.toContain(secret);
  });

  it('fingerprints RSA by SHA-1 of the DER private key', () => {
    const reply = new Region().call('CreateKeyPair', { KeyName: 'mine' });
    const der = createPrivateKey(String(reply['keyMaterial'])).export({ format: 'der', type: 'pkcs8' });
    expect(reply['keyFingerprint']).toBe(createHash('sha1').update(der).digest('hex').match(/../g)?.join(':'));
  });
});
