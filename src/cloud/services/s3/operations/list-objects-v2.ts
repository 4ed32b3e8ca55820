/** ListObjectsV2: pages by continuation token. */
import type { Operation } from '../../../endpoint/operation.js';
import { boolOpt, InputError, strOpt } from '../../../endpoint/input.js';
import { ownerOf, requireBucket } from '../buckets.js';
import { shownEntry } from '../listed.js';
import { encoder, listPage, pageSize } from '../listing.js';
import { objectsOf } from '../records.js';

export const listObjectsV2: Operation = (input, context) => {
  const bucket = requireBucket(context.globalState, input);
  const [prefix, delimiter, startAfter] = [strOpt(input, 'Prefix') ?? '', strOpt(input, 'Delimiter') ?? '', strOpt(input, 'StartAfter')];
  const token = strOpt(input, 'ContinuationToken');
  const max = pageSize(input, 'MaxKeys');
  const encoded = encoder(input);
  const owner = boolOpt(input, 'FetchOwner') === true ? ownerOf(context) : undefined;
  const found = listPage(context.globalState.list(objectsOf(bucket.name)), (object) => object.key, { prefix, delimiter, after: token === undefined ? startAfter ?? '' : afterOf(token), max });
  return {
    Name: bucket.name,
    Prefix: encoded(prefix),
    StartAfter: encoded(startAfter),
    ContinuationToken: token,
    NextContinuationToken: found.next === undefined ? undefined : Buffer.from(`1${found.next}`).toString('base64url'),
    KeyCount: found.items.length + found.commonPrefixes.length,
    MaxKeys: max,
    Delimiter: delimiter === '' ? undefined : encoded(delimiter),
    EncodingType: strOpt(input, 'EncodingType'),
    IsTruncated: found.next !== undefined,
    Contents: found.items.map((object) => shownEntry(object, encoded, owner)),
    CommonPrefixes: found.commonPrefixes.map((each) => ({ Prefix: encoded(each) })),
  };
};

function afterOf(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!text.startsWith('1')) throw new InputError('ContinuationToken', token, { kind: 'token' });
  return text.slice(1);
}
