/** Host keys of a lab's instances: pinned at the first sight by instance id (addresses come and go), never the user's known_hosts. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SsmlabError } from '../errors.js';
import { fingerprint } from './key-pair.js';

/** Instance id → base64 of its public host key in wire form. */
type Keys = Readonly<Record<string, string>>;

export interface KnownHosts {
  /** Accepts a key seen before, or the first one seen. Throws `host-key-changed` with both fingerprints. */
  check(instanceId: string, key: Buffer): Promise<void>;
}

export function openKnownHosts(path: string): KnownHosts {
  const read = async (): Promise<Keys> => {
    try {
      const keys: unknown = JSON.parse(await readFile(path, 'utf8'));
      if (typeof keys !== 'object' || keys === null || Object.values(keys).some((key) => typeof key !== 'string')) throw new Error('it is no record of host keys');
      return keys as Keys;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw new SsmlabError('state-corrupt', `${path} cannot be read`, { cause: error });
    }
  };
  return {
    check: async (instanceId, key) => {
      const known = await read();
      const pinned = known[instanceId];
      const seen = key.toString('base64');
      if (pinned === seen) return;
      if (pinned !== undefined) {
        throw new SsmlabError('host-key-changed', `${instanceId} has host key ${fingerprint(key)}, not ${fingerprint(Buffer.from(pinned, 'base64'))} as before`);
      }
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      // A name of this process's own: two commands may learn their first key at the same time.
      const draft = `${path}.${process.pid}.new`;
      await writeFile(draft, `${JSON.stringify({ ...known, [instanceId]: seen }, null, 2)}\n`, { mode: 0o600 });
      await rename(draft, path);
    },
  };
}
