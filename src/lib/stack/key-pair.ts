/** The key pair of a lab: the private half made and kept here, only the public half imported. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SsmlabError } from '../errors.js';
import { isKeyPairName, keyPairName, keyPairPatterns, LAB_TAG } from '../lab/lab.js';
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

/** Names of the key pairs that ssmlab made for the stack. */
export async function labKeyPairs(api: Pick<StackApi, 'keyPairsLike'>, stack: string): Promise<string[]> {
  const found = await api.keyPairsLike(keyPairPatterns(stack));
  return found.flatMap((pair) => (isLabKey(pair) && isKeyPairName(stack, pair.KeyName ?? '') ? (pair.KeyName ?? []) : [])).toSorted();
}

/** Under which name the key goes up. */
export const keyNameOf = (stack: string, publicKey: string): string => keyPairName(stack, createHash('sha256').update(Buffer.from(body(publicKey).split(' ')[1] ?? '', 'base64')).digest('hex').slice(0, 8));

/** Whether the pair of the name has our public half. */
export async function isKeyThere(api: Pick<StackApi, 'findKeyPair'>, keyName: string, publicKey: string): Promise<boolean> {
  const found = await api.findKeyPair(keyName);
  return found !== undefined && isSame(found, publicKey);
}

/** Whether the file of before still holds the key: another process may have taken it away, or made another. */
export const isKeyHere = async (keyFile: string, publicKey: string): Promise<boolean> =>
  body(await readFile(publicFile(keyFile), 'utf8').catch(() => '')) === body(publicKey) && existsSync(keyFile);

/** Sees to it that the service has our public half under the name. `stack-foreign` when another key has it. */
export async function importKey(api: Pick<StackApi, 'importKeyPair' | 'findKeyPair'>, keyName: string, publicKey: string): Promise<void> {
  if ((await api.importKeyPair(keyName, publicKey, { [LAB_TAG.key]: LAB_TAG.value })) || (await isKeyThere(api, keyName, publicKey))) return;
  throw new SsmlabError('stack-foreign', `a key pair "${keyName}" is there, and is of another key`);
}
