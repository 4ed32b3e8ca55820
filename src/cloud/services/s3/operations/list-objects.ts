/** ListObjects, the first version: Marker, and NextMarker only with a delimiter. */
import type { Operation } from '../../../endpoint/operation.js';
import { strOpt } from '../../../endpoint/input.js';
import { ownerOf, requireBucket } from '../buckets.js';
import { encoder, listPage, pageSize } from '../listing.js';
import { shownEntry } from '../listed.js';
import { objectsOf } from '../records.js';

export const listObjects: Operation = (input, context) => {
  const bucket = requireBucket(context.globalState, input);
  const [prefix, delimiter, after] = [strOpt(input, 'Prefix') ?? '', strOpt(input, 'Delimiter') ?? '', strOpt(input, 'Marker') ?? ''];
  const max = pageSize(input, 'MaxKeys');
  const encoded = encoder(input);
  const found = listPage(context.globalState.list(objectsOf(bucket.name)), (object) => object.key, { prefix, delimiter, after, max });
  return {
    Name: bucket.name,
    Prefix: encoded(prefix),
    Marker: encoded(after),
    NextMarker: delimiter === '' ? undefined : encoded(found.next),
    MaxKeys: max,
    Delimiter: delimiter === '' ? undefined : encoded(delimiter),
    EncodingType: strOpt(input, 'EncodingType'),
    IsTruncated: found.next !== undefined,
    Contents: found.items.map((object) => shownEntry(object, encoded, ownerOf(context))),
    CommonPrefixes: found.commonPrefixes.map((each) => ({ Prefix: encoded(each) })),
  };
};
