/** PutObject: the whole object, or nothing of it. */
import type { Operation, OperationContext, Input, Output } from '../../../endpoint/operation.js';
import type { ReceivedBody } from '../../../endpoint/rest/interface.js';
import { str } from '../../../endpoint/input.js';
import { bodyOf } from '../body.js';
import { requireBucket, wholeSecond } from '../buckets.js';
import { checkWriteConditions } from '../conditions.js';
import type { ObjectFiles } from '../object-files.js';
import { checkObjectOptions, headerTags, storedHeaders, storedMetadata } from '../object-headers.js';
import { objectsOf, type ObjectRecord } from '../records.js';

export const putObject = (files: ObjectFiles): Operation => (input, context) => {
  const { name } = requireBucket(context.globalState, input);
  const key = str(input, 'Key');
  checkObjectOptions(input);
  const described = { key, headers: storedHeaders(input), metadata: storedMetadata(input), tags: headerTags(input) };
  const body = bodyOf(input, files);
  return body instanceof Promise ? body.then((received) => put(received, name, described, { input, context, files })) : put(body, name, described, { input, context, files });
};

function put(body: ReceivedBody, bucket: string, described: Pick<ObjectRecord, 'key' | 'headers' | 'metadata' | 'tags'>, { input, context, files }: { input: Input; context: OperationContext; files: ObjectFiles }): Output {
  const part = { file: body.file, size: body.size };
  const replaced = context.globalState.transact((tx) => {
    requireBucket(tx, input);
    const there = tx.get(objectsOf(bucket), described.key);
    checkWriteConditions(input, there);
    tx.put(objectsOf(bucket), described.key, {
      ...described, size: body.size, etag: body.md5, lastModified: wholeSecond(context), parts: [part],
      checksum: body.checksum === undefined ? undefined : { ...body.checksum, type: 'FULL_OBJECT' },
    });
    return there;
  });
  body.keep();
  files.remove(replaced?.parts ?? []);
  return { ETag: `"${body.md5}"`, ...(body.checksum === undefined ? {} : { [`Checksum${body.checksum.algorithm}`]: body.checksum.value, ChecksumType: 'FULL_OBJECT' }) };
}
