/** The lab in use → flags that were not given. */
import { type LabInUse, labInUse } from '../lib/target/lab-in-use.js';
import { stateHome } from '../lib/target/local/home.js';

/** `ssmlab in the local cloud, ap-northeast-1`. */
export function usedLabText({ target, region, profile, stack }: LabInUse): string {
  const where = [target === 'aws' ? 'AWS' : 'the local cloud', ...(region === undefined ? [] : [region])].join(', ');
  return `${stack} in ${where}${profile === undefined ? '' : `, profile ${profile}`}`;
}

/** Where a flag's value comes from, as oclif's parser says it. */
interface Parsed {
  readonly flags: Record<string, unknown>;
  readonly metadata: { readonly flags: Readonly<Record<string, { readonly setFromDefault?: boolean } | undefined>> };
}

/**
 * Fills in the flags that say which lab, where neither the command line nor a variable does. What is said of another target
 * than that of the lab in use is about another lab.
 */
export function fillLabFlags(parsed: Parsed, { takes }: { readonly takes: readonly string[] }, home = stateHome()): void {
  const { flags, metadata } = parsed;
  if (!takes.includes('stack')) return;
  const inUse = labInUse(home);
  if (inUse === undefined) return;
  const isFree = (name: string): boolean => takes.includes(name) && (flags[name] === undefined || metadata.flags[name]?.setFromDefault === true);
  const target = takes.includes('target') && !isFree('target') ? flags['target'] : takes.includes('target') ? inUse.target : 'local';
  if (target !== inUse.target) return;
  for (const name of ['target', 'region', 'profile', 'stack'] as const) {
    if (isFree(name) && inUse[name] !== undefined) flags[name] = inUse[name];
  }
}
