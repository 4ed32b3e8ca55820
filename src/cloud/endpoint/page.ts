/** Pages of a list behind opaque tokens: absent on the last page, bound to the request that they came from. */
import { createHash } from 'node:crypto';
import { InputError, intOpt, strOpt } from './input.js';
import { AwsError, type Input } from './operation.js';
import { optionalInteger, optionalString } from './typed-input.js';

export interface PageOptions<T> {
  /** Name of the token parameter. Default `NextToken`. */
  readonly token?: string | undefined;
  /** Name of the size parameter. Default `MaxResults`. */
  readonly max?: string | undefined;
  /** Page size when the request has none; absent: everything on one page. */
  readonly default?: number | undefined;
  /** Bounds of the size parameter; outside them the request is refused. */
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  /** Identity of an item. With it a page goes on behind the last item seen even when others came or went. */
  readonly key?: ((item: T) => string) | undefined;
  /** For the json services: size and token have to be of their type on the wire. */
  readonly typed?: boolean | undefined;
  /** The service's own code for a token that was not made here; absent: that of its protocol. */
  readonly invalidToken?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/** One page of `items`, and the token of the next. Throws InputError for a size out of bounds or a token not made here. */
export function page<T>(items: readonly T[], input: Input, options: PageOptions<T> = {}): Page<T> {
  return pageOf(items, (item) => item, input, options);
}

/**
 * One page of what `look` makes of the items, which is called for no more of them than the page needs; undefined ones are
 * passed over. Keys are those of the items.
 */
export function pageOf<T, V>(items: readonly T[], look: (item: T) => V | undefined, input: Input, options: PageOptions<T> = {}): Page<V> {
  const tokenName = options.token ?? 'NextToken';
  const maxName = options.max ?? 'MaxResults';
  const size = (options.typed === true ? optionalInteger : intOpt)(input, maxName, { min: options.minimum ?? 1, max: options.maximum }) ?? options.default ?? Infinity;
  const binding = bindingOf(input, tokenName, maxName);
  const start = startOf(items, (options.typed === true ? optionalString : strOpt)(input, tokenName), tokenName, binding, options);
  const found: V[] = [];
  let last: { readonly item: T; readonly index: number } | undefined;
  for (let index = start; index < items.length; index++) {
    const item = items[index] as T;
    const seen = look(item);
    if (seen === undefined) continue;
    if (found.length >= size && last !== undefined) {
      const token = { n: last.index + 1, b: binding, k: options.key?.(last.item) };
      return { items: found, nextToken: Buffer.from(JSON.stringify(token)).toString('base64url') };
    }
    found.push(seen);
    last = { item, index };
  }
  return { items: found, nextToken: undefined };
}

function startOf<T>(items: readonly T[], token: string | undefined, name: string, binding: string, { key, invalidToken }: PageOptions<T>): number {
  if (token === undefined || token === '') return 0;
  const refused = invalidToken === undefined ? new InputError(name, token, { kind: 'token' }) : new AwsError(invalidToken, 'The specified token is not valid.');
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    throw refused;
  }
  if (typeof read !== 'object' || read === null) throw refused;
  const { n, b, k } = read as { n?: unknown; b?: unknown; k?: unknown };
  if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 0 || b !== binding) throw refused;
  if (key !== undefined && typeof k === 'string') {
    const seen = items.findIndex((item) => key(item) === k);
    if (seen >= 0) return seen + 1;
  }
  return n;
}

/** A token of one request must not be used with another's filters. */
function bindingOf(input: Input, tokenName: string, maxName: string): string {
  const rest = Object.entries(input).filter(([name]) => name !== tokenName && name !== maxName).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(rest)).digest('base64url').slice(0, 12);
}
