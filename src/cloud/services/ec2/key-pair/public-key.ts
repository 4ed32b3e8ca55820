/** Public keys in the forms that ImportKeyPair takes, and the fingerprints that AWS makes of them. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { AwsError } from '../../../endpoint/operation.js';

export interface PublicKey {
  readonly keyType: 'rsa' | 'ed25519';
  /** `ssh-ed25519 AAAA… comment` */
  readonly line: string;
  /** The key in SSH's wire form (RFC 4253 §6.6, RFC 8709 §4). */
  readonly blob: Buffer;
  readonly key: KeyObject;
}

const SSH_TYPES = { 'ssh-rsa': 'rsa', 'ssh-ed25519': 'ed25519' } as const;
const RSA_BITS = [1024, 2048, 3072, 4096];

function invalid(): AwsError {
  return new AwsError('InvalidKey.Format', 'Key is not in valid OpenSSH public key format');
}

function sshStrings(blob: Buffer): Buffer[] {
  const strings: Buffer[] = [];
  for (let at = 0; at < blob.length;) {
    if (at + 4 > blob.length) throw invalid();
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) throw invalid();
    strings.push(blob.subarray(at + 4, end));
    at = end;
  }
  return strings;
}

function sshString(data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
}

function unsigned(mpint: Buffer): string {
  return (mpint[0] === 0 ? mpint.subarray(1) : mpint).toString('base64url');
}

function mpint(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, 'base64url');
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

function keyOfBlob(blob: Buffer): { readonly keyType: 'rsa' | 'ed25519'; readonly key: KeyObject } {
  const [type = Buffer.alloc(0), ...parts] = sshStrings(blob);
  const name = type.toString('latin1');
  const [first, second] = parts;
  try {
    if (name === 'ssh-ed25519' && first?.length === 32 && parts.length === 1) {
      return { keyType: 'ed25519', key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: first.toString('base64url') }, format: 'jwk' }) };
    }
    if (name === 'ssh-rsa' && first !== undefined && second !== undefined && parts.length === 2) {
      return { keyType: 'rsa', key: createPublicKey({ key: { kty: 'RSA', e: unsigned(first), n: unsigned(second) }, format: 'jwk' }) };
    }
  } catch {
    throw invalid();
  }
  throw invalid();
}

/** SSH's wire form of a key. */
export function blobOf(key: KeyObject): Buffer {
  const jwk = key.export({ format: 'jwk' });
  const parts = jwk.kty === 'OKP'
    ? [Buffer.from('ssh-ed25519'), Buffer.from(jwk.x ?? '', 'base64url')]
    : [Buffer.from('ssh-rsa'), mpint(jwk.e ?? ''), mpint(jwk.n ?? '')];
  return Buffer.concat(parts.map(sshString));
}

/** The key with its line. Throws InvalidKey.Format for what is neither ed25519 nor RSA of a length that AWS takes. */
export function publicKeyOf(key: KeyObject, comment = ''): PublicKey {
  const keyType = key.asymmetricKeyType;
  if (keyType !== 'rsa' && keyType !== 'ed25519') throw invalid();
  if (keyType === 'rsa' && !RSA_BITS.includes(key.asymmetricKeyDetails?.modulusLength ?? 0)) throw invalid();
  const blob = blobOf(key);
  return { keyType, key, blob, line: `ssh-${keyType} ${blob.toString('base64')}${comment === '' ? '' : ` ${comment}`}` };
}

/** Reads an OpenSSH line, an SSH2 public key file (RFC 4716), PEM, or base64 of DER. */
export function readPublicKey(material: Buffer): PublicKey {
  const text = material.toString('utf8').trim();
  const line = /^(ssh-rsa|ssh-ed25519) +([A-Za-z0-9+/=]+)(?: +([^\r\n]*))?$/.exec(text);
  if (line !== null) {
    const { key, keyType } = keyOfBlob(Buffer.from(line[2] ?? '', 'base64'));
    if (SSH_TYPES[line[1] as keyof typeof SSH_TYPES] !== keyType) throw invalid();
    return publicKeyOf(key, (line[3] ?? '').replace(/[^\x20-\x7e]/g, '').trim());
  }
  const ssh2 = /^---- BEGIN SSH2 PUBLIC KEY ----\r?\n((?:[^\n]*\n)*?)---- END SSH2 PUBLIC KEY ----$/.exec(text);
  if (ssh2 !== null) {
    const body = (ssh2[1] ?? '').replace(/^[A-Za-z-]+:(?:[^\n]*\\\r?\n)*[^\n]*\n/gm, '');
    return publicKeyOf(keyOfBlob(Buffer.from(body, 'base64')).key);
  }
  try {
    if (text.startsWith('-----BEGIN ')) return publicKeyOf(createPublicKey(text));
    return publicKeyOf(createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }));
  } catch {
    throw invalid();
  }
}

/** `aa:bb:…` */
export function colonHex(digest: Buffer): string {
  return digest.toString('hex').match(/../g)?.join(':') ?? '';
}

/** Ed25519, made or imported: SHA-256 of the wire form, base64. Imported RSA: MD5 of the DER public key. */
export function importedFingerprint(key: PublicKey): string {
  if (key.keyType === 'ed25519') return createHash('sha256').update(key.blob).digest('base64');
  return colonHex(createHash('md5').update(key.key.export({ format: 'der', type: 'spki' })).digest());
}
