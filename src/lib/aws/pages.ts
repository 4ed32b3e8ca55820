/** Every page of a list, for calls whose pages go on by NextToken; and calls of which there are many. */

interface Page {
  readonly NextToken?: string | undefined;
}

/** Calls until there is no token any more; an empty one is none. */
export async function everyPage<P extends Page, Item>(send: (nextToken: string | undefined) => Promise<P>, items: (page: P) => readonly Item[] | undefined): Promise<Item[]> {
  const all: Item[] = [];
  let token: string | undefined;
  do {
    const page = await send(token);
    all.push(...(items(page) ?? []));
    token = page.NextToken === '' ? undefined : page.NextToken;
  } while (token !== undefined);
  return all;
}

/** The list in parts of so many, for calls that take no more. */
export function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** Calls under way at once where there is one for each of many things: EC2 admits 20 a second in the long run (`vpc-semantics.md` E7). */
const AT_ONCE = 10;

/** A call for each, {@link AT_ONCE} at a time; results in the order of the items. */
export async function forEachOf<Item, Result>(items: readonly Item[], call: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const entries = items.entries();
  const worker = async (): Promise<void> => {
    // One iterator for all workers: each takes what is next.
    for (const [index, item] of entries) results[index] = await call(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}
