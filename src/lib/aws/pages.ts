/** Every page of a list, for calls whose pages go on by a token; and calls of which there are many. */
import { SsmlabError } from '../errors.js';
import { awsCode } from './errors.js';

interface Page {
  readonly NextToken?: string | undefined;
}

/** Codes for a token that is too old, or was made by a part of the service that is gone: some services have but a general one. */
const STALE = /^(?:(?:Invalid|Expired)(?:Next|Pagination)Token(?:Exception)?|ValidationError|ValidationException|InvalidParameterValue|InvalidParameterException|InvalidInput|InvalidMarker)$/u;

/** Pages one after the other: `send` gets the token of the page before and answers the next one's; an empty one is none. Over a token that is refused on the way it begins once more. */
export async function everyPageBy<Item>(send: (token: string | undefined, items: Item[]) => Promise<unknown>): Promise<Item[]> {
  for (let attempt = 1; ; attempt += 1) {
    const items: Item[] = [];
    let token: string | undefined;
    try {
      do {
        const next = await send(token, items);
        if (typeof next === 'string' && next !== '' && next === token) throw new SsmlabError('aws-error', 'a list has no end: the token of a page leads to that page again', { hint: 'try again; or what answers is no endpoint of AWS\'s API' });
        token = typeof next === 'string' && next !== '' ? next : undefined;
      } while (token !== undefined);
      return items;
    } catch (error) {
      // After a laptop's sleep, say.
      if (token === undefined || attempt > 1 || !STALE.test(awsCode(error) ?? '')) throw error;
    }
  }
}

/** As {@link everyPageBy}, for the SDK's pages. */
export function everyPage<P extends Page, Item>(send: (nextToken: string | undefined) => Promise<P>, items: (page: P) => readonly Item[] | undefined): Promise<Item[]> {
  return everyPageBy<Item>(async (token, all) => {
    const page = await send(token);
    all.push(...(items(page) ?? []));
    return page.NextToken;
  });
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
