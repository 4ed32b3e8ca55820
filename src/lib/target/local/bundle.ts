/** The file that `local env --proxy` names in AWS_CA_BUNDLE: who asks the local cloud's internet by https believes its authority, and everybody that was believed before. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { cloudFolder } from './home.js';

/** Writes it, 0600, and returns its path. Part of the local cloud's state: it goes when that goes. `before` is the file that is named now, if any. */
export async function writeBundle(home: string, authority: string, before: string | undefined): Promise<string> {
  const file = join(cloudFolder(home), 'authorities.pem');
  // One that cannot be read says so where it is used; here it is as if there were none.
  const believed = before === undefined || before === '' || before === file ? undefined : await readFile(before, 'utf8').catch(() => undefined);
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, `${[authority.trim(), believed?.trim() ?? rootCertificates.join('\n')].join('\n')}\n`, { mode: 0o600 });
  await rename(draft, file);
  return file;
}
