/** Every page of a list, for calls whose pages go on by NextToken. */

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
