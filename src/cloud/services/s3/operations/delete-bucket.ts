/** DeleteBucket: an empty one, with the multipart uploads that nobody completed. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { requireBucket } from '../buckets.js';
import type { ObjectFiles } from '../object-files.js';
import { buckets, objectsOf, uploads } from '../records.js';

export const deleteBucket = (files: ObjectFiles): Operation => (input, { globalState }) => {
  const parts = globalState.transact((tx) => {
    const { name } = requireBucket(tx, input);
    if (tx.list(objectsOf(name)).length > 0) throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', { status: 409, members: { BucketName: name } });
    const open = tx.list(uploads).filter((upload) => upload.bucket === name);
    for (const { uploadId } of open) tx.delete(uploads, uploadId);
    tx.delete(buckets, name);
    return open.flatMap((upload) => Object.values(upload.parts));
  });
  files.remove(parts);
  return {};
};
