/** Under which address a region sees this machine. */
import { SsmlabError } from '../errors.js';
import { LOCAL_ADDRESS } from '../lab/lab.js';
import type { Target } from './target.js';

/** Of AWS it is asked; the local cloud's internet has one address for it, whether it runs or not. Errors as `ownCidr` has them. */
export async function addressSeen(fabric: Target['fabric'], target: Pick<Target, 'ownCidr'> | undefined): Promise<string> {
  if (fabric !== 'aws' || target?.ownCidr === undefined) return LOCAL_ADDRESS;
  return (await target.ownCidr()).split('/')[0] ?? LOCAL_ADDRESS;
}

/** The same, and null where nobody can be asked: of AWS when it does not answer, or when there is a snapshot alone. */
export async function addressSeenIfKnown(fabric: Target['fabric'], target: Pick<Target, 'ownCidr'> | undefined): Promise<string | null> {
  if (fabric === 'aws' && target?.ownCidr === undefined) return null;
  return addressSeen(fabric, target).catch((error: unknown) => {
    if (error instanceof SsmlabError) return null;
    throw error;
  });
}
