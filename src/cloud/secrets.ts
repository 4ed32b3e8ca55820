/** The region's secrets, made once and kept in one file (0600): the lab's keys, its CA, the uplink's password, its ports. */
import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKeyRing } from './keys/key-ring.js';
import { makeCipherSecret } from './keys/region-cipher.js';
import { createCertificateAuthority } from './tls/certificate-authority.js';

/** Contents of `secrets.json`. The tool reads accountId, lab and uplink of it. */
export interface RegionSecrets {
  readonly accountId: string;
  readonly lab: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly uplink: { readonly username: string; readonly password: string };
  /** Seals the keys of kms, base64. */
  readonly rootKey: string;
  readonly certificateAuthority: { readonly certificatePem: string; readonly privateKeyPem: string };
  /** TCP ports on loopback, kept over restarts so that exported shells go on working; absent before the first start. */
  readonly ports: { readonly endpoint?: number | undefined; readonly uplink?: number | undefined };
}

/** Reads the file, or undefined when there is none. Throws when it is not a file of this user alone, or not JSON. */
export function readSecrets(folder: string): RegionSecrets | undefined {
  const path = join(folder, 'secrets.json');
  let text: string;
  try {
    const found = lstatSync(path);
    if (!found.isFile()) throw new Error(`${path} is not a plain file`);
    if (process.getuid !== undefined && found.uid !== process.getuid()) throw new Error(`${path} belongs to uid ${found.uid}`);
    if (process.getuid !== undefined && (found.mode & 0o077) !== 0) throw new Error(`${path} can be read by others`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return completed(JSON.parse(text) as Omit<RegionSecrets, 'rootKey'> & Partial<RegionSecrets>);
}

/** A folder of an earlier release has none yet; nothing is sealed there. */
function completed(secrets: Omit<RegionSecrets, 'rootKey'> & Partial<RegionSecrets>): RegionSecrets {
  return { ...secrets, rootKey: secrets.rootKey ?? makeCipherSecret() };
}

/** Writes it whole or not at all. */
export function writeSecrets(folder: string, secrets: RegionSecrets): void {
  const path = join(folder, 'secrets.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
}

/** New secrets, of a region that has none yet. */
export async function makeSecrets(): Promise<RegionSecrets> {
  const accountId = String(randomInt(100_000_000_000, 281_474_976_710_655)).slice(0, 12);
  const { certificatePem, privateKeyPem } = await createCertificateAuthority();
  return {
    accountId,
    lab: createKeyRing({ accountId, now: Date.now }).lab,
    uplink: { username: 'ssmlab', password: randomBytes(24).toString('base64url') },
    rootKey: makeCipherSecret(),
    certificateAuthority: { certificatePem, privateKeyPem },
    ports: {},
  };
}
