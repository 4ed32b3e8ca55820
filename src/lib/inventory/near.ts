/** Near names: what the user may have meant. */

/** Edits (insert, delete, replace, swap of neighbours) between two words: optimal string alignment. */
export function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** More names than these are no hint any more. */
const MOST_NAMES = 8;

/**
 * The candidates that are near to the word (case does not count), nearest first; none when all are far. Three, and with the
 * last of them those that are as near as it is, up to {@link MOST_NAMES}: a choice among equals would tell that the others are not there.
 */
export function nearNames(word: string, candidates: readonly string[], limit = 3): string[] {
  const wanted = word.toLowerCase();
  const near = [...new Set(candidates)]
    .map((candidate) => {
      const name = candidate.toLowerCase();
      const prefix = wanted.length > 1 && (name.startsWith(wanted) || wanted.startsWith(name));
      return { candidate, far: prefix ? 1 : distance(wanted, name), allowed: Math.max(1, Math.floor(name.length / 3)) };
    })
    .filter(({ far, allowed }) => far <= allowed)
    .toSorted((a, b) => a.far - b.far);
  const furthest = near[Math.min(limit, near.length) - 1]?.far ?? 0;
  return near.filter(({ far }) => far <= furthest).slice(0, Math.max(limit, MOST_NAMES)).map(({ candidate }) => candidate);
}
