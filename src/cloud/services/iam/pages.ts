/** IAM's way of paging: Marker, MaxItems, IsTruncated. */
import type { Input, Output } from '../../endpoint/operation.js';
import { strOpt } from '../../endpoint/input.js';
import { page } from '../../endpoint/page.js';

/** The page of a list under its reply's name, sorted by `key`. */
export function listReply<T>(name: string, items: readonly T[], input: Input, key: (item: T) => string, show: (item: T) => unknown): Output {
  const sorted = items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  const found = page(sorted, input, { token: 'Marker', max: 'MaxItems', default: 100, maximum: 1000, key });
  return { [name]: found.items.map(show), IsTruncated: found.nextToken !== undefined, Marker: found.nextToken };
}

/** Judges whether an entity's path begins with the PathPrefix asked for. */
export function underPath(input: Input): (entity: { readonly path: string }) => boolean {
  const prefix = strOpt(input, 'PathPrefix', { min: 1, max: 512, pattern: /^\/[\u0021-\u007F]*$/ }) ?? '/';
  return ({ path }) => path.startsWith(prefix);
}
