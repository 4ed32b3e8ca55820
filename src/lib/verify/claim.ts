/** What verify says: claims of the lab or of another stack, each with what was declared and observed, and a verdict with its reason. */

export type Verdict = 'pass' | 'fail' | 'unknown';

/** What can be claimed of an instance. */
export type ClaimName = 'way-in' | 'public-ipv4' | 'ping';

export interface Claim {
  /** The lab's number, else the instance id. */
  readonly instance: number | string;
  readonly claim: ClaimName;
  /** What the lab says has to be seen; null for a stack that is not the lab, of which nothing is declared. */
  readonly declared: string | null;
  /** What the configuration says: for a stack that is not the lab derived from path and auth method, else null until there is a trace. */
  readonly predicted: string | null;
  /** What was seen; null when nothing could be. */
  readonly observed: string | null;
  readonly verdict: Verdict;
  /** What was asked: the command that was run, or the call. */
  readonly by: string;
  /** Why the verdict is what it is. */
  readonly why: string;
}

/** `verify --json`. */
export interface VerifyReport {
  readonly verdict: Verdict;
  readonly fabric: 'aws' | 'netns' | 'computed';
  readonly claims: readonly Claim[];
}

/** One claim that fails breaks the lab; else one that is unknown leaves it unknown. Nothing claimed is nothing known. */
export function verdictOf(claims: readonly Claim[]): Verdict {
  if (claims.some((claim) => claim.verdict === 'fail')) return 'fail';
  return claims.length > 0 && claims.every((claim) => claim.verdict === 'pass') ? 'pass' : 'unknown';
}
