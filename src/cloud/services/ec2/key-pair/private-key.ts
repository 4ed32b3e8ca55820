/** Key pairs that CreateKeyPair makes: the private half in the form in which AWS hands it out, once. */
import { createHash, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { blobOf, colonHex, importedFingerprint, publicKeyOf, type PublicKey } from './public-key.js';

export interface FreshKeyPair {
  readonly publicKey: PublicKey;
  readonly keyFingerprint: string;
  /** PEM: PKCS#1 for RSA, OpenSSH's own form for ed25519. */
  readonly keyMaterial: string;
}

function field(...parts: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat(parts.map((part) => {
    const data = Buffer.from(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, data]);
  }));
}

/** Unencrypted `openssh-key-v1` (OpenSSH PROTOCOL.key). */
function opensshPrivateKey(privateKey: KeyObject, publicKey: KeyObject, comment: string): string {
  const jwk = privateKey.export({ format: 'jwk' });
  const seed = Buffer.from(jwk.d ?? '', 'base64url');
  const point = Buffer.from(jwk.x ?? '', 'base64url');
  const check = randomBytes(4);
  const secret = Buffer.concat([check, check, field('ssh-ed25519', point, Buffer.concat([seed, point]), comment)]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_unused, index) => index + 1));
  const one = Buffer.alloc(4);
  one.writeUInt32BE(1);
  const body = Buffer.concat([Buffer.from('openssh-key-v1\0'), field('none', 'none', ''), one, field(blobOf(publicKey), Buffer.concat([secret, padding]))]);
  const lines = body.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

/**
 * SHA-1 over the DER private key is RSA's fingerprint when AWS made the key. Synchronous, since CloudFormation makes
 * key pairs inside a transaction; RSA takes some 100 ms, ed25519 none.
 */
export function freshKeyPair(keyType: 'rsa' | 'ed25519', name: string): FreshKeyPair {
  if (keyType === 'ed25519') {
    const pair = generateKeyPairSync('ed25519');
    const publicKey = publicKeyOf(pair.publicKey, name);
    return { publicKey, keyFingerprint: importedFingerprint(publicKey), keyMaterial: opensshPrivateKey(pair.privateKey, pair.publicKey, name) };
  }
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const der = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  return {
    publicKey: publicKeyOf(pair.publicKey, name),
    keyFingerprint: colonHex(createHash('sha1').update(der).digest()),
    keyMaterial: pair.privateKey.export({ format: 'pem', type: 'pkcs1' }).toString(),
  };
}
