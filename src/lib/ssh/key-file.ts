/** A key file as ssh and EC2 write them: which half it holds, what its public half is, and its private one by the passphrase. */
import { readFile, stat } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { SsmlabError } from '../errors.js';
import { wireKeyType } from './wire-key.js';

export interface KeyFile {
  readonly path: string;
  readonly holds: 'private' | 'encrypted' | 'public';
  /** In wire form; undefined where the file is encrypted as a whole (PEM) and no `.pub` stands beside it. */
  readonly publicKey: Buffer | undefined;
  readonly text: string;
}

const PUBLIC_LINE = /^((?:ssh|ecdsa)-\S+) ([A-Za-z0-9+/]+=*)(?: .*)?$/u;
const OPENSSH = /^-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/u;
const OPENSSH_MAGIC = Buffer.from('openssh-key-v1\0');

function publicLine(text: string): Buffer | undefined {
  const [, type, base64 = ''] = PUBLIC_LINE.exec(text.trim()) ?? [];
  const key = Buffer.from(base64, 'base64');
  return type !== undefined && wireKeyType(key) === type ? key : undefined;
}

/** OpenSSH keeps the public half in the clear before the private one (OpenSSH's PROTOCOL.key). */
function openSshPublicHalf(text: string): Buffer | undefined {
  const body = Buffer.from(OPENSSH.exec(text.trim())?.[1] ?? '', 'base64');
  if (!body.subarray(0, OPENSSH_MAGIC.length).equals(OPENSSH_MAGIC)) return undefined;
  let rest = body.subarray(OPENSSH_MAGIC.length);
  const field = (): Buffer => {
    const length = rest.length < 4 ? 0 : rest.readUInt32BE();
    const data = rest.subarray(4, 4 + length);
    rest = rest.subarray(4 + length);
    return data;
  };
  // Cipher, function that derives its key, options of that; then how many keys there are.
  for (let skipped = 0; skipped < 3; skipped++) field();
  rest = rest.subarray(4);
  const key = field();
  return wireKeyType(key) === undefined ? undefined : Buffer.from(key);
}

const parsed = (text: string, passphrase?: string): ParsedKey | Error => {
  const found = ssh2.utils.parseKey(text, passphrase);
  return Array.isArray(found) ? found[0] ?? new Error('the file is empty') : found;
};

/** Reads it as ssh does: it must be there and yours alone, and hold a key (`key-missing`, `key-unsafe`, `key-unusable`). */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const found = await stat(path).catch((error: unknown) => {
    throw new SsmlabError('key-missing', `the key file ${path} is not there`, { cause: error });
  });
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new SsmlabError('key-missing', `the key file ${path} cannot be read`, { cause: error });
  });
  const line = publicLine(text);
  if (line !== undefined) return { path, holds: 'public', publicKey: line, text };
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
    throw new SsmlabError('key-unsafe', `the key file ${path} has mode 0${(found.mode & 0o777).toString(8)}; others may read it`, { hint: `run \`chmod 600 ${path}\`` });
  }
  const key = parsed(text);
  if (!(key instanceof Error)) return { path, holds: 'private', publicKey: key.getPublicSSH(), text };
  if (!/passphrase/iu.test(key.message)) {
    const pkcs8 = /^-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/u.test(text);
    throw new SsmlabError('key-unusable', `the file ${path} holds no key that can be used: ${pkcs8 ? 'PKCS #8 is not read' : key.message}`, { cause: key, hint: pkcs8 ? 'turn a copy into OpenSSH\'s own form: `ssh-keygen -p -f FILE`' : undefined });
  }
  const beside = await readFile(`${path}.pub`, 'utf8').catch(() => '');
  return { path, holds: 'encrypted', publicKey: openSshPublicHalf(text) ?? publicLine(beside), text };
}

/** The private half. Undefined when the passphrase is not the one; `key-unusable` where no passphrase would do. */
export function unlocked({ path, text }: KeyFile, passphrase?: string): ParsedKey | undefined {
  const key = parsed(text, passphrase);
  if (!(key instanceof Error)) return key;
  if (/unsupported/iu.test(key.message)) throw new SsmlabError('key-unusable', `the file ${path} holds no key that can be used: ${key.message}`, { cause: key });
  return undefined;
}
