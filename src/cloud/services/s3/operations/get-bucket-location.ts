/** GetBucketLocation: empty for us-east-1. */
import type { Operation } from '../../../endpoint/operation.js';
import { requireBucket } from '../buckets.js';

export const getBucketLocation: Operation = (input, { globalState }) => {
  const { region } = requireBucket(globalState, input);
  return { LocationConstraint: region === 'us-east-1' ? '' : region };
};
