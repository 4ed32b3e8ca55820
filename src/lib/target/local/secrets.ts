/** The local cloud's keys as the tool reads them: made by the region process, mode 0600, in no argv, log or greeting. */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SsmlabError } from '../../errors.js';

/** What `cloud/secrets.json` holds for the tool; the region keeps more in it. */
export interface LocalSecrets {
  readonly accountId: string;
  readonly lab: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly uplink: { readonly username: string; readonly password: string };
  /** PEM of the authority of its internet. */
  readonly certificateAuthority: { readonly certificatePem: string };
}

/** Reads the secrets of a state folder. */
export async function readSecrets(folder: string): Promise<LocalSecrets> {
  const path = join(folder, 'secrets.json');
  const found = await lstat(path).catch((error: unknown) => {
    throw new SsmlabError('state-corrupt', `the local cloud runs, but its keys are not at ${path}`, { cause: error, hint: 'run `ssmlab local stop`, then the same command again' });
  });
  if (!found.isFile() || (process.getuid !== undefined && (found.uid !== process.getuid() || (found.mode & 0o077) !== 0))) {
    throw new SsmlabError('state-unsafe', `${path} is not a file that is yours alone`, { hint: `run \`chmod 600 ${path}\`, or remove it with its folder` });
  }
  try {
    const { accountId, lab, uplink, certificateAuthority: { certificatePem } } = JSON.parse(await readFile(path, 'utf8')) as LocalSecrets;
    return { accountId, lab, uplink, certificateAuthority: { certificatePem } };
  } catch (error) {
    throw new SsmlabError('state-corrupt', `${path} is not readable as JSON`, { cause: error });
  }
}
