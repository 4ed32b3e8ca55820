/** `--snapshot FILE`: a file that is there is read, and nothing else is; one that is not is written. */
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { SsmlabError } from '../../errors.js';
import type { Target } from '../../target/target.js';
import { unwritable } from '../../unwritable.js';
import { parseSnapshot, snapshotText } from './parse.js';
import { type ReadOptions, readSnapshot } from './read.js';
import type { Snapshot } from './snapshot.js';

export interface TakenSnapshot {
  readonly snapshot: Snapshot;
  /** `region`: read from it just now, and written nowhere. */
  readonly origin: 'region' | 'read' | 'written';
  /** What was done with the file, as a sentence without a period; undefined without a file. */
  readonly said: string | undefined;
}

const unreadable = (error: unknown, file: string): SsmlabError => {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const why = { EISDIR: 'it is a folder', EACCES: 'it is not permitted', ENOTDIR: 'its folder is none' }[code] ?? code;
  return new SsmlabError('snapshot-unusable', `the snapshot ${file} cannot be read: ${why}`, { cause: error });
};

/** The snapshot in a file; undefined when there is no such file. `snapshot-invalid`, `snapshot-unusable`. */
export async function readSnapshotFile(file: string): Promise<Snapshot | undefined> {
  let json: string;
  try {
    json = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(error, file);
  }
  return parseSnapshot(file, json);
}

/** Writes it whole or not at all. It holds no secret, so who may read it is the user's umask to say; what it tells of an account is. */
export async function writeSnapshotFile(file: string, snapshot: Snapshot): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, snapshotText(snapshot), { flag: 'wx' });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw unwritable('snapshot-unusable', 'the snapshot', file, error);
  }
}

/**
 * The snapshot that a command is to judge. Without a file it is read from the target. `target` may be a function, which is called only
 * when the region is asked: with a file that is there nobody needs an account. Without a target the file has to be there (`snapshot-unusable`).
 */
export async function snapshotFor(target: Target | (() => Promise<Target>) | undefined, stack: string, file?: string, options: ReadOptions = {}): Promise<TakenSnapshot> {
  const found = file === undefined ? undefined : await readSnapshotFile(file);
  if (found !== undefined) return { snapshot: found, origin: 'read', said: `Read ${file}: the stack ${found.stack} in ${found.region} as it was at ${found.takenAt}` };
  if (target === undefined) throw new SsmlabError('snapshot-unusable', `${file ?? 'a snapshot'} is not there`, { hint: 'name a file that a command with --snapshot wrote' });
  const snapshot = await readSnapshot(typeof target === 'function' ? await target() : target, stack, options);
  if (file === undefined) return { snapshot, origin: 'region', said: undefined };
  await writeSnapshotFile(file, snapshot);
  return { snapshot, origin: 'written', said: `Wrote ${file}: the stack ${stack} in ${snapshot.region} as it is now` };
}
