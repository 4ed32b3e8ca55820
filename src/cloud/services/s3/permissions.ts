/** What each operation needs a permission for, and on which resources (service authorization reference, Amazon S3). */
import { strOpt } from '../../endpoint/input.js';
import type { Input } from '../../endpoint/operation.js';
import type { Permission } from '../../endpoint/rest/interface.js';
import type { Reader } from '../../state/store.js';
import { copySourceOf } from './copy-source.js';
import { objectsOf } from './records.js';

/** Actions whose names are not the operations'. */
const ACTIONS: Readonly<Record<string, string>> = {
  ListBuckets: 'ListAllMyBuckets', HeadBucket: 'ListBucket', ListObjects: 'ListBucket', ListObjectsV2: 'ListBucket', HeadObject: 'GetObject', CreateMultipartUpload: 'PutObject', UploadPart: 'PutObject', UploadPartCopy: 'PutObject',
  CopyObject: 'PutObject', CompleteMultipartUpload: 'PutObject', ListParts: 'ListMultipartUploadParts', ListMultipartUploads: 'ListBucketMultipartUploads', DeleteBucketTagging: 'PutBucketTagging',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock', PutPublicAccessBlock: 'PutBucketPublicAccessBlock', DeletePublicAccessBlock: 'PutBucketPublicAccessBlock', GetBucketAccelerateConfiguration: 'GetAccelerateConfiguration',
  GetBucketNotificationConfiguration: 'GetBucketNotification', GetBucketCors: 'GetBucketCORS', GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration', GetBucketReplication: 'GetReplicationConfiguration',
  ListObjectVersions: 'ListBucketVersions', DeleteBucketCors: 'PutBucketCORS', DeleteBucketLifecycle: 'PutLifecycleConfiguration', DeleteBucketReplication: 'PutReplicationConfiguration', DeleteBucketEncryption: 'PutEncryptionConfiguration',
  GetBucketAnalyticsConfiguration: 'GetAnalyticsConfiguration', GetBucketIntelligentTieringConfiguration: 'GetIntelligentTieringConfiguration', GetBucketInventoryConfiguration: 'GetInventoryConfiguration', GetBucketMetricsConfiguration: 'GetMetricsConfiguration',
  ListBucketAnalyticsConfigurations: 'GetAnalyticsConfiguration', ListBucketIntelligentTieringConfigurations: 'GetIntelligentTieringConfiguration', ListBucketInventoryConfigurations: 'GetInventoryConfiguration',
  ListBucketMetricsConfigurations: 'GetMetricsConfiguration', GetBucketEncryption: 'GetEncryptionConfiguration', GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
};

/** Actions when the request names a version. */
const OF_VERSIONS: Readonly<Record<string, string>> = {
  GetObject: 'GetObjectVersion', DeleteObject: 'DeleteObjectVersion', GetObjectTagging: 'GetObjectVersionTagging', PutObjectTagging: 'PutObjectVersionTagging', DeleteObjectTagging: 'DeleteObjectVersionTagging', GetObjectAcl: 'GetObjectVersionAcl',
};

/** Condition keys of the action, beside those of every request (service authorization reference, "Condition keys for Amazon S3"). */
function keysFor(operation: string, input: Input, globalState: Reader): Permission['keys'] {
  const text = (member: string): string | undefined => (typeof input[member] === 'string' ? input[member] : undefined);
  if (operation === 'ListObjects' || operation === 'ListObjectsV2' || operation === 'ListObjectVersions') return { 's3:prefix': text('Prefix'), 's3:delimiter': text('Delimiter'), 's3:max-keys': text('MaxKeys') };
  if (operation === 'CreateBucket') return { 's3:x-amz-acl': text('ACL'), 's3:LocationConstraint': strOpt(input, 'CreateBucketConfiguration.LocationConstraint') };
  const key = text('Key');
  if (key === undefined) return undefined;
  const tags = globalState.get(objectsOf(text('Bucket') ?? ''), key)?.tags ?? [];
  return {
    ...Object.fromEntries(tags.map((tag) => [`s3:ExistingObjectTag/${tag.key}`, tag.value])),
    's3:x-amz-acl': text('ACL'), 's3:x-amz-storage-class': text('StorageClass'), 's3:x-amz-copy-source': text('CopySource'), 's3:x-amz-metadata-directive': text('MetadataDirective'),
  };
}

export function permissionsFor(operation: string, input: Input, globalState: Reader): Permission[] {
  const bucket = strOpt(input, 'Bucket');
  const key = strOpt(input, 'Key');
  const base = ACTIONS[operation] ?? operation;
  const action = `s3:${strOpt(input, 'VersionId') === undefined ? base : (OF_VERSIONS[base] ?? base)}`;
  if (bucket === undefined) return [{ action, resource: '*' }];
  const arn = `arn:aws:s3:::${bucket}`;
  if (operation === 'DeleteObjects') return itemsOf(input).map(({ key: each, version }) => ({ action: version ? 's3:DeleteObjectVersion' : 's3:DeleteObject', resource: `${arn}/${each}`, item: each }));
  const needed: Permission[] = [{ action, resource: key === undefined ? arn : `${arn}/${key}`, keys: keysFor(operation, input, globalState) }];
  if (operation === 'CopyObject' || operation === 'UploadPartCopy') {
    const source = copySourceOf(input);
    needed.push({ action: source.VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', resource: `arn:aws:s3:::${source.Bucket}/${source.Key}` });
  }
  if (key !== undefined && typeof input['Tagging'] === 'string') needed.push({ action: 's3:PutObjectTagging', resource: `${arn}/${key}` });
  return needed;
}

/** Keys of a Delete document, as far as it has the right form; the operation judges the form. */
function itemsOf(input: Input): { readonly key: string; readonly version: boolean }[] {
  const document = input['Delete'];
  const objects: unknown = typeof document === 'object' && document !== null && 'Object' in document ? document.Object : [];
  return (Array.isArray(objects) ? (objects as unknown[]) : []).map((object) => (typeof object === 'object' && object !== null && 'Key' in object && typeof object.Key === 'string' ? { key: object.Key, version: 'VersionId' in object } : { key: '*', version: false }));
}
