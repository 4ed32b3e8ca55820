/** Finds buckets and objects, and says in S3's words when they are not there. */
import { createHash } from 'node:crypto';
import { AwsError, type Input, type OperationContext } from '../../endpoint/operation.js';
import { str } from '../../endpoint/input.js';
import type { Reader } from '../../state/store.js';
import { namesVersion } from './versions.js';
import { buckets, objectsOf, uploads, type BucketRecord, type ObjectRecord, type UploadRecord } from './records.js';

/** Bucket naming rules of the S3 user guide for general purpose buckets. Throws InvalidBucketName. */
export function checkBucketName(name: string): void {
  const fits = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(name)
    && !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) && !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);
  if (!fits) throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', { members: { BucketName: name } });
}

/** Throws NoSuchBucket. */
export function requireBucket(reader: Reader, input: Input): BucketRecord {
  const name = str(input, 'Bucket');
  const found = reader.get(buckets, name);
  if (found === undefined) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', { status: 404, members: { BucketName: name } });
  return found;
}

/** Throws NoSuchBucket, NoSuchKey, NoSuchVersion. */
export function requireObject(reader: Reader, input: Input): ObjectRecord {
  const bucket = requireBucket(reader, input);
  const key = str(input, 'Key');
  namesVersion(input);
  const found = reader.get(objectsOf(bucket.name), key);
  if (found === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404, members: { Key: key } });
  return found;
}

/** Throws NoSuchBucket, NoSuchUpload. */
export function requireUpload(reader: Reader, input: Input): UploadRecord {
  const bucket = requireBucket(reader, input);
  const uploadId = str(input, 'UploadId');
  const found = reader.get(uploads, uploadId);
  if (found === undefined || found.bucket !== bucket.name || found.key !== str(input, 'Key')) {
    throw new AwsError('NoSuchUpload', 'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.', { status: 404, members: { UploadId: uploadId } });
  }
  return found;
}

/** The canonical user id of the account: 64 hex digits, as S3 shows owners. */
export function ownerOf({ accountId }: OperationContext): { readonly ID: string } {
  return { ID: createHash('sha256').update(`canonical user ${accountId}`).digest('hex') };
}

/** Now, in S3's whole seconds. */
export const wholeSecond = (context: OperationContext): number => Math.floor(context.now() / 1000) * 1000;

/** Keys in the order of their UTF-8 bytes, as listings have them. */
export function byKey(a: string, b: string): number {
  if (a === b) return 0;
  // UTF-16 and UTF-8 disagree only beyond the basic plane.
  return /[\uD800-\uDFFF]/.test(a) || /[\uD800-\uDFFF]/.test(b) ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : a < b ? -1 : 1;
}
