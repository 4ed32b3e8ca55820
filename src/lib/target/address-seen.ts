/** Under which address a region sees this machine. */
import { SsmlabError } from '../errors.js';
import { LOCAL_ADDRESS } from '../lab/lab.js';
import type { Target } from './target.js';

const HINT = 'pass --from ADDRESS';

/** Of AWS it is asked; the local cloud's internet has one address for it, whether it runs or not. Where that is not known, errors as `ownCidr` has them, and `usage` where nobody can be asked: of a snapshot of AWS alone. */
export async function addressSeen(fabric: Target['fabric'], target: Pick<Target, 'ownCidr'> | undefined): Promise<string> {
  if (fabric !== 'aws') return LOCAL_ADDRESS;
  const cidr = await target?.ownCidr?.().catch((error: unknown) => {
    // It says what is to be done about the rule that it is for.
    throw error instanceof SsmlabError ? new SsmlabError(error.code, error.message, { cause: error.cause, hint: HINT }) : error;
  });
  if (cidr === undefined) throw new SsmlabError('usage', 'the address that AWS sees this machine as is not known', { hint: HINT });
  return cidr.replace(/\/.*$/u, '');
}

/** The same, and null where nobody can be asked: of AWS when it does not answer, or when there is a snapshot alone. */
export async function addressSeenIfKnown(fabric: Target['fabric'], target: Pick<Target, 'ownCidr'> | undefined): Promise<string | null> {
  return addressSeen(fabric, target).catch((error: unknown) => {
    if (error instanceof SsmlabError) return null;
    throw error;
  });
}
