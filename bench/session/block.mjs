/** The bytes that the transfers carry: one block of random bytes, over and over, and what their checksum has to be. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Ports of the guest, which listen in the bench's region alone. */
export const SOURCE_PORT = 9000;
export const SINK_PORT = 9001;
export const ECHO_PORT = 9002;

let kept;

/** In the state folder of the region, which is the folder that it runs in. Read once: reading it took a seventh of the time of a transfer of 16 MiB. */
export const block = (folder) => (kept ??= readFileSync(join(folder, 'block')));

/** Checksum of so many bytes. */
export function checksumOf(bytes, random) {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes; at += random.length) hash.update(random.subarray(0, Math.min(random.length, bytes - at)));
  return hash.digest('hex');
}
