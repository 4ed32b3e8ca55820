/**
 * What a bucket has not, said as S3 says it of a bucket on which it was never set: nothing can set it here either, since
 * the operations that would are refused by name. Clients (`aws_s3_bucket` of Terraform) read all of these.
 */
import { AwsError, type Operation, type Output } from '../../../endpoint/operation.js';
import { InputError, str, strOpt } from '../../../endpoint/input.js';
import { ownerOf, requireBucket, requireObject } from '../buckets.js';

const never = (code: string, message: string): Operation => (input, { globalState }) => {
  const { name } = requireBucket(globalState, input);
  throw new AwsError(code, message, { status: 404, members: { BucketName: name } });
};

const always = (output: Output): Operation => (input, { globalState }) => {
  requireBucket(globalState, input);
  return output;
};

const grantOf = (owner: { readonly ID: string }): Output => ({ Owner: owner, AccessControlList: { Grant: { Grantee: { '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance', '@xsi:type': 'CanonicalUser', ID: owner.ID }, Permission: 'FULL_CONTROL' } } });

export const getBucketAcl: Operation = (input, context) => {
  requireBucket(context.globalState, input);
  return grantOf(ownerOf(context));
};

export const getObjectAcl: Operation = (input, context) => {
  requireObject(context.globalState, input);
  return grantOf(ownerOf(context));
};

export const getBucketVersioning = always({});
export const getBucketLogging = always({});
export const getBucketAccelerateConfiguration = always({});
export const getBucketNotificationConfiguration = always({});
export const getBucketRequestPayment = always({ Payer: 'BucketOwner' });
export const getBucketOwnershipControls = always({ Rule: { ObjectOwnership: 'BucketOwnerEnforced' } });
export const getBucketPolicy = never('NoSuchBucketPolicy', 'The bucket policy does not exist');
export const getBucketPolicyStatus = never('NoSuchBucketPolicy', 'The bucket policy does not exist');
export const getBucketCors = never('NoSuchCORSConfiguration', 'The CORS configuration does not exist');
export const getBucketWebsite = never('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration');
export const getBucketLifecycleConfiguration = never('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist');
export const getBucketReplication = never('ReplicationConfigurationNotFoundError', 'The replication configuration was not found');
/** Files of the state folder are not encrypted, so nothing here says that they are. */
export const getBucketEncryption = never('ServerSideEncryptionConfigurationNotFoundError', 'The server side encryption configuration was not found');
export const getObjectLockConfiguration = never('ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket');

/** Objects have none of what a lock would give them. */
const notLocked: Operation = (input, { globalState }) => {
  requireObject(globalState, input);
  throw new AwsError('InvalidRequest', 'Bucket is missing Object Lock Configuration');
};
export const getObjectRetention = notLocked;
export const getObjectLegalHold = notLocked;

/** Configurations that a bucket has many of, by an id: none. */
const noneById: Operation = (input, context) => {
  str(input, 'Id');
  return never('NoSuchConfiguration', 'The specified configuration does not exist.')(input, context);
};
const emptyList: Operation = (input, { globalState }) => {
  requireBucket(globalState, input);
  const token = strOpt(input, 'ContinuationToken');
  if (token !== undefined) throw new InputError('ContinuationToken', token, { kind: 'token' });
  return { IsTruncated: false };
};
export const getBucketAnalyticsConfiguration = noneById;
export const getBucketIntelligentTieringConfiguration = noneById;
export const getBucketInventoryConfiguration = noneById;
export const getBucketMetricsConfiguration = noneById;
export const listBucketAnalyticsConfigurations = emptyList;
export const listBucketIntelligentTieringConfigurations = emptyList;
export const listBucketInventoryConfigurations = emptyList;
export const listBucketMetricsConfigurations = emptyList;

/** Taking away what is not there is done. */
const nothingToDelete = always({});
export const deleteBucketPolicy = nothingToDelete;
export const deleteBucketCors = nothingToDelete;
export const deleteBucketWebsite = nothingToDelete;
export const deleteBucketLifecycle = nothingToDelete;
export const deleteBucketReplication = nothingToDelete;
export const deleteBucketEncryption = nothingToDelete;
