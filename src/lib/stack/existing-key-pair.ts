/** A key pair that was in EC2 before the lab: checked to be there and to belong to the file that is named, and never made, changed or deleted. */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import ssh2 from 'ssh2';
import { ofStack } from '../aws/ec2.js';
import { SsmlabError } from '../errors.js';
import { isKeyPairName } from '../lab/lab.js';
import { type KeyFile, readKeyFile } from '../ssh/key-file.js';
import { describeKey, fingerprint } from '../ssh/key-pair.js';
import { wireKeyType } from '../ssh/wire-key.js';
import type { StackApi } from './api.js';

export interface ExistingKeyPair {
  readonly keyName: string;
  /** Its private half; or its public half alone, where ssh-agent holds the private one. */
  readonly keyFile: string;
  /** By the lab's record, and not asked for now: it is for a stack that is made again. */
  readonly recalled?: boolean | undefined;
}

type KeyPairInfo = Pick<NonNullable<Awaited<ReturnType<StackApi['findKeyPair']>>>, 'PublicKey' | 'KeyFingerprint'>;

const colonHex = (algorithm: 'md5' | 'sha1', der: Buffer): string => (createHash(algorithm).update(der).digest('hex').match(/../gu) ?? []).join(':');

/** A key that ssh2 reads, as Node's; undefined for one that is encrypted. */
function pemOf(text: string, half: 'getPublicPEM' | 'getPrivatePEM'): string | undefined {
  const key = ssh2.utils.parseKey(text);
  const one = Array.isArray(key) ? key[0] : key;
  return one === undefined || one instanceof Error ? undefined : one[half]();
}

/**
 * Whether the file holds the pair's key; undefined where that cannot be told. By the public half where EC2 tells it, else by its fingerprint, of which
 * there are three forms (EC2 user guide, "Verify the fingerprint of your key pair"): SHA-256 of the wire form for ed25519; for RSA MD5 of
 * the public key's DER when it was imported, SHA-1 of the private key's PKCS #8 DER when EC2 made it.
 */
export function matchesKeyPair({ PublicKey, KeyFingerprint = '' }: KeyPairInfo, { holds, publicKey, text }: Pick<KeyFile, 'holds' | 'publicKey' | 'text'>): boolean | undefined {
  if (publicKey === undefined) return undefined;
  const told = (PublicKey ?? '').trim().split(/\s+/u)[1];
  if (told !== undefined) return Buffer.from(told, 'base64').equals(publicKey);
  if (!KeyFingerprint.includes(':')) return KeyFingerprint === '' ? undefined : KeyFingerprint.replace(/=+$/u, '') === fingerprint(publicKey).replace(/^SHA256:/u, '');
  if (wireKeyType(publicKey) !== 'ssh-rsa') return false;
  if (KeyFingerprint.split(':').length === 16) {
    const pem = pemOf(`ssh-rsa ${publicKey.toString('base64')}`, 'getPublicPEM');
    return pem === undefined ? undefined : colonHex('md5', createPublicKey(pem).export({ type: 'spki', format: 'der' })) === KeyFingerprint;
  }
  const pem = holds === 'private' ? pemOf(text, 'getPrivatePEM') : undefined;
  return pem === undefined ? undefined : colonHex('sha1', createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })) === KeyFingerprint;
}

/** `key-pair-missing`, `key-mismatch`, `usage` for the name that ssmlab's own pair has, and what `readKeyFile` throws. */
export async function checkKeyPair(api: Pick<StackApi, 'findKeyPair'>, { keyName, keyFile }: ExistingKeyPair, stack: string): Promise<void> {
  if (isKeyPairName(stack, keyName)) {
    throw new SsmlabError('usage', `"${keyName}" is how ssmlab calls the key pairs that it makes for the stack "${stack}", and removes with it`, { hint: 'leave out --key-pair, or name another one' });
  }
  const file = await readKeyFile(keyFile).catch((error: unknown) => {
    if (!(error instanceof SsmlabError) || error.code !== 'key-missing') throw error;
    throw new SsmlabError('key-missing', error.message, { cause: error, hint: `--identity names the private half of "${keyName}", or its public half where ssh-agent holds the private one; without --key-pair a new pair is made` });
  });
  const found = await api.findKeyPair(keyName);
  if (found === undefined) throw new SsmlabError('key-pair-missing', `no key pair "${keyName}" is there`);
  if (matchesKeyPair(found, file) !== false) return;
  const told = Buffer.from((found.PublicKey ?? '').trim().split(/\s+/u)[1] ?? '', 'base64');
  const pair = told.length > 0 ? describeKey(told) : `fingerprint ${found.KeyFingerprint ?? ''}`;
  throw new SsmlabError('key-mismatch', `${keyFile} holds ${describeKey(file.publicKey ?? Buffer.alloc(0))}, and the key pair "${keyName}" is ${pair}`);
}

/** `usage` when no instance of a stack that is there was launched with the pair. */
export async function requireKeyPair(api: Pick<StackApi, 'describeInstances'>, stack: string, keyName: string): Promise<void> {
  const worn = [...new Set((await api.describeInstances([ofStack(stack)])).flatMap(({ KeyName }) => KeyName ?? []))];
  if (worn.includes(keyName)) return;
  throw new SsmlabError('usage', `the stack "${stack}" is there already, and takes ${worn.length === 0 ? 'no key pair' : `the key pair "${worn.join('", "')}"`}`, { hint: 'leave out --key-pair, choose another name with --stack, or `ssmlab destroy` first' });
}
