/** ListParts: what came so far. */
import type { Operation } from '../../../endpoint/operation.js';
import { intOpt } from '../../../endpoint/input.js';
import { ownerOf, requireUpload } from '../buckets.js';
import { pageSize } from '../listing.js';

export const listParts: Operation = (input, context) => {
  const upload = requireUpload(context.globalState, input);
  const after = intOpt(input, 'PartNumberMarker', { min: 0 }) ?? 0;
  const max = pageSize(input, 'MaxParts');
  const behind = Object.entries(upload.parts).map(([number, part]) => ({ number: Number(number), part })).filter(({ number }) => number > after).toSorted((a, b) => a.number - b.number);
  const found = behind.slice(0, max);
  return {
    Bucket: upload.bucket, Key: upload.key, UploadId: upload.uploadId, Initiator: ownerOf(context), Owner: ownerOf(context), StorageClass: 'STANDARD',
    ChecksumAlgorithm: upload.checksumAlgorithm, ChecksumType: upload.checksumType,
    PartNumberMarker: after, NextPartNumberMarker: found.at(-1)?.number ?? 0, MaxParts: max, IsTruncated: behind.length > found.length,
    Part: found.map(({ number, part }) => ({ PartNumber: number, LastModified: new Date(part.lastModified), ETag: `"${part.etag}"`, Size: part.size, ...(part.checksum === undefined ? {} : { [`Checksum${part.checksum.algorithm}`]: part.checksum.value }) })),
  };
};
