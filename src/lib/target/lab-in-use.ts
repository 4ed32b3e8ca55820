/** Which lab commands mean that name none: a record in the state folder, of names only. */
import { existsSync, readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SsmlabError } from '../errors.js';
import { checkRegionName, checkStackName, labFolder, recordedLabs } from './lab-folder.js';
import { ensureSafeFolder } from './local/home.js';
import type { Target } from './target.js';

export interface LabInUse {
  readonly target: Target['kind'];
  /** Absent: the profile's, or the local cloud's own. */
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly stack: string;
}

/** A lab that was made here. */
export interface RecordedLab {
  readonly target: Target['kind'];
  readonly region: string;
  readonly stack: string;
}

const file = (home: string): string => join(home, 'in-use.json');
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The lab in use, undefined when none was chosen. `state-corrupt` where the file is none of ours. */
export function labInUse(home: string): LabInUse | undefined {
  if (!existsSync(file(home))) return undefined;
  try {
    const { target, region, profile, stack } = JSON.parse(readFileSync(file(home), 'utf8')) as Record<string, unknown>;
    if ((target !== 'aws' && target !== 'local') || typeof stack !== 'string') throw new Error('no target or no stack');
    checkStackName(stack);
    if (region !== undefined && typeof region !== 'string') throw new Error('the region is no text');
    if (region !== undefined) checkRegionName(region);
    return { target, region: text(region), profile: text(profile), stack };
  } catch (error) {
    throw new SsmlabError('state-corrupt', `${file(home)} does not say which lab is in use: ${(error as Error).message}`, { cause: error, hint: 'run `ssmlab use --none`' });
  }
}

/** Commands mean this lab from now on. */
export async function useLab(home: string, lab: LabInUse): Promise<void> {
  await ensureSafeFolder(home);
  const draft = `${file(home)}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(lab, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, file(home));
}

/** None is in use any more. */
export async function useNone(home: string): Promise<void> {
  await rm(file(home), { force: true });
}

/** After a lab was destroyed: true when it was in use, which no lab is then. A region or profile that was not named is any. */
export async function forgetLab(home: string, lab: RecordedLab & Pick<LabInUse, 'profile'>): Promise<boolean> {
  const inUse = labInUse(home);
  if (inUse === undefined || !isSame(inUse, lab) || (inUse.profile !== undefined && inUse.profile !== lab.profile)) return false;
  await useNone(home);
  return true;
}

/** Every lab that was made here and is not destroyed. */
export function labsMadeHere(home: string): RecordedLab[] {
  return (['local', 'aws'] as const).flatMap((target) => recordedLabs(home, target).flatMap((name): RecordedLab[] => {
    const [, region, stack] = /^([a-z]{2,}(?:-[a-z]+)+-\d{1,2})-(.+)$/u.exec(name) ?? [];
    return region === undefined || stack === undefined ? [] : [{ target, region, stack }];
  }));
}

/** True when the lab in use is this one; a region that was not named is any. */
export const isSame = (inUse: LabInUse, lab: RecordedLab): boolean => inUse.target === lab.target && inUse.stack === lab.stack && (inUse.region === undefined || inUse.region === lab.region);

/** Whether the keys of the lab in use are kept here: those of one that was destroyed are not, nor of a stack that ssmlab did not make. */
export const isMadeHere = (home: string, inUse: LabInUse): boolean => (inUse.region === undefined ? labsMadeHere(home).some((lab) => isSame(inUse, lab)) : existsSync(labFolder(home, { kind: inUse.target, region: inUse.region }, inUse.stack).keyFile));
