/** The key pair of a lab: the private half made and kept here, only the public half imported. */
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SsmlabError } from '../errors.js';
import { LAB_TAG } from '../lab/lab.js';
import { readKeyFile } from '../ssh/key-file.js';
import { fingerprint, makeKeyPair } from '../ssh/key-pair.js';
import type { StackApi } from './api.js';

/** Algorithm and body of a public key line, without its comment. */
const body = (publicKey: string): string => publicKey.trim().split(/\s+/u).slice(0, 2).join(' ');

const publicFile = (keyFile: string): string => `${keyFile}.pub`;

/** The public half of the key file, made with the private one when there is none. Two processes at once get the same. */
export async function localKey(keyFile: string, comment: string): Promise<{ readonly publicKey: string; readonly made: boolean }> {
  const folder = dirname(keyFile);
  const read = async (): Promise<string> => {
    await readKeyFile(keyFile);
    return readFile(publicFile(keyFile), 'utf8').catch((error: unknown) => {
      throw new SsmlabError('key-missing', `the public half ${publicFile(keyFile)} is not there`, { cause: error, hint: `remove ${folder}, then deploy again` });
    });
  };
  const pair = makeKeyPair(comment);
  const draft = await mkdtemp(`${folder}.`);
  try {
    await chmod(draft, 0o700);
    await writeFile(join(draft, basename(keyFile)), pair.privateKey, { mode: 0o600, flag: 'wx' });
    await writeFile(join(draft, basename(publicFile(keyFile))), `${pair.publicKey.trim()}\n`, { mode: 0o600, flag: 'wx' });
    // Both halves appear at once, or another process's pair was first: a folder cannot be renamed onto a full one.
    await rename(draft, folder);
    return { publicKey: pair.publicKey, made: true };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
    return { publicKey: await read(), made: false };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

type KeyPairInfo = NonNullable<Awaited<ReturnType<StackApi['findKeyPair']>>>;

function isSame(found: KeyPairInfo, publicKey: string): boolean {
  if (found.PublicKey !== undefined && found.PublicKey !== '') return body(found.PublicKey) === body(publicKey);
  const blob = Buffer.from(body(publicKey).split(' ')[1] ?? '', 'base64');
  return (found.KeyFingerprint ?? '').replace(/=+$/u, '') === fingerprint(blob).replace(/^SHA256:/u, '');
}

/** True when the pair carries the lab's tag. */
export const isLabKey = (found: KeyPairInfo): boolean => found.Tags?.some((tag) => tag.Key === LAB_TAG.key && tag.Value === LAB_TAG.value) === true;

/** Whether the pair of the name has our public half. */
export async function isKeyThere(api: StackApi, keyName: string, publicKey: string): Promise<boolean> {
  const found = await api.findKeyPair(keyName);
  return found !== undefined && isSame(found, publicKey);
}

/** Sees to it that the service has our public half under the name. `stack-foreign` when the name belongs to somebody else's. */
export async function importKey(api: StackApi, keyName: string, publicKey: string): Promise<void> {
  const tags = { [LAB_TAG.key]: LAB_TAG.value };
  if (await api.importKeyPair(keyName, publicKey, tags)) return;
  const found = await api.findKeyPair(keyName);
  if (found !== undefined && isSame(found, publicKey)) return;
  if (found !== undefined && !isLabKey(found)) throw new SsmlabError('stack-foreign', `a key pair "${keyName}" is there and was not made by ssmlab`);
  // Left by a lab whose private half is gone.
  await api.deleteKeyPair(keyName);
  if (!(await api.importKeyPair(keyName, publicKey, tags))) throw new SsmlabError('stack-busy', `another process is making the key pair "${keyName}"`);
}
