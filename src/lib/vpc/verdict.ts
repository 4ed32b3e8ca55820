/** The shape of every answer that a rule gives: what was decided, by which rule, on the strength of which resource, and why. */

/** A rule of `vpc-semantics.md`; docs/rules.md has a sentence for each. */
export type RuleId =
  | 'V4' | 'V5' | 'V14'
  | 'R1' | 'R2' | 'R3' | 'R6' | 'R8' | 'R10' | 'R11' | 'R12' | 'R13'
  | 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I10' | 'I11'
  | 'N2' | 'N4' | 'N5' | 'N6' | 'N7' | 'N9' | 'N10' | 'N11' | 'N12' | 'N13'
  | 'S3' | 'S4' | 'S5' | 'S6' | 'S7' | 'S8' | 'S9'
  | 'A1' | 'A2' | 'A3'
  | 'P1' | 'P2' | 'P4' | 'P5' | 'P6' | 'P7' | 'P9' | 'P11' | 'P12' | 'P13' | 'P14'
  | 'L1' | 'L2' | 'L3' | 'L4' | 'L5' | 'L13' | 'L14'
  | 'E1' | 'E3';

/** Why something was decided. */
export interface Reason {
  readonly rule: RuleId;
  /** Id of the deciding resource, with the rule, entry or route inside it where there is one (`acl-… rule 100`). */
  readonly by: string;
  /** One short clause: lower case, no period. */
  readonly why: string;
}

export interface Verdict extends Reason {
  readonly decision: 'allow' | 'deny';
}

/** Of what AWS may say in words that are not known here: unknown is neither. */
export type DoubtedVerdict = Verdict | (Reason & { readonly decision: 'unknown' });

export function allow(rule: RuleId, by: string, why: string): Verdict {
  return { decision: 'allow', rule, by, why };
}

export function deny(rule: RuleId, by: string, why: string): Verdict {
  return { decision: 'deny', rule, by, why };
}
