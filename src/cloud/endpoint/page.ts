/** Pages of a list behind opaque tokens: absent on the last page, bound to the request that they came from. */
import { createHash } from 'node:crypto';
import { InputError, intOpt, strOpt } from './input.js';
import type { Input } from './operation.js';
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
}

/** One page of `items`, and the token of the next. Throws InputError for a size out of bounds or a token not made here. */
export function page<T>(items: readonly T[], input: Input, options: PageOptions<T> = {}): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  const tokenName = options.token ?? 'NextToken';
  const maxName = options.max ?? 'MaxResults';
  const size = (options.typed === true ? optionalInteger : intOpt)(input, maxName, { min: options.minimum ?? 1, max: options.maximum }) ?? options.default ?? Infinity;
  const binding = bindingOf(input, tokenName, maxName);
  const start = startOf(items, (options.typed === true ? optionalString : strOpt)(input, tokenName), tokenName, binding, options.key);
  const found = items.slice(start, start + size);
  const last = found.at(-1);
  if (start + size >= items.length || last === undefined) return { items: found, nextToken: undefined };
  const token = { n: start + found.length, b: binding, k: options.key?.(last) };
  return { items: found, nextToken: Buffer.from(JSON.stringify(token)).toString('base64url') };
}

function startOf<T>(items: readonly T[], token: string | undefined, name: string, binding: string, key: ((item: T) => string) | undefined): number {
  if (token === undefined || token === '') return 0;
  const refused = new InputError(name, token, { kind: 'token' });
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
