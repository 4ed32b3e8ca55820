/** What S3 keeps, once for all regions: bucket names are global, a bucket lives in one region. Bytes are files (object-files.ts). */
import type { ChecksumAlgorithm } from '../../endpoint/rest/interface.js';
import { table, type Table } from '../../state/store.js';

export interface TagRecord {
  readonly key: string;
  readonly value: string;
}

export interface BucketRecord {
  readonly name: string;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly tags?: readonly TagRecord[] | undefined;
  /** As PutPublicAccessBlock set it; absent: it was deleted. */
  readonly publicAccessBlock?: PublicAccessBlock | undefined;
}

export interface PublicAccessBlock {
  readonly BlockPublicAcls: boolean;
  readonly IgnorePublicAcls: boolean;
  readonly BlockPublicPolicy: boolean;
  readonly RestrictPublicBuckets: boolean;
}

/** Headers that an object carries, by the API's names: `ContentType`, `CacheControl` … */
export type ObjectHeaders = Readonly<Record<string, string>>;

export interface ChecksumRecord {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; of a composite with `-PARTS` behind it. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** A file of the state folder and its length. */
export interface FilePart {
  readonly file: string;
  readonly size: number;
}

export interface ObjectRecord {
  readonly key: string;
  readonly size: number;
  /** Without its quotes: MD5 in hex, of a multipart upload the MD5 of the parts' with `-PARTS` behind it. */
  readonly etag: string;
  /** Milliseconds since the epoch, whole seconds. */
  readonly lastModified: number;
  /** Its bytes, in order. */
  readonly parts: readonly FilePart[];
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: readonly TagRecord[];
  readonly checksum?: ChecksumRecord | undefined;
}

export interface UploadPartRecord extends FilePart {
  readonly etag: string;
  readonly lastModified: number;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
}

export interface UploadRecord {
  readonly uploadId: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiatedAt: number;
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: readonly TagRecord[];
  readonly checksumAlgorithm?: ChecksumAlgorithm | undefined;
  readonly checksumType?: ChecksumRecord['type'] | undefined;
  /** By part number. */
  readonly parts: Readonly<Record<string, UploadPartRecord>>;
}

/** By name. */
export const buckets = table<BucketRecord>('s3/bucket');
/** By upload id. */
export const uploads = table<UploadRecord>('s3/upload');
/** A bucket's objects, by key: one table a bucket, so that a listing reads no other's. */
export const objectsOf = (bucket: string): Table<ObjectRecord> => table<ObjectRecord>(`s3/object/${bucket}`);
