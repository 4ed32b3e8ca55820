/** One object as listings show it. */
import type { Output } from '../../endpoint/operation.js';
import type { ObjectRecord } from './records.js';

export function shownEntry(object: ObjectRecord, encoded: (text: string) => string | undefined, owner: Output | undefined): Output {
  return {
    Key: encoded(object.key),
    LastModified: new Date(object.lastModified),
    ETag: `"${object.etag}"`,
    ...(object.checksum === undefined ? {} : { ChecksumAlgorithm: object.checksum.algorithm, ChecksumType: object.checksum.type }),
    Size: object.size,
    StorageClass: 'STANDARD',
    Owner: owner,
  };
}
