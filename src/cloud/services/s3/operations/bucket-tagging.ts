/** GetBucketTagging, PutBucketTagging, DeleteBucketTagging. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { requireBucket } from '../buckets.js';
import { documentTags } from '../object-headers.js';
import { buckets } from '../records.js';

export const getBucketTagging: Operation = (input, { globalState }) => {
  const bucket = requireBucket(globalState, input);
  if (bucket.tags === undefined) throw new AwsError('NoSuchTagSet', 'The TagSet does not exist', { status: 404, members: { BucketName: bucket.name } });
  return { TagSet: { Tag: bucket.tags.map(({ key, value }) => ({ Key: key, Value: value })) } };
};

export const putBucketTagging: Operation = (input, { globalState }) => {
  const tags = documentTags(input, 50);
  globalState.transact((tx) => {
    const bucket = requireBucket(tx, input);
    tx.put(buckets, bucket.name, { ...bucket, tags });
  });
  return {};
};

export const deleteBucketTagging: Operation = (input, { globalState }) => {
  globalState.transact((tx) => {
    const bucket = requireBucket(tx, input);
    tx.put(buckets, bucket.name, { ...bucket, tags: undefined });
  });
  return {};
};
