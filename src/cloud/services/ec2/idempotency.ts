/** ClientToken: the same request again finds what the first one made; another request under the same token is refused. */
import { createHash } from 'node:crypto';
import { strOpt } from '../../endpoint/input.js';
import { AwsError, type Input } from '../../endpoint/operation.js';
import { readWhole } from '../../endpoint/reads.js';
import type { Table, Transaction } from '../../state/store.js';
import { CLIENT_TOKEN } from './model.js';

function digestOf(input: Input): string {
  const rest = Object.entries(input).filter(([name]) => name !== 'ClientToken' && name !== 'DryRun').toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex');
}

/**
 * Ids of what the request makes: those of its first run when its token is known and they are still there, else what
 * `make` returns.
 * Throws IdempotentParameterMismatch.
 */
export function once<R extends object>(tx: Transaction, operation: string, table: Table<R>, input: Input, make: () => readonly string[]): readonly string[] {
  const token = strOpt(input, 'ClientToken');
  if (token === undefined || token === '') return make();
  const key = `${operation}/${token}`;
  const request = digestOf(input);
  const known = tx.get(CLIENT_TOKEN, key);
  if (known?.ids.every((id) => tx.get(table, id) !== undefined) === true) {
    if (known.request !== request) {
      throw new AwsError('IdempotentParameterMismatch', `The client token you have provided is associated with a resource with different parameters`);
    }
    // What it asks for was looked at the first time.
    readWhole(input);
    return known.ids;
  }
  const ids = make();
  tx.put(CLIENT_TOKEN, key, { request, ids });
  return ids;
}
