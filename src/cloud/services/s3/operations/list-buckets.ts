/** ListBuckets: all of the account's, of every region. */
import type { Operation } from '../../../endpoint/operation.js';
import { strOpt } from '../../../endpoint/input.js';
import { page } from '../../../endpoint/page.js';
import { ownerOf } from '../buckets.js';
import { buckets } from '../records.js';

export const listBuckets: Operation = (input, context) => {
  const prefix = strOpt(input, 'Prefix');
  const region = strOpt(input, 'BucketRegion');
  const all = context.globalState.list(buckets)
    .filter((bucket) => (prefix === undefined || bucket.name.startsWith(prefix)) && (region === undefined || bucket.region === region))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const found = page(all, input, { token: 'ContinuationToken', max: 'MaxBuckets', maximum: 10_000, default: 10_000, key: (bucket) => bucket.name });
  const paged = strOpt(input, 'MaxBuckets') !== undefined;
  return {
    Buckets: { Bucket: found.items.map((bucket) => ({ Name: bucket.name, CreationDate: new Date(bucket.createdAt), ...(paged || region !== undefined ? { BucketRegion: bucket.region } : {}) })) },
    Owner: ownerOf(context),
    ContinuationToken: found.nextToken,
    Prefix: prefix,
  };
};
