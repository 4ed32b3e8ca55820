/** A public key as OpenSSH keeps it, beside its private half. */
import { readFile } from 'node:fs/promises';
import { SsmlabError } from '../errors.js';

const LINE = /^(?:ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/]+=*(?: .*)?$/u;

async function lineIn(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new SsmlabError('key-missing', `the key file ${path} is not there, or cannot be read`, { cause: error, hint: 'make a key pair with `ssh-keygen -t ed25519`, or name another file' });
  });
  const line = text.trim();
  return LINE.test(line) ? line : undefined;
}

/** The line in `FILE`, or in `FILE.pub` when FILE is the private half. Throws `key-missing`, `key-unusable`. */
export async function loadPublicKey(path: string): Promise<string> {
  const line = (await lineIn(path)) ?? (path.endsWith('.pub') ? undefined : await lineIn(`${path}.pub`).catch(() => undefined));
  if (line === undefined) throw new SsmlabError('key-unusable', `the file ${path} holds no public key of OpenSSH`, { hint: 'name the file that ends in .pub' });
  return line;
}
