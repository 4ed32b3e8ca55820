/** What a lab that is not there any more has left beside its stack: after its end by --ttl, or a destroy that was broken off. */
import { existsSync } from 'node:fs';
import { expiryApi } from '../expiry/api.js';
import { expiryLeft } from '../expiry/expiry.js';
import { labFolder } from '../target/lab-folder.js';
import type { Target } from '../target/target.js';
import { stackApi } from './api.js';
import { labKeyPairs } from './key-pair.js';

/** In words; what may not be looked at is not among it. */
export async function leftOf(target: Target, stack: string, home: string): Promise<string[]> {
  const { region } = target;
  const { keyFile } = labFolder(home, target, stack);
  const [keys, end] = await Promise.all([labKeyPairs(stackApi(target), stack).catch(() => []), expiryLeft(expiryApi(target), { region, stack }).catch(() => [])]);
  return [...keys.map((name) => `key pair ${name}`), ...end, ...(existsSync(keyFile) ? [`key file ${keyFile}`] : [])];
}
