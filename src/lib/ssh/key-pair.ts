/** The lab's key pair: made here, kept here (0600); only the public half goes up. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import ssh2 from 'ssh2';
import { SsmlabError } from '../errors.js';
import { shellQuote } from '../report/shell-quote.js';

export interface KeyPair {
  /** OpenSSH private key file. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA… comment` */
  readonly publicKey: string;
}

/** A new Ed25519 pair: short, and Linux images take it (`aws-facts.md` §7). */
export function makeKeyPair(comment: string): KeyPair {
  for (;;) {
    const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    // About one of 250 key files that ssh2 1.17 writes is malformed and read by nobody, ssh2 included: made anew.
    if (!(ssh2.utils.parseKey(privateKey) instanceof Error)) return { privateKey, publicKey };
  }
}

/** `SHA256:…` as ssh prints it, of a public key in wire form. */
export function fingerprint(publicKey: Buffer): string {
  return `SHA256:${createHash('sha256').update(publicKey).digest('base64').replace(/=+$/u, '')}`;
}

/** Reads a private key file as ssh does: it must be there, yours alone, and a private key that needs no passphrase (`key-missing`, `key-unsafe`, `key-unusable`). */
export async function loadPrivateKey(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw new SsmlabError('key-missing', `the key file ${path} is not there`, { cause: error });
  });
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
    throw new SsmlabError('key-unsafe', `the key file ${path} has mode 0${(found.mode & 0o777).toString(8)}; others may read it`, { hint: `run \`chmod 600 ${path}\`` });
  }
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new SsmlabError('key-missing', `the key file ${path} cannot be read`, { cause: error });
  });
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) {
    const encrypted = /passphrase/iu.test(key.message);
    throw encrypted
      ? new SsmlabError('key-unusable', `the key file ${path} is encrypted, and ssmlab asks for no passphrase`, { cause: key, hint: `run \`ssh-keygen -p -f ${shellQuote(path)}\` on a copy to take the passphrase off, or use the ssh line of \`ssmlab list\`` })
      : new SsmlabError('key-unusable', `the file ${path} holds no key that can be used: ${key.message}`, { cause: key });
  }
  if (!(Array.isArray(key) ? key : [key]).some((each) => each.isPrivateKey())) throw new SsmlabError('key-unusable', `the file ${path} holds a public key only`);
  return text;
}
