/**
 * The lab's certificate authority: signs the service names inside the fabric, and can sign nothing else. Its name
 * constraints are critical (RFC 5280 §4.2.1.10), so a stolen key is worth nothing even where someone trusts the CA.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { bitString, der, elements, oid, sequence, TAG, time } from './der.js';

/** A certificate and its private key (PKCS #8), both PEM. */
export interface CertificatePair {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface CertificateAuthority extends CertificatePair {
  /** A certificate for these DNS names (a leading `*.` is allowed), good for {@link LEAF_DAYS}. */
  issue(names: readonly string[]): Promise<CertificatePair>;
}

export interface CertificateAuthorityOptions {
  /** Milliseconds since the epoch; the clock when absent. */
  readonly now?: (() => number) | undefined;
}

/** Domains that the CA may sign, with all names below them. `ssmlab.internal` is the lab's own (`internal` is reserved for private use). */
export const PERMITTED_DOMAINS = ['amazonaws.com', 'api.aws', 'ssmlab.internal'] as const;

const LEAF_DAYS = 397;
const CA_DAYS = 3650;
const DAY_MS = 86_400_000;

/** Takes an existing authority up again, or makes one. Rejects when key or certificate cannot be read or are not a pair. */
export async function createCertificateAuthority(existing?: CertificatePair, options: CertificateAuthorityOptions = {}): Promise<CertificateAuthority> {
  const now = options.now ?? Date.now;
  const { certificatePem, privateKeyPem } = existing ?? (await makeAuthority(now()));
  const certificate = new X509Certificate(certificatePem);
  const signingKey = createPrivateKey(privateKeyPem);
  if (!certificate.checkPrivateKey(signingKey)) throw new Error('the key of the certificate authority is not that of its certificate');
  const issuer = subjectOf(certificate.raw);
  const authorityKeyId = keyIdOf(createPublicKey(signingKey));
  return {
    certificatePem,
    privateKeyPem,
    issue: async (names) => {
      const [first] = names;
      if (first === undefined) throw new TypeError('a certificate needs a name');
      const keys = await makeKeys();
      const extensions = [
        extension(OID.basicConstraints, true, sequence()),
        extension(OID.keyUsage, true, bitString(Buffer.of(0x80), 7)), // digitalSignature
        extension(OID.extendedKeyUsage, false, sequence(oid(OID.serverAuth))),
        extension(OID.subjectAlternativeName, false, sequence(...names.map((name) => der(0x82, asciiOf(name))))),
        extension(OID.subjectKeyId, false, der(TAG.octetString, keyIdOf(keys.publicKey))),
        extension(OID.authorityKeyId, false, sequence(der(0x80, authorityKeyId))),
      ];
      return {
        // A common name holds 64 characters; only the alternative names count.
        certificatePem: signed({ issuer, subject: nameOf(first.slice(0, 64)), publicKey: keys.publicKey, days: LEAF_DAYS, extensions }, signingKey, now()),
        privateKeyPem: pemOf(keys.privateKey),
      };
    },
  };
}

async function makeAuthority(now: number): Promise<CertificatePair> {
  const keys = await makeKeys();
  const name = nameOf(`ssmlab local cloud ${randomBytes(4).toString('hex')}`);
  const extensions = [
    extension(OID.basicConstraints, true, sequence(der(TAG.boolean, Buffer.of(0xff)), der(TAG.integer, Buffer.of(0)))), // a CA, with no CA below it
    extension(OID.keyUsage, true, bitString(Buffer.of(0x06), 1)), // keyCertSign, cRLSign
    extension(OID.nameConstraints, true, nameConstraints()),
    extension(OID.subjectKeyId, false, der(TAG.octetString, keyIdOf(keys.publicKey))),
  ];
  return {
    certificatePem: signed({ issuer: name, subject: name, publicKey: keys.publicKey, days: CA_DAYS, extensions }, keys.privateKey, now),
    privateKeyPem: pemOf(keys.privateKey),
  };
}

const OID = {
  organization: '2.5.4.10',
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

interface Contents {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly days: number;
  readonly extensions: readonly Buffer[];
}

/** PEM of a version 3 certificate (RFC 5280 §4.1), valid from a day ago so that clocks a little apart agree. */
function signed(contents: Contents, key: KeyObject, now: number): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const toBeSigned = sequence(
    der(0xa0, der(TAG.integer, Buffer.of(2))),
    der(TAG.integer, serialNumber()),
    algorithm,
    contents.issuer,
    sequence(time(now - DAY_MS), time(now + contents.days * DAY_MS)),
    contents.subject,
    spkiOf(contents.publicKey),
    der(0xa3, sequence(...contents.extensions)),
  );
  const certificate = sequence(toBeSigned, algorithm, bitString(sign('sha256', toBeSigned, { key, dsaEncoding: 'der' })));
  return `-----BEGIN CERTIFICATE-----\n${(certificate.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [der(TAG.boolean, Buffer.of(0xff))] : []), der(TAG.octetString, value));
}

/**
 * Permitted DNS subtrees as listed, and all IP addresses excluded; without the second part the CA could still sign any
 * address, since a constraint binds only names of its own form.
 */
function nameConstraints(): Buffer {
  const permitted = PERMITTED_DOMAINS.map((domain) => sequence(der(0x82, asciiOf(domain))));
  const excluded = [Buffer.alloc(8), Buffer.alloc(32)].map((everything) => sequence(der(0x87, everything)));
  return sequence(der(0xa0, ...permitted), der(0xa1, ...excluded));
}

function nameOf(commonName: string): Buffer {
  const attribute = (id: string, value: string): Buffer => der(TAG.set, sequence(oid(id), der(TAG.utf8String, Buffer.from(value, 'utf8'))));
  return sequence(attribute(OID.organization, 'ssmlab'), attribute(OID.commonName, commonName));
}

/** The subject of a version 3 certificate, as its DER is. */
function subjectOf(certificate: Uint8Array): Buffer {
  const [toBeSigned = Buffer.alloc(0)] = elements(certificate);
  const subject = elements(toBeSigned)[5];
  if (subject === undefined) throw new Error('the certificate of the authority has no subject');
  return subject;
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** SHA-1 of the public key's bits (RFC 5280 §4.2.1.2, method 1): an identifier, not a protection. */
function keyIdOf(key: KeyObject): Buffer {
  const bits = elements(spkiOf(key))[1] ?? Buffer.alloc(0);
  return createHash('sha1').update(bits.subarray(3)).digest();
}

function asciiOf(name: string): Buffer {
  if (!/^[\w*.-]+$/.test(name)) throw new TypeError(`not a DNS name: ${JSON.stringify(name)}`);
  return Buffer.from(name, 'ascii');
}

/** Positive, not zero, without a leading zero byte. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

const generate = promisify(generateKeyPair);

function makeKeys(): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return generate('ec', { namedCurve: 'prime256v1' });
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
