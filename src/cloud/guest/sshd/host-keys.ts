/** Host keys of an instance, made at its first boot as cloud-init has sshd-keygen make them. */
import ssh2 from 'ssh2';

export interface HostKey {
  readonly type: 'ssh-ed25519' | 'ecdsa-sha2-nistp256';
  /** OpenSSH private key file. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
}

/** Ed25519 and ECDSA; AL2023 has no RSA host key by default. */
export function generateHostKeys(): readonly HostKey[] {
  const ed25519 = readable(() => ssh2.utils.generateKeyPairSync('ed25519'));
  const ecdsa = readable(() => ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }));
  return [
    { type: 'ssh-ed25519', privateKey: ed25519.private, publicKey: ed25519.public },
    { type: 'ecdsa-sha2-nistp256', privateKey: ecdsa.private, publicKey: ecdsa.public },
  ];
}

/** About one of 250 ed25519 key files that ssh2 1.17 writes is malformed, and a server with it does not start: made anew. */
function readable(make: () => { private: string; public: string }): { private: string; public: string } {
  for (;;) {
    const made = make();
    if (!(ssh2.utils.parseKey(made.private) instanceof Error)) return made;
  }
}
