/** What is remembered of a lab with a key pair of the user's own: names, never a secret. */
import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { SsmlabError } from '../errors.js';
import type { LabFolder } from './lab-folder.js';

export interface KeyRecord {
  readonly keyName: string;
  /** Path of the key file. */
  readonly keyFile: string;
}

/** Undefined of a lab whose pair ssmlab made. `state-corrupt`. */
export function readKeyRecord({ keyRecord }: Pick<LabFolder, 'keyRecord'>): KeyRecord | undefined {
  if (!existsSync(keyRecord)) return undefined;
  try {
    const { keyName, keyFile } = JSON.parse(readFileSync(keyRecord, 'utf8')) as Partial<KeyRecord>;
    if (typeof keyName !== 'string' || typeof keyFile !== 'string') throw new Error('it names no key pair and file');
    return { keyName, keyFile };
  } catch (error) {
    throw new SsmlabError('state-corrupt', `${keyRecord} cannot be read`, { cause: error, hint: 'remove it, and name the key with --identity FILE' });
  }
}

/** The folder has to be there. */
export async function writeKeyRecord({ keyRecord }: Pick<LabFolder, 'keyRecord'>, record: KeyRecord): Promise<void> {
  const draft = `${keyRecord}.${process.pid}.new`;
  await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, keyRecord);
}
