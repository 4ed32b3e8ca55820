/** Under which address a region sees this machine. */
import { SsmlabError } from '../errors.js';
import { LOCAL_ADDRESS } from '../lab/lab.js';
import type { Target } from './target.js';

/** Of AWS it is asked; the local cloud's internet has one address for it, whether it runs or not. Errors as `ownCidr` has them, and `usage` where nobody can be asked: of a snapshot of AWS alone. */
export async function addressSeen(fabric: Target['fabric'], target: Pick<Target, 'ownCidr'> | undefined): Promise<string> {
  if (fabric !== 'aws') return LOCAL_ADDRESS;
  const cidr = await target?.ownCidr?.();
  if (cidr === undefined) throw new SsmlabError('usage', 'the address that AWS sees this machine as is not known', { hint: 'pass --from ADDRESS' });
  return cidr.replace(/\/.*$/u, '');
}

/** The same, and null where nobody can be asked: of AWS when it does not answer, or when there is a snapshot alone. */
export async function addressSeenIfKnown(fabric: Target['fabric'], target: Pick<Target, 'ownCidr'> | undefined): Promise<string | null> {
  return addressSeen(fabric, target).catch((error: unknown) => {
    if (error instanceof SsmlabError) return null;
    throw error;
  });
}
