/** CopyObject: the bytes once more; headers, metadata and tags as the directives say. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { oneOfOpt, str } from '../../../endpoint/input.js';
import { requireBucket, wholeSecond } from '../buckets.js';
import { copiedObject } from '../copy-source.js';
import type { ObjectFiles } from '../object-files.js';
import { checkObjectOptions, headerTags, storedHeaders, storedMetadata } from '../object-headers.js';
import { objectsOf, type ObjectRecord } from '../records.js';

export const copyObject = (files: ObjectFiles): Operation => async (input, context) => {
  const { name } = requireBucket(context.globalState, input);
  const key = str(input, 'Key');
  checkObjectOptions(input);
  const source = copiedObject(context.globalState, input);
  const replace = oneOfOpt(input, 'MetadataDirective', ['COPY', 'REPLACE']) === 'REPLACE';
  const retag = oneOfOpt(input, 'TaggingDirective', ['COPY', 'REPLACE']) === 'REPLACE';
  if (!replace && source.bucket === name && source.key === key) {
    throw new AwsError('InvalidRequest', 'This copy request is illegal because it is trying to copy an object to itself without changing the object\'s metadata, storage class, website redirect location or encryption attributes.');
  }
  // Read also when the source's are taken: S3 ignores them then.
  const given = { headers: storedHeaders(input), metadata: storedMetadata(input), tags: headerTags(input) };
  const copy = await files.copy(source.parts, 0, source.size);
  let replaced: ObjectRecord | undefined;
  try {
    replaced = context.globalState.transact((tx) => {
      requireBucket(tx, input);
      const there = tx.get(objectsOf(name), key);
      tx.put(objectsOf(name), key, {
        key, size: source.size, etag: copy.md5, lastModified: wholeSecond(context), parts: [copy.part],
        headers: replace ? given.headers : source.headers,
        metadata: replace ? given.metadata : source.metadata,
        tags: retag ? given.tags : source.tags,
        checksum: source.checksum?.type === 'FULL_OBJECT' ? source.checksum : undefined,
      });
      return there;
    });
  } catch (error) {
    files.remove([copy.part]);
    throw error;
  }
  files.remove(replaced?.parts ?? []);
  return { ETag: `"${copy.md5}"`, LastModified: new Date(wholeSecond(context)) };
};
