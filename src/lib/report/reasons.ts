/** Reasons of claims that stand below each other: what the same instance's claim above has told is not told again. Pure. */
import type { Claim } from '../verify/claim.js';

/** What stands in the place of a reason that is the same as one above. */
export const SAME_REASON = 'the same';

/** The reason without its part that one of the others is: `the session is not judged: KEY IS NOT THERE` after `KEY IS NOT THERE`. */
function without(why: string, told: ReadonlySet<string>): string {
  const part = [...told].find((each) => each !== '' && why.endsWith(`: ${each}`));
  return part === undefined ? why : why.slice(0, -(part.length + 2));
}

/** The reason of each claim, in the order in which they are shown. */
export function reasonsOf(claims: readonly Claim[]): ReadonlyMap<Claim, string> {
  const told = new Map<Claim['instance'], Set<string>>();
  return new Map(claims.map((claim) => {
    const before = told.get(claim.instance) ?? new Set<string>();
    told.set(claim.instance, before);
    const why = claim.verdict !== 'pass' && claim.why !== '' && before.has(claim.why) ? SAME_REASON : without(claim.why, before);
    before.add(claim.why);
    return [claim, why];
  }));
}
