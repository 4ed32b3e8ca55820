/** What the files of a verify are written from: its report, or the error that ended it. */
import type { Claim, Verdict, VerifyReport } from '../../verify/claim.js';
import type { Scene } from '../diagram/scene.js';
import { CLAIM_TEXT } from '../verify.js';

/** An instance as people know it, beside the claims that are filed under its number or id. */
export interface ReportedInstance {
  /** As {@link Claim.instance} has it. */
  readonly instance: Claim['instance'];
  readonly name: string;
  readonly instanceId: string;
}

export interface VerifyOutcome {
  /** `ssmlab 0.1.0`. */
  readonly tool: string;
  /** How long it took. */
  readonly seconds?: number | undefined;
  readonly result:
    | {
        readonly kind: 'report';
        readonly report: VerifyReport;
        /** What it comes to, in a sentence, as the screen says it. */
        readonly summary: string;
        readonly instances: readonly ReportedInstance[];
        /** The network as the configuration was read; absent when it was not. */
        readonly scene?: Scene | undefined;
      }
    | { readonly kind: 'error'; readonly error: { readonly code: string; readonly message: string; readonly hint: string }; /** ISO 8601, UTC. */ readonly at: string };
}

export type ReportResult = Extract<VerifyOutcome['result'], { kind: 'report' }>;

/** `4 Instance4`, or an instance id with its name. */
export function instanceTitle(result: ReportResult, instance: Claim['instance']): string {
  const known = result.instances.find((each) => each.instance === instance);
  return known === undefined || known.name === String(instance) ? String(instance) : `${instance} ${known.name}`;
}

/** `service address ssm`. */
export const claimTitle = (claim: Claim): string => (claim.subject === null ? CLAIM_TEXT[claim.claim] : `${CLAIM_TEXT[claim.claim]} ${claim.subject}`);

/** The three sides that were asked, in words: `declared yes · predicted no`. */
export function sidesText(claim: Claim): string {
  const sides = (['declared', 'predicted', 'observed'] as const).flatMap((side) => (claim[side] === null ? [] : [`${side} ${claim[side]}`]));
  return sides.length === 0 ? 'nothing is known' : sides.join(' · ');
}

/** Instances in the order of the report, each with its claims. */
export function byInstance(report: VerifyReport): { readonly instance: Claim['instance']; readonly claims: readonly Claim[] }[] {
  const order = [...new Set(report.claims.map((claim) => claim.instance))];
  return order.map((instance) => ({ instance, claims: report.claims.filter((claim) => claim.instance === instance) }));
}

export const countOf = (claims: readonly Claim[], verdict: Verdict): number => claims.filter((claim) => claim.verdict === verdict).length;

/** What does not hold: broken first, then what could not be judged. */
export const troubleOf = ({ claims }: VerifyReport): Claim[] => (['fail', 'unknown'] as const).flatMap((verdict) => claims.filter((claim) => claim.verdict === verdict));
