/** UploadPartCopy: a part that is an object, or a range of one. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { strOpt } from '../../../endpoint/input.js';
import { requireUpload, wholeSecond } from '../buckets.js';
import { copiedObject } from '../copy-source.js';
import { MAX_PART_BYTES } from '../limits.js';
import type { ObjectFiles } from '../object-files.js';
import { partNumberOf } from '../part-number.js';
import { uploads } from '../records.js';

export const uploadPartCopy = (files: ObjectFiles): Operation => async (input, context) => {
  const number = partNumberOf(input);
  requireUpload(context.globalState, input);
  const source = copiedObject(context.globalState, input);
  const range = strOpt(input, 'CopySourceRange');
  const match = range === undefined ? ['', '0', String(source.size - 1)] : /^bytes=(\d+)-(\d+)$/.exec(range);
  const start = Number(match?.[1]);
  const end = Number(match?.[2]);
  if (match === null) throw new AwsError('InvalidArgument', 'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy', { members: { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: range ?? '' } });
  if (end >= source.size || start > end) throw new AwsError('InvalidRange', 'The requested range is not satisfiable', { status: 416 });
  if (end - start + 1 > MAX_PART_BYTES) throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', { members: { MaxSizeAllowed: String(MAX_PART_BYTES) } });
  const copy = await files.copy(source.parts, start, end - start + 1);
  const lastModified = wholeSecond(context);
  let replaced;
  try {
    replaced = context.globalState.transact((tx) => {
      const upload = requireUpload(tx, input);
      tx.put(uploads, upload.uploadId, { ...upload, parts: { ...upload.parts, [number]: { ...copy.part, etag: copy.md5, lastModified } } });
      return upload.parts[number];
    });
  } catch (error) {
    files.remove([copy.part]);
    throw error;
  }
  files.remove(replaced === undefined ? [] : [replaced]);
  return { ETag: `"${copy.md5}"`, LastModified: new Date(lastModified) };
};
