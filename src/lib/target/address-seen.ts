/** Under which address a region sees this machine. */
import { LOCAL_ADDRESS } from '../lab/lab.js';
import type { Target } from './target.js';

/** Of AWS it is asked; the local cloud's internet has one address for it, whether it runs or not. Errors as `ownCidr` has them. */
export async function addressSeen(fabric: Target['fabric'], target: Pick<Target, 'ownCidr'> | undefined): Promise<string> {
  if (fabric !== 'aws' || target?.ownCidr === undefined) return LOCAL_ADDRESS;
  return (await target.ownCidr()).split('/')[0] ?? LOCAL_ADDRESS;
}
