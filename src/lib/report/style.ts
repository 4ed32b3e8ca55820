/** How a report looks: symbols and colour functions that the caller chooses, so that a report is a pure value. */

export interface Style {
  readonly ok: string;
  readonly fail: string;
  readonly unknown: string;
  /** What is known, and may not be meant so. */
  readonly warning: string;
  /** What is not a question, and takes time. */
  readonly waiting: string;
  /** Something that is not there: a dash in a table cell. */
  readonly absent: string;
  readonly separator: string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly doubt: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
}

const same = (text: string): string => text;

/** No colour; symbols have their twins `ok`, `FAIL`, `..`, `-` when `unicode` is false. */
export function plainStyle(unicode = true): Style {
  return {
    ok: unicode ? '✔' : 'ok',
    fail: unicode ? '✘' : 'FAIL',
    unknown: '?',
    warning: '!',
    waiting: unicode ? '…' : '..',
    absent: unicode ? '–' : '-',
    separator: unicode ? '·' : '-',
    good: same,
    bad: same,
    doubt: same,
    dim: same,
    strong: same,
  };
}
