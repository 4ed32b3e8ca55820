/** Verify: every claim by its three sides: what was declared, what the configuration says, and what is seen of all instances at once. */
import { type Claim, verdictOf, type VerifyReport } from './claim.js';
import { type Eyes, observe } from './observe.js';
import { judgeSides } from './sides.js';
import type { Seen, SeenOf, Statement, Subject } from './statement.js';

/** Which side is asked alone. */
export type Only = 'predicted' | 'observed';

export interface VerifyInput {
  readonly subjects: readonly Subject[];
  /** Where and when, for the report's head. */
  readonly where: Pick<VerifyReport, 'fabric' | 'stack' | 'region' | 'takenAt'>;
  /** How the instances are looked at; not needed for predictions alone. */
  readonly eyes?: Eyes | undefined;
  readonly only?: Only | undefined;
}

function judged({ predict, see, ...statement }: Statement, seen: Seen | undefined, of: SeenOf, only: Only | undefined): Claim {
  const sides = { declared: statement.declared, predicted: only === 'observed' ? undefined : predict(), observed: seen === undefined ? undefined : see?.(seen, of) };
  const { declared, predicted, observed, verdict, by, why, blame } = judgeSides(sides);
  return { instance: statement.instance, claim: statement.claim, subject: statement.subject, declared, predicted, observed, verdict, by, why, blame };
}

/**
 * The report. The order of claims is that of the subjects, whichever instance answers first. With the observation alone,
 * what only the configuration says is no claim. What ends it early is thrown once no instance is being looked at any more.
 */
export async function verify({ subjects, where, eyes, only }: VerifyInput): Promise<VerifyReport> {
  const looks = subjects.map(async (subject) => (eyes === undefined || only === 'predicted' ? undefined : observe(subject, eyes)));
  await Promise.allSettled(looks);
  const seen = await Promise.all(looks);
  const of: SeenOf = (instanceId) => seen[subjects.findIndex(({ instance }) => instance?.instanceId === instanceId)];
  const claims = subjects.flatMap(({ statements }, i) => statements.filter(({ see }) => only !== 'observed' || see !== undefined).map((statement) => judged(statement, seen[i], of, only)));
  const { fabric, stack, region, takenAt } = where;
  return { version: 1, verdict: verdictOf(claims), fabric, stack, region, takenAt, claims };
}
