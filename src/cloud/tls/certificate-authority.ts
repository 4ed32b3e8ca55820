/**
 * The lab's certificate authority: signs the service names inside the fabric, and can sign nothing else. Its name
 * constraints are critical (RFC 5280 §4.2.1.10), so a stolen key is worth nothing even where someone trusts the CA.
 */
import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key (PKCS #8), both PEM. */
export interface CertificatePair {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface CertificateAuthority extends CertificatePair {
  /** A certificate for these DNS names (a leading `*.` is allowed), good for {@link LEAF_DAYS}. The first is its subject. */
  issue(names: readonly string[]): Promise<CertificatePair>;
}

export interface CertificateAuthorityOptions {
  /** Milliseconds since the epoch; the clock when absent. */
  readonly now?: (() => number) | undefined;
}

/** Domains that the CA may sign, with all names below them. `ssmlab.internal` is the lab's own (`internal` is reserved for private use). */
export const PERMITTED_DOMAINS = ['amazonaws.com', 'api.aws', 'ssmlab.internal'] as const;

export const LEAF_DAYS = 397;
const CA_DAYS = 3650;
const DAY_MS = 86_400_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Takes an existing authority up again, or makes one. Rejects when key or certificate cannot be read or are not a pair. */
export async function createCertificateAuthority(existing?: CertificatePair, options: CertificateAuthorityOptions = {}): Promise<CertificateAuthority> {
  const now = options.now ?? Date.now;
  const pair = existing ?? (await makeAuthority(now()));
  if (!new X509Certificate(pair.certificatePem).checkPrivateKey(createPrivateKey(pair.privateKeyPem))) throw new Error('the key of the certificate authority is not that of its certificate');
  const certificate = new x509.X509Certificate(pair.certificatePem);
  const signingKey = await importKey(pair.privateKeyPem);
  return {
    ...pair,
    issue: async (names) => {
      const [subject] = names;
      if (subject === undefined) throw new TypeError('a certificate needs a name');
      const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: [{ CN: [subject] }],
        issuer: certificate.subject,
        notBefore: new Date(now() - DAY_MS),
        notAfter: new Date(now() + LEAF_DAYS * DAY_MS),
        signingAlgorithm: ALGORITHM,
        publicKey: keys.publicKey,
        signingKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value }))),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false),
          await x509.AuthorityKeyIdentifierExtension.create(certificate, false),
        ],
      });
      return { certificatePem: `${leaf.toString('pem')}\n`, privateKeyPem: await exportKey(keys.privateKey) };
    },
  };
}

async function makeAuthority(now: number): Promise<CertificatePair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ O: ['ssmlab'] }, { CN: [`ssmlab local cloud ${randomBytes(4).toString('hex')}`] }],
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + CA_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.Extension(NAME_CONSTRAINTS, true, nameConstraints()),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false),
    ],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, privateKeyPem: await exportKey(keys.privateKey) };
}

const NAME_CONSTRAINTS = '2.5.29.30';

/**
 * DER of NameConstraints: permitted DNS subtrees as listed, and all IP addresses excluded; without the second part the
 * CA could still sign any address, since a constraint binds only names of its own form.
 */
function nameConstraints(): Buffer {
  const permitted = PERMITTED_DOMAINS.map((domain) => der(0x30, der(0x82, Buffer.from(domain, 'ascii'))));
  const excluded = [Buffer.alloc(8), Buffer.alloc(32)].map((everything) => der(0x30, der(0x87, everything)));
  return der(0x30, der(0xa0, ...permitted), der(0xa1, ...excluded));
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const length = content.length < 0x80 ? Buffer.of(content.length) : content.length < 0x100 ? Buffer.of(0x81, content.length) : Buffer.of(0x82, content.length >> 8, content.length & 0xff);
  return Buffer.concat([Buffer.of(tag), length, content]);
}

/** 127 random bits, positive and not zero. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const pkcs8 = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' }).toString();
}
