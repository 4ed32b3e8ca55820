/** The three sides of a claim and the verdict that they give. Pure. */
import type { Claim } from './claim.js';

/** What one side says: a value and the reason for it; null is "not known", and `why` says why not. */
export interface Side {
  readonly value: string | null;
  /** What decided or was asked: the command, the call, or the id and the rule. */
  readonly by: string;
  /** One short clause: lower case, no period. */
  readonly why: string;
}

export interface Prediction extends Side {
  /** The component that makes it so, its id with the rule; null when it is so for want of any. */
  readonly blame: string | null;
}

export interface Sides {
  /** Null: nobody declared it. */
  readonly declared: string | null;
  /** Absent: not asked. */
  readonly predicted?: Prediction | undefined;
  /** Absent: not asked, or the configuration alone says it. */
  readonly observed?: Side | undefined;
}

export type Judgement = Pick<Claim, 'declared' | 'predicted' | 'observed' | 'verdict' | 'by' | 'why' | 'blame'>;

/** A side that knows. */
type Known<S extends Side> = S & { readonly value: string };

const known = <S extends Side>(side: S | undefined): Known<S> | undefined => (side === undefined || side.value === null ? undefined : (side as Known<S>));

const disagree = (predicted: Prediction, observed: Side): string =>
  `configuration and network disagree: by the configuration ${predicted.value} (${predicted.why}), and seen ${observed.value} (${observed.why})`;

/** What was seen is not what was declared. */
function broken(predicted: Known<Prediction> | undefined, observed: Known<Side>, declared: string): string {
  if (predicted === undefined) return observed.why;
  if (predicted.value === declared) return disagree(predicted, observed);
  if (predicted.value !== observed.value) return `${observed.why}, and the configuration says ${predicted.value}: ${predicted.why}`;
  if (observed.why === predicted.why || observed.why.endsWith(` ${predicted.why}`)) return observed.why;
  return `${observed.why}, since ${clauseOf(predicted)}`;
}

/** A link's reason may leave out what it speaks of (`is stopped`): that is what decided, by its id. */
const clauseOf = ({ by, why }: Prediction): string => (/^(?:is|has) /u.test(why) ? `${by.split(' ')[0] ?? by} ${why}` : why);

function againstDeclared(declared: string, { predicted, observed }: Sides): Pick<Judgement, 'verdict' | 'by' | 'why'> {
  const [p, o] = [known(predicted), known(observed)];
  if (o !== undefined && o.value !== declared) return { verdict: 'fail', by: o.by, why: broken(p, o, declared) };
  if (p !== undefined && p.value !== declared) return { verdict: 'fail', by: p.by, why: o === undefined ? p.why : disagree(p, o) };
  // What had to be seen and was not is not known, though the configuration promises it.
  if (o === undefined && observed !== undefined) return { verdict: 'unknown', by: observed.by, why: observed.why };
  const held = o ?? p;
  if (held !== undefined) return { verdict: 'pass', by: held.by, why: held.why };
  return { verdict: 'unknown', by: predicted?.by ?? 'nothing', why: predicted?.why ?? 'nothing was asked' };
}

function againstEachOther({ predicted, observed }: Sides): Pick<Judgement, 'verdict' | 'by' | 'why'> {
  const [p, o] = [known(predicted), known(observed)];
  if (p !== undefined && o !== undefined) return p.value === o.value ? { verdict: 'pass', by: o.by, why: o.why } : { verdict: 'fail', by: o.by, why: disagree(p, o) };
  const missing = observed?.value === null ? observed : predicted?.value === null ? predicted : undefined;
  const had = o ?? p;
  return { verdict: 'unknown', by: missing?.by ?? had?.by ?? 'nothing', why: missing?.why ?? 'nobody declared it, and there is one side only: nothing to hold it against' };
}

/**
 * The verdict. Against what was declared: what was seen and what the configuration says both have to be it, a side that
 * does not know is left out, and what had to be seen and could not be is unknown. Where nothing was declared the two have to agree.
 */
export function judgeSides(sides: Sides): Judgement {
  const { declared, predicted, observed } = sides;
  const judged = declared === null ? againstEachOther(sides) : againstDeclared(declared, sides);
  const blamed = judged.verdict === 'fail' && predicted !== undefined && predicted.value !== null && predicted.value !== declared;
  return { declared, predicted: predicted?.value ?? null, observed: observed?.value ?? null, ...judged, blame: blamed ? predicted.blame : null };
}
