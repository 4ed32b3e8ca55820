/** Amazon S3, small: buckets and objects for the AWS CLI, the SDKs, Terraform's bucket and object, and CloudFormation's TemplateURL. */
import type { Operation, Service } from '../../endpoint/operation.js';
import type { RestInterface } from '../../endpoint/rest/interface.js';
import type { Reader } from '../../state/store.js';
import { absent, bindings } from './bindings.js';
import { MAX_PART_BYTES } from './limits.js';
import type { ObjectFiles } from './object-files.js';
import { abortMultipartUpload } from './operations/abort-multipart-upload.js';
import * as configuration from './operations/bucket-configuration.js';
import { deleteBucketTagging, getBucketTagging, putBucketTagging } from './operations/bucket-tagging.js';
import { completeMultipartUpload } from './operations/complete-multipart-upload.js';
import { copyObject } from './operations/copy-object.js';
import { createBucket } from './operations/create-bucket.js';
import { createMultipartUpload } from './operations/create-multipart-upload.js';
import { deleteBucket } from './operations/delete-bucket.js';
import { deleteObject } from './operations/delete-object.js';
import { deleteObjects } from './operations/delete-objects.js';
import { getBucketLocation } from './operations/get-bucket-location.js';
import { getObject } from './operations/get-object.js';
import { headBucket } from './operations/head-bucket.js';
import { headObject } from './operations/head-object.js';
import { listBuckets } from './operations/list-buckets.js';
import { listMultipartUploads } from './operations/list-multipart-uploads.js';
import { listObjectVersions } from './operations/list-object-versions.js';
import { listObjectsV2 } from './operations/list-objects-v2.js';
import { listObjects } from './operations/list-objects.js';
import { listParts } from './operations/list-parts.js';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './operations/object-tagging.js';
import { deletePublicAccessBlock, getPublicAccessBlock, putPublicAccessBlock } from './operations/public-access-block.js';
import { putObject } from './operations/put-object.js';
import { uploadPartCopy } from './operations/upload-part-copy.js';
import { uploadPart } from './operations/upload-part.js';
import { permissionsFor } from './permissions.js';
import { buckets, objectsOf, uploads } from './records.js';

export { createObjectFiles, type ObjectFiles } from './object-files.js';

export function createS3(files: ObjectFiles): Service & { readonly rest: RestInterface } {
  const operations: Readonly<Record<keyof typeof bindings, Operation>> = {
    AbortMultipartUpload: abortMultipartUpload(files),
    CompleteMultipartUpload: completeMultipartUpload(files),
    CopyObject: copyObject(files),
    CreateBucket: createBucket,
    CreateMultipartUpload: createMultipartUpload,
    DeleteBucket: deleteBucket(files),
    DeleteBucketCors: configuration.deleteBucketCors,
    DeleteBucketEncryption: configuration.deleteBucketEncryption,
    DeleteBucketLifecycle: configuration.deleteBucketLifecycle,
    DeleteBucketPolicy: configuration.deleteBucketPolicy,
    DeleteBucketReplication: configuration.deleteBucketReplication,
    DeleteBucketTagging: deleteBucketTagging,
    DeleteBucketWebsite: configuration.deleteBucketWebsite,
    DeleteObject: deleteObject(files),
    DeleteObjects: deleteObjects(files),
    DeleteObjectTagging: deleteObjectTagging,
    DeletePublicAccessBlock: deletePublicAccessBlock,
    GetBucketAccelerateConfiguration: configuration.getBucketAccelerateConfiguration,
    GetBucketAcl: configuration.getBucketAcl,
    GetBucketAnalyticsConfiguration: configuration.getBucketAnalyticsConfiguration,
    GetBucketCors: configuration.getBucketCors,
    GetBucketEncryption: configuration.getBucketEncryption,
    GetBucketIntelligentTieringConfiguration: configuration.getBucketIntelligentTieringConfiguration,
    GetBucketInventoryConfiguration: configuration.getBucketInventoryConfiguration,
    GetBucketLifecycleConfiguration: configuration.getBucketLifecycleConfiguration,
    GetBucketLocation: getBucketLocation,
    GetBucketLogging: configuration.getBucketLogging,
    GetBucketMetricsConfiguration: configuration.getBucketMetricsConfiguration,
    GetBucketNotificationConfiguration: configuration.getBucketNotificationConfiguration,
    GetBucketOwnershipControls: configuration.getBucketOwnershipControls,
    GetBucketPolicy: configuration.getBucketPolicy,
    GetBucketPolicyStatus: configuration.getBucketPolicyStatus,
    GetBucketReplication: configuration.getBucketReplication,
    GetBucketRequestPayment: configuration.getBucketRequestPayment,
    GetBucketTagging: getBucketTagging,
    GetBucketVersioning: configuration.getBucketVersioning,
    GetBucketWebsite: configuration.getBucketWebsite,
    GetObject: getObject(files),
    GetObjectAcl: configuration.getObjectAcl,
    GetObjectLegalHold: configuration.getObjectLegalHold,
    GetObjectLockConfiguration: configuration.getObjectLockConfiguration,
    GetObjectRetention: configuration.getObjectRetention,
    GetObjectTagging: getObjectTagging,
    GetPublicAccessBlock: getPublicAccessBlock,
    HeadBucket: headBucket,
    HeadObject: headObject,
    ListBucketAnalyticsConfigurations: configuration.listBucketAnalyticsConfigurations,
    ListBucketIntelligentTieringConfigurations: configuration.listBucketIntelligentTieringConfigurations,
    ListBucketInventoryConfigurations: configuration.listBucketInventoryConfigurations,
    ListBucketMetricsConfigurations: configuration.listBucketMetricsConfigurations,
    ListBuckets: listBuckets,
    ListMultipartUploads: listMultipartUploads,
    ListObjects: listObjects,
    ListObjectsV2: listObjectsV2,
    ListObjectVersions: listObjectVersions,
    ListParts: listParts,
    PutBucketTagging: putBucketTagging,
    PutObject: putObject(files),
    PutObjectTagging: putObjectTagging,
    PutPublicAccessBlock: putPublicAccessBlock,
    UploadPart: uploadPart(files),
    UploadPartCopy: uploadPartCopy(files),
  };
  return {
    name: 's3',
    protocol: 'rest-xml',
    version: '2006-03-01',
    xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
    global: true,
    operations,
    rest: {
      operations: bindings,
      absent,
      maxBodyBytes: MAX_PART_BYTES,
      openSink: () => files.openSink(),
      permissions: permissionsFor,
      regionOf: (bucket, globalState) => globalState.get(buckets, bucket)?.region,
    },
  };
}

/** Files that records name: what is left in the folder when the region starts is swept but for these. */
export function namedFiles(globalState: Reader): Set<string> {
  const parts = [
    ...globalState.list(buckets).flatMap((bucket) => globalState.list(objectsOf(bucket.name)).flatMap((object) => object.parts)),
    ...globalState.list(uploads).flatMap((upload) => Object.values(upload.parts)),
  ];
  return new Set(parts.map((part) => part.file));
}
