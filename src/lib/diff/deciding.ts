/** Which differences decide: the fewest that, taken back, make the answer what it was. Pure. */

/**
 * A minimal part of `all` for which `test` holds (none of it can be left out), by halving and then one by one: about
 * 2·log n questions where one difference decides. `test` holds of all; undefined when it does not.
 */
export function decidingOf<Item>(all: readonly Item[], test: (kept: readonly Item[]) => boolean): readonly Item[] | undefined {
  if (!test(all)) return undefined;
  let kept = all;
  for (let size = Math.ceil(all.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length;) {
      const rest = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (test(rest)) kept = rest;
      else at += size;
    }
  }
  return kept;
}
