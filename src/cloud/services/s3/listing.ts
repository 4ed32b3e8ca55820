/** Listings: keys in order, those under a delimiter rolled up, a page at a time (S3 user guide, "Organizing objects using prefixes"). */
import { AwsError, type Input } from '../../endpoint/operation.js';
import { intOpt, strOpt } from '../../endpoint/input.js';
import { byKey } from './buckets.js';

export interface Listing<T> {
  readonly items: readonly T[];
  readonly commonPrefixes: readonly string[];
  /** The last entry of the page, key or common prefix; undefined on the last page. */
  readonly next: string | undefined;
}

/** Entries behind `after`. A common prefix counts as one entry and lies behind itself only. */
export function listPage<T>(all: readonly T[], keyOf: (item: T) => string, options: { readonly prefix: string; readonly delimiter: string; readonly after: string; readonly max: number }): Listing<T> {
  const { prefix, delimiter, after, max } = options;
  const items: T[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  for (const item of all.filter((each) => keyOf(each).startsWith(prefix)).toSorted((a, b) => byKey(keyOf(a), keyOf(b)))) {
    const key = keyOf(item);
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const rolled = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    if (rolled !== undefined && rolled === prefixes.at(-1)) continue;
    if (after !== '' && (byKey(rolled ?? key, after) <= 0 || (rolled !== undefined && after.startsWith(rolled)))) continue;
    if (items.length + prefixes.length >= max) return { items, commonPrefixes: prefixes, next: max === 0 ? undefined : last };
    if (rolled === undefined) items.push(item);
    else prefixes.push(rolled);
    last = rolled ?? key;
  }
  return { items, commonPrefixes: prefixes, next: undefined };
}

/** `max-keys` and its kin: at most 1000 whatever is asked. */
export const pageSize = (input: Input, name: string): number => Math.min(intOpt(input, name, { min: 0, max: 2 ** 31 - 1 }) ?? 1000, 1000);

/** How keys are written: `encoding-type=url` for names that XML cannot carry. */
export function encoder(input: Input): (text: string | undefined) => string | undefined {
  const encoding = strOpt(input, 'EncodingType');
  if (encoding === undefined || encoding === '') return (text) => text;
  if (encoding !== 'url') throw new AwsError('InvalidArgument', 'Invalid Encoding Method specified in Request', { members: { ArgumentName: 'encoding-type', ArgumentValue: encoding } });
  return (text) => (text === undefined ? undefined : encodeURIComponent(text).replaceAll('%2F', '/').replaceAll(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`));
}
