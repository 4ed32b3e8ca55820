/** The region's secrets, made once and kept in one file (0600): the lab's keys, its CA, the uplink's password, its ports. */
import { chmodSync, lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Contents of `secrets.json`. The tool reads accountId, lab and uplink of it. */
export interface RegionSecrets {
  readonly accountId: string;
  readonly lab: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly uplink: { readonly username: string; readonly password: string };
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
  return JSON.parse(text) as RegionSecrets;
}

/** Writes it whole or not at all. */
export function writeSecrets(folder: string, secrets: RegionSecrets): void {
  const path = join(folder, 'secrets.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
}
