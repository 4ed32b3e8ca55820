/** CreateMultipartUpload: an object that comes in parts. */
import { randomBytes } from 'node:crypto';
import { isChecksumAlgorithm } from '../../../endpoint/rest/checksum.js';
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { oneOfOpt, str, strOpt } from '../../../endpoint/input.js';
import { requireBucket, wholeSecond } from '../buckets.js';
import { checkObjectOptions, headerTags, storedHeaders, storedMetadata } from '../object-headers.js';
import { uploads } from '../records.js';

export const createMultipartUpload: Operation = (input, context) => {
  const { name } = requireBucket(context.globalState, input);
  const key = str(input, 'Key');
  checkObjectOptions(input);
  const checksumAlgorithm = strOpt(input, 'ChecksumAlgorithm')?.toUpperCase();
  if (checksumAlgorithm !== undefined && !isChecksumAlgorithm(checksumAlgorithm)) throw new AwsError('InvalidRequest', 'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]');
  const checksumType = oneOfOpt(input, 'ChecksumType', ['COMPOSITE', 'FULL_OBJECT']) ?? (checksumAlgorithm === undefined ? undefined : checksumAlgorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  if ((checksumAlgorithm === 'CRC64NVME' && checksumType === 'COMPOSITE') || (checksumAlgorithm?.startsWith('SHA') === true && checksumType === 'FULL_OBJECT')) {
    throw new AwsError('InvalidRequest', `The ${checksumType} checksum type cannot be used with the ${checksumAlgorithm.toLowerCase()} checksum algorithm.`);
  }
  const uploadId = randomBytes(48).toString('base64url');
  context.globalState.transact((tx) => tx.put(uploads, uploadId, {
    uploadId, bucket: name, key, initiatedAt: wholeSecond(context), headers: storedHeaders(input), metadata: storedMetadata(input), tags: headerTags(input), checksumAlgorithm, checksumType, parts: {},
  }));
  return { ChecksumAlgorithm: checksumAlgorithm, ChecksumType: checksumType, Bucket: name, Key: key, UploadId: uploadId };
};
