/** The folder of one lab: its private key, and the host keys that belong to it, by target, region and stack. */
import { existsSync, readdirSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SsmlabError } from '../errors.js';
import { ensureSafeFolder } from './local/home.js';
import type { Target } from './target.js';

export interface LabFolder {
  readonly folder: string;
  /** Private key, OpenSSH format, 0600. */
  readonly keyFile: string;
  /** Name and key file of a key pair that is the user's own, where there is one. */
  readonly keyRecord: string;
  /** Host keys pinned by instance id, in OpenSSH's form: ours and those of the ssh line that `list` prints. */
  readonly knownHosts: string;
  /** What OpenSSH needs to reach the lab's instances, for the same line. */
  readonly sshConfig: string;
}

/** The one place that names labs on disk: `HOME/labs/KIND-REGION-STACK`. */
export function labFolder(home: string, target: Pick<Target, 'kind' | 'region'>, stack: string): LabFolder {
  checkStackName(stack);
  checkRegionName(target.region);
  const folder = join(home, 'labs', `${target.kind}-${target.region}-${stack}`);
  return { folder, keyFile: join(folder, 'key', 'id_ed25519'), keyRecord: join(folder, 'key-pair.json'), knownHosts: join(folder, 'known_hosts'), sshConfig: join(folder, 'ssh_config') };
}

/** CloudFormation's own rule for a stack's name, checked before it becomes a path. */
export function checkStackName(stack: string): void {
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/u.test(stack)) {
    throw new SsmlabError('usage', `"${stack}" is not a stack's name`, { hint: 'letters, digits and hyphens, a letter first, at most 128' });
  }
}

/** A stack's name, or the beginning of one with `*`. */
export function checkStackPattern(pattern: string): void {
  if (pattern !== '*') checkStackName(pattern.replace(/\*$/u, ''));
}

/** The form of a region's name, the one that the local cloud's endpoint takes, checked before it becomes a path or anything is started for it. */
export function checkRegionName(region: string): void {
  if (!/^(?=.{1,64}$)[a-z]{2,}(?:-[a-z]+)+-\d{1,2}$/u.test(region)) throw new SsmlabError('usage', `"${region}" is not a region's name`, { hint: 'a region is named like ap-northeast-1' });
}

/** Makes it (0700) where it is missing. */
export async function makeLabFolder(home: string, lab: LabFolder): Promise<void> {
  for (const folder of [home, dirname(lab.folder), lab.folder]) await ensureSafeFolder(folder);
}

/** Removes it, and the folders above that it leaves empty. */
export async function removeLabFolder(home: string, lab: LabFolder): Promise<void> {
  await rm(lab.folder, { recursive: true, force: true });
  for (const folder of [dirname(lab.folder), home]) await rmdir(folder).catch(() => undefined);
}

/** Removes what is kept of stacks in the local cloud, which is gone. */
export async function removeLocalFolders(home: string): Promise<void> {
  const folder = join(home, 'labs');
  const local = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('local-')) : [];
  for (const name of local) await rm(join(folder, name), { recursive: true, force: true });
  for (const empty of [folder, home]) await rmdir(empty).catch(() => undefined);
}

/** Labs of this kind that were made here, as `REGION-STACK`: those with a key pair, made here or the user's own. Of a stack that ssmlab did not make only host keys are kept. */
export function recordedLabs(home: string, kind: Target['kind']): string[] {
  const folder = join(home, 'labs');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.startsWith(`${kind}-`) && ['key', 'key-pair.json'].some((each) => existsSync(join(folder, name, each)))).map((name) => name.slice(kind.length + 1));
}
