/** GetPublicAccessBlock, PutPublicAccessBlock, DeletePublicAccessBlock. Nothing here is public in any case: every request is signed. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { bool, struct } from '../../../endpoint/input.js';
import { requireBucket } from '../buckets.js';
import { buckets } from '../records.js';

export const getPublicAccessBlock: Operation = (input, { globalState }) => {
  const { name, publicAccessBlock } = requireBucket(globalState, input);
  if (publicAccessBlock === undefined) throw new AwsError('NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found', { status: 404, members: { BucketName: name } });
  const { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets } = publicAccessBlock;
  return { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets };
};

export const putPublicAccessBlock: Operation = (input, { globalState }) => {
  const given = struct(input, 'PublicAccessBlockConfiguration');
  const publicAccessBlock = {
    BlockPublicAcls: bool(given, 'BlockPublicAcls', false), IgnorePublicAcls: bool(given, 'IgnorePublicAcls', false), BlockPublicPolicy: bool(given, 'BlockPublicPolicy', false), RestrictPublicBuckets: bool(given, 'RestrictPublicBuckets', false),
  };
  globalState.transact((tx) => {
    const bucket = requireBucket(tx, input);
    tx.put(buckets, bucket.name, { ...bucket, publicAccessBlock });
  });
  return {};
};

export const deletePublicAccessBlock: Operation = (input, { globalState }) => {
  globalState.transact((tx) => {
    const bucket = requireBucket(tx, input);
    tx.put(buckets, bucket.name, { ...bucket, publicAccessBlock: undefined });
  });
  return {};
};
