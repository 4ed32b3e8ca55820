/**
 * Host keys of a lab's instances, in OpenSSH's own file of them (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), so that `ssh -F` of the lab
 * trusts what ssmlab does. By instance id: addresses come and go, a replaced instance is another machine. Never the user's known_hosts.
 */
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SsmlabError } from '../errors.js';
import { wireKeyType } from './wire-key.js';

export interface KnownHosts {
  /** Pinned keys of an instance in wire form; none when none is known. `state-corrupt` where a line of it holds no key. */
  keysOf(instanceId: string): Promise<readonly Buffer[]>;
  /** From now on these are its keys too. */
  pin(instanceId: string, keys: readonly Buffer[]): Promise<void>;
}

export function openKnownHosts(path: string): KnownHosts {
  const read = async (): Promise<string> => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw new SsmlabError('state-corrupt', `${path} cannot be read`, { cause: error });
    }
  };
  const keysOf = async (instanceId: string): Promise<Buffer[]> =>
    (await read()).split('\n').flatMap((line, at) => {
      const [hosts = '', type = '', base64 = ''] = line.trim().split(/\s+/u);
      if (!hosts.split(',').includes(instanceId)) return [];
      const key = Buffer.from(base64, 'base64');
      if (wireKeyType(key) !== type) throw new SsmlabError('state-corrupt', `${path}:${at + 1} holds no host key for ${instanceId}`, { hint: 'remove that line: the key is then asked for anew' });
      return [key];
    });
  return {
    keysOf,
    pin: async (instanceId, keys) => {
      const known = await keysOf(instanceId);
      const fresh = keys.filter((key) => !known.some((each) => each.equals(key)));
      if (fresh.length === 0) return;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const text = await read();
      // Appended in one write: OpenSSH and other commands of ours may do the same at this time.
      const file = await open(path, 'a', 0o600);
      try {
        await file.write(`${text === '' || text.endsWith('\n') ? '' : '\n'}${fresh.map((key) => `${instanceId} ${wireKeyType(key) ?? ''} ${key.toString('base64')}\n`).join('')}`);
      } finally {
        await file.close();
      }
    },
  };
}
