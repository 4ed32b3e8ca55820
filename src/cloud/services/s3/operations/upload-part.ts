/** UploadPart: part 1 to 10 000; sent again, it replaces the former. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { bodyOf } from '../body.js';
import { requireUpload, wholeSecond } from '../buckets.js';
import type { ObjectFiles } from '../object-files.js';
import { partNumberOf } from '../part-number.js';
import { uploads } from '../records.js';

export const uploadPart = (files: ObjectFiles): Operation => async (input, context) => {
  const number = partNumberOf(input);
  requireUpload(context.globalState, input);
  const body = await bodyOf(input, files);
  const replaced = context.globalState.transact((tx) => {
    const upload = requireUpload(tx, input);
    if (upload.checksumAlgorithm !== undefined && body.checksum !== undefined && body.checksum.algorithm !== upload.checksumAlgorithm) {
      throw new AwsError('InvalidRequest', `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksumAlgorithm.toLowerCase()}, actual checksum Type: ${body.checksum.algorithm.toLowerCase()}`);
    }
    const part = { file: body.file, size: body.size, etag: body.md5, lastModified: wholeSecond(context), checksum: body.checksum };
    tx.put(uploads, upload.uploadId, { ...upload, parts: { ...upload.parts, [number]: part } });
    return upload.parts[number];
  });
  body.keep();
  files.remove(replaced === undefined ? [] : [replaced]);
  return { ETag: `"${body.md5}"`, ...(body.checksum === undefined ? {} : { [`Checksum${body.checksum.algorithm}`]: body.checksum.value }) };
};
