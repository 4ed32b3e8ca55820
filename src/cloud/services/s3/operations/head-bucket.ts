/** HeadBucket: whether it is there, and in which region. */
import type { Operation } from '../../../endpoint/operation.js';
import { requireBucket } from '../buckets.js';

export const headBucket: Operation = (input, { globalState }) => ({ BucketRegion: requireBucket(globalState, input).region, AccessPointAlias: false });
