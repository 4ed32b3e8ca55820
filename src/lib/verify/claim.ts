/** What verify says: claims of the lab or of another stack, each with what was declared, predicted and observed, and a verdict with its reason. */

export type Verdict = 'pass' | 'fail' | 'unknown';

/** What can be claimed of an instance: what can be seen from it and of it, then the tables that the lab declares. */
export type ClaimName =
  | 'way-in' | 'other-way' | 'public-ipv4' | 'ping' | 'egress-identity' | 'service-address' | 'inbound' | 'reachable'
  | 'security-group' | 'default-route' | 'endpoint' | 'key-pair' | 'instance-profile';

export interface Claim {
  /** The lab's number, else the instance id. */
  readonly instance: number | string;
  readonly claim: ClaimName;
  /** Which one, where an instance has several: `ssm`, `EndpointSecurityGroup`, `SSMEndpoint`, `tcp/22 from 198.51.100.7`. */
  readonly subject: string | null;
  /** What the lab or a file of expectations says; null: nobody declared it. */
  readonly declared: string | null;
  /** What the configuration says; null: it was not asked, or is unknown. */
  readonly predicted: string | null;
  /** What was seen; null: it could not be, or was not asked. */
  readonly observed: string | null;
  readonly verdict: Verdict;
  /** What decided: the command, the call, or the id and the rule. */
  readonly by: string;
  /** Why the verdict is what it is: one clause. */
  readonly why: string;
  /** When it fails: the component that the prediction blames, its id with the rule; null when it blames none. */
  readonly blame: string | null;
}

/** `verify --json`. */
export interface VerifyReport {
  readonly version: 1;
  readonly verdict: Verdict;
  readonly fabric: 'aws' | 'netns' | 'computed';
  readonly stack: string;
  readonly region: string;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly claims: readonly Claim[];
}

/** One claim that fails breaks the lab; else one that is unknown leaves it unknown. Nothing claimed is nothing known. */
export function verdictOf(claims: readonly Claim[]): Verdict {
  if (claims.some((claim) => claim.verdict === 'fail')) return 'fail';
  return claims.length > 0 && claims.every((claim) => claim.verdict === 'pass') ? 'pass' : 'unknown';
}
