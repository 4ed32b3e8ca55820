/** Pagination of the json lists: opaque tokens that name the last record given out, so that pages survive changes between calls. */
import { AwsError } from '../../endpoint/operation.js';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/**
 * The next `size` of `all` after the record that `token` names. The order of `all` must be stable; a token whose
 * record is gone or that nobody issued is InvalidNextToken.
 */
export function page<T>(all: readonly T[], id: (item: T) => string, size: number, token: string | undefined): Page<T> {
  let from = 0;
  if (token !== undefined && token !== '') {
    const last = Buffer.from(token, 'base64url').toString();
    const at = all.findIndex((item) => id(item) === last);
    if (at < 0) throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
    from = at + 1;
  }
  const items = all.slice(from, from + size);
  const last = items.at(-1);
  const more = last !== undefined && from + size < all.length;
  return { items, nextToken: more ? Buffer.from(id(last)).toString('base64url') : undefined };
}
