/** The lab's key pair: made here, kept here (0600); only the public half goes up. */
import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';
import { keyKind } from './wire-key.js';

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

/** `ED25519 SHA256:…`, as ssh speaks of a key to people. */
export const describeKey = (publicKey: Buffer): string => `${keyKind(publicKey)} ${fingerprint(publicKey)}`;
