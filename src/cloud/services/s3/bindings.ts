/** How S3's operations look on the wire (S3 API reference, one page an operation). */
import type { RestOperation } from '../../endpoint/rest/interface.js';

const OBJECT_HEADERS = {
  ContentType: 'content-type', CacheControl: 'cache-control', ContentDisposition: 'content-disposition', ContentEncoding: 'content-encoding', ContentLanguage: 'content-language', Expires: 'expires',
  ACL: 'x-amz-acl', StorageClass: 'x-amz-storage-class', Tagging: 'x-amz-tagging',
} as const;
const CHECKSUMS = { ChecksumCRC32: 'x-amz-checksum-crc32', ChecksumCRC32C: 'x-amz-checksum-crc32c', ChecksumCRC64NVME: 'x-amz-checksum-crc64nvme', ChecksumSHA1: 'x-amz-checksum-sha1', ChecksumSHA256: 'x-amz-checksum-sha256', ChecksumType: 'x-amz-checksum-type' } as const;
const CONDITIONS = { IfMatch: 'if-match', IfNoneMatch: 'if-none-match', IfModifiedSince: 'if-modified-since', IfUnmodifiedSince: 'if-unmodified-since' } as const;
const COPY = {
  CopySource: 'x-amz-copy-source', CopySourceIfMatch: 'x-amz-copy-source-if-match', CopySourceIfNoneMatch: 'x-amz-copy-source-if-none-match',
  CopySourceIfModifiedSince: 'x-amz-copy-source-if-modified-since', CopySourceIfUnmodifiedSince: 'x-amz-copy-source-if-unmodified-since',
} as const;
const RESPONSE = {
  ResponseContentType: 'response-content-type', ResponseCacheControl: 'response-cache-control', ResponseContentDisposition: 'response-content-disposition',
  ResponseContentEncoding: 'response-content-encoding', ResponseContentLanguage: 'response-content-language', ResponseExpires: 'response-expires',
} as const;
const OBJECT_REPLY = {
  ETag: 'ETag', LastModified: 'Last-Modified', AcceptRanges: 'Accept-Ranges', ContentRange: 'Content-Range', ContentLength: 'Content-Length', TagCount: 'x-amz-tagging-count', PartsCount: 'x-amz-mp-parts-count', CacheControl: 'Cache-Control',
  ContentDisposition: 'Content-Disposition', ContentEncoding: 'Content-Encoding', ContentLanguage: 'Content-Language', Expires: 'Expires', ...CHECKSUMS,
} as const;
const TOKEN = { ContinuationToken: 'continuation-token' } as const;
const VERSION = { VersionId: 'versionId' } as const;
const LISTING = { Prefix: 'prefix', Delimiter: 'delimiter', EncodingType: 'encoding-type' } as const;

/** An operation on a sub-resource that answers with a document. */
const read = (on: 'bucket' | 'object', mark: string, root: string, query?: RestOperation['query']): RestOperation => ({ method: 'GET', on, marks: [mark], query, reply: { root } });
/** One that takes away what a sub-resource says. */
const remove = (mark: string): RestOperation => ({ method: 'DELETE', on: 'bucket', marks: [mark], reply: { status: 204 } });

export const bindings = {
  ListBuckets: { method: 'GET', on: 'service', query: { Prefix: 'prefix', BucketRegion: 'bucket-region', ContinuationToken: 'continuation-token', MaxBuckets: 'max-buckets' }, reply: { root: 'ListAllMyBucketsResult' } },
  CreateBucket: {
    method: 'PUT', on: 'bucket', headers: { ACL: 'x-amz-acl', ObjectOwnership: 'x-amz-object-ownership', ObjectLockEnabledForBucket: 'x-amz-bucket-object-lock-enabled' },
    body: { root: 'CreateBucketConfiguration', optional: true }, reply: { headers: { Location: 'Location' } },
  },
  HeadBucket: { method: 'HEAD', on: 'bucket', reply: { headers: { BucketRegion: 'x-amz-bucket-region', AccessPointAlias: 'x-amz-access-point-alias' } } },
  DeleteBucket: { method: 'DELETE', on: 'bucket', reply: { status: 204 } },
  GetBucketLocation: { method: 'GET', on: 'bucket', marks: ['location'], reply: { root: 'LocationConstraint', content: 'LocationConstraint' } },
  ListObjects: { method: 'GET', on: 'bucket', query: { ...LISTING, Marker: 'marker', MaxKeys: 'max-keys' }, reply: { root: 'ListBucketResult' } },
  ListObjectsV2: {
    method: 'GET', on: 'bucket', marks: ['list-type=2'], query: { ...LISTING, MaxKeys: 'max-keys', ContinuationToken: 'continuation-token', FetchOwner: 'fetch-owner', StartAfter: 'start-after' }, reply: { root: 'ListBucketResult' },
  },
  ListObjectVersions: { method: 'GET', on: 'bucket', marks: ['versions'], query: { ...LISTING, KeyMarker: 'key-marker', VersionIdMarker: 'version-id-marker', MaxKeys: 'max-keys' }, reply: { root: 'ListVersionsResult' } },
  PutObject: { method: 'PUT', on: 'object', metadata: true, headers: { ...OBJECT_HEADERS, IfMatch: 'if-match', IfNoneMatch: 'if-none-match' }, body: 'bytes', reply: { headers: { ETag: 'ETag', ...CHECKSUMS } } },
  GetObject: { method: 'GET', on: 'object', headers: { ...CONDITIONS, Range: 'range', ChecksumMode: 'x-amz-checksum-mode' }, query: { ...RESPONSE, ...VERSION, PartNumber: 'partNumber' }, reply: { headers: OBJECT_REPLY } },
  HeadObject: { method: 'HEAD', on: 'object', query: { ...VERSION, PartNumber: 'partNumber' }, headers: { ...CONDITIONS, Range: 'range', ChecksumMode: 'x-amz-checksum-mode' }, reply: { headers: OBJECT_REPLY } },
  CopyObject: {
    method: 'PUT', on: 'object', metadata: true, markHeader: 'x-amz-copy-source', headers: { ...OBJECT_HEADERS, ...COPY, MetadataDirective: 'x-amz-metadata-directive', TaggingDirective: 'x-amz-tagging-directive' }, reply: { root: 'CopyObjectResult' },
  },
  DeleteObject: { method: 'DELETE', on: 'object', query: VERSION, reply: { status: 204, headers: { VersionId: 'x-amz-version-id' } } },
  DeleteObjects: { method: 'POST', on: 'bucket', marks: ['delete'], body: { root: 'Delete', lists: ['Object'] }, reply: { root: 'DeleteResult' } },
  CreateMultipartUpload: {
    method: 'POST', on: 'object', metadata: true, marks: ['uploads'], headers: { ...OBJECT_HEADERS, ChecksumAlgorithm: 'x-amz-checksum-algorithm', ChecksumType: 'x-amz-checksum-type' },
    reply: { headers: { ChecksumAlgorithm: 'x-amz-checksum-algorithm', ChecksumType: 'x-amz-checksum-type' }, root: 'InitiateMultipartUploadResult' },
  },
  UploadPart: { method: 'PUT', on: 'object', marks: ['partNumber', 'uploadId'], query: { PartNumber: 'partNumber', UploadId: 'uploadId' }, body: 'bytes', reply: { headers: { ETag: 'ETag', ...CHECKSUMS } } },
  UploadPartCopy: {
    method: 'PUT', on: 'object', marks: ['partNumber', 'uploadId'], markHeader: 'x-amz-copy-source', query: { PartNumber: 'partNumber', UploadId: 'uploadId' }, headers: { ...COPY, CopySourceRange: 'x-amz-copy-source-range' }, reply: { root: 'CopyPartResult' },
  },
  CompleteMultipartUpload: {
    method: 'POST', on: 'object', marks: ['uploadId'], query: { UploadId: 'uploadId' }, headers: { ...CHECKSUMS, MpuObjectSize: 'x-amz-mp-object-size', IfMatch: 'if-match', IfNoneMatch: 'if-none-match' },
    body: { root: 'CompleteMultipartUpload', lists: ['Part'] }, reply: { root: 'CompleteMultipartUploadResult' },
  },
  AbortMultipartUpload: { method: 'DELETE', on: 'object', marks: ['uploadId'], query: { UploadId: 'uploadId' }, reply: { status: 204 } },
  ListParts: { method: 'GET', on: 'object', marks: ['uploadId'], query: { UploadId: 'uploadId', MaxParts: 'max-parts', PartNumberMarker: 'part-number-marker' }, reply: { root: 'ListPartsResult' } },
  ListMultipartUploads: { method: 'GET', on: 'bucket', marks: ['uploads'], query: { ...LISTING, KeyMarker: 'key-marker', UploadIdMarker: 'upload-id-marker', MaxUploads: 'max-uploads' }, reply: { root: 'ListMultipartUploadsResult' } },
  GetBucketTagging: read('bucket', 'tagging', 'Tagging'),
  PutBucketTagging: { method: 'PUT', on: 'bucket', marks: ['tagging'], body: { root: 'Tagging', lists: ['Tag'] }, reply: { status: 204 } },
  DeleteBucketTagging: remove('tagging'),
  GetObjectTagging: read('object', 'tagging', 'Tagging', VERSION),
  PutObjectTagging: { method: 'PUT', on: 'object', marks: ['tagging'], query: VERSION, body: { root: 'Tagging', lists: ['Tag'] } },
  DeleteObjectTagging: { method: 'DELETE', on: 'object', marks: ['tagging'], query: VERSION, reply: { status: 204 } },
  GetPublicAccessBlock: read('bucket', 'publicAccessBlock', 'PublicAccessBlockConfiguration'),
  PutPublicAccessBlock: { method: 'PUT', on: 'bucket', marks: ['publicAccessBlock'], body: { root: 'PublicAccessBlockConfiguration' } },
  DeletePublicAccessBlock: remove('publicAccessBlock'),
  GetBucketAcl: read('bucket', 'acl', 'AccessControlPolicy'),
  GetObjectAcl: read('object', 'acl', 'AccessControlPolicy', VERSION),
  GetObjectRetention: read('object', 'retention', 'Retention', VERSION),
  GetObjectLegalHold: read('object', 'legal-hold', 'LegalHold', VERSION),
  GetBucketVersioning: read('bucket', 'versioning', 'VersioningConfiguration'),
  GetBucketLogging: read('bucket', 'logging', 'BucketLoggingStatus'),
  GetBucketAccelerateConfiguration: read('bucket', 'accelerate', 'AccelerateConfiguration'),
  GetBucketNotificationConfiguration: read('bucket', 'notification', 'NotificationConfiguration'),
  GetBucketRequestPayment: read('bucket', 'requestPayment', 'RequestPaymentConfiguration'),
  GetBucketOwnershipControls: read('bucket', 'ownershipControls', 'OwnershipControls'),
  GetBucketPolicy: read('bucket', 'policy', 'Policy'),
  GetBucketPolicyStatus: read('bucket', 'policyStatus', 'PolicyStatus'),
  GetBucketCors: read('bucket', 'cors', 'CORSConfiguration'),
  GetBucketWebsite: read('bucket', 'website', 'WebsiteConfiguration'),
  GetBucketLifecycleConfiguration: read('bucket', 'lifecycle', 'LifecycleConfiguration'),
  GetBucketReplication: read('bucket', 'replication', 'ReplicationConfiguration'),
  GetBucketEncryption: read('bucket', 'encryption', 'ServerSideEncryptionConfiguration'),
  GetObjectLockConfiguration: read('bucket', 'object-lock', 'ObjectLockConfiguration'),
  DeleteBucketPolicy: remove('policy'),
  DeleteBucketCors: remove('cors'),
  DeleteBucketWebsite: remove('website'),
  DeleteBucketLifecycle: remove('lifecycle'),
  DeleteBucketReplication: remove('replication'),
  DeleteBucketEncryption: remove('encryption'),
  GetBucketAnalyticsConfiguration: { ...read('bucket', 'analytics', 'AnalyticsConfiguration'), marks: ['analytics', 'id'], query: { Id: 'id' } },
  GetBucketIntelligentTieringConfiguration: { ...read('bucket', 'intelligent-tiering', 'IntelligentTieringConfiguration'), marks: ['intelligent-tiering', 'id'], query: { Id: 'id' } },
  GetBucketInventoryConfiguration: { ...read('bucket', 'inventory', 'InventoryConfiguration'), marks: ['inventory', 'id'], query: { Id: 'id' } },
  GetBucketMetricsConfiguration: { ...read('bucket', 'metrics', 'MetricsConfiguration'), marks: ['metrics', 'id'], query: { Id: 'id' } },
  ListBucketAnalyticsConfigurations: read('bucket', 'analytics', 'ListBucketAnalyticsConfigurationsResult', TOKEN),
  ListBucketIntelligentTieringConfigurations: read('bucket', 'intelligent-tiering', 'ListBucketIntelligentTieringConfigurationsOutput', TOKEN),
  ListBucketInventoryConfigurations: read('bucket', 'inventory', 'ListInventoryConfigurationsResult', TOKEN),
  ListBucketMetricsConfigurations: read('bucket', 'metrics', 'ListMetricsConfigurationsResult', TOKEN),
} as const satisfies Readonly<Record<string, RestOperation>>;

/** Query parameters of operations that are not there (with the method where another method's is), and their names. */
export const absent: Readonly<Record<string, string>> = {
  'PUT acl': 'PutBucketAcl and PutObjectAcl', 'PUT versioning': 'PutBucketVersioning', 'PUT logging': 'PutBucketLogging', 'PUT accelerate': 'PutBucketAccelerateConfiguration', 'PUT notification': 'PutBucketNotificationConfiguration',
  'PUT requestPayment': 'PutBucketRequestPayment', 'PUT ownershipControls': 'PutBucketOwnershipControls', 'DELETE ownershipControls': 'DeleteBucketOwnershipControls', 'PUT policy': 'PutBucketPolicy',
  'PUT cors': 'PutBucketCors', 'PUT website': 'PutBucketWebsite', 'PUT lifecycle': 'PutBucketLifecycleConfiguration',
  'PUT replication': 'PutBucketReplication', 'PUT encryption': 'PutBucketEncryption', 'PUT object-lock': 'PutObjectLockConfiguration',
  'PUT retention': 'PutObjectRetention', 'PUT legal-hold': 'PutObjectLegalHold', 'torrent': 'GetObjectTorrent', 'restore': 'RestoreObject', 'select': 'SelectObjectContent',
  'attributes': 'GetObjectAttributes', 'PUT analytics': 'PutBucketAnalyticsConfiguration', 'DELETE analytics': 'DeleteBucketAnalyticsConfiguration', 'PUT inventory': 'PutBucketInventoryConfiguration', 'DELETE inventory': 'DeleteBucketInventoryConfiguration', 'PUT metrics': 'PutBucketMetricsConfiguration', 'DELETE metrics': 'DeleteBucketMetricsConfiguration', 'PUT intelligent-tiering': 'PutBucketIntelligentTieringConfiguration', 'DELETE intelligent-tiering': 'DeleteBucketIntelligentTieringConfiguration',
  'metadataTable': 'metadata tables', 'metadataConfiguration': 'metadata configurations', 'session': 'CreateSession', 'append': 'appends',
  'renameObject': 'RenameObject', 'abac': 'attribute-based access control of buckets',
};
