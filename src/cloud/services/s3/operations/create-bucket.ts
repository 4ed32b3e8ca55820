/** CreateBucket: a name nobody has, in the region that the request was signed for. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { boolOpt, oneOfOpt, str, strOpt } from '../../../endpoint/input.js';
import { checkBucketName, wholeSecond } from '../buckets.js';
import { buckets } from '../records.js';

/** As AWS makes new buckets since April 2023. */
const BLOCKED = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };

export const createBucket: Operation = (input, context) => {
  const name = str(input, 'Bucket');
  checkBucketName(name);
  const acl = strOpt(input, 'ACL');
  if (acl !== undefined && acl !== 'private') throw new AwsError('InvalidBucketAclWithObjectOwnership', 'Bucket cannot have ACLs set with ObjectOwnership\'s BucketOwnerEnforced setting');
  const ownership = oneOfOpt(input, 'ObjectOwnership', ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']);
  if (ownership !== undefined && ownership !== 'BucketOwnerEnforced') throw new AwsError('NotImplemented', `The local cloud does not support x-amz-object-ownership: ${ownership}.`, { status: 501 });
  if (boolOpt(input, 'ObjectLockEnabledForBucket') === true) throw new AwsError('NotImplemented', 'The local cloud does not have object lock.', { status: 501 });
  const constraint = strOpt(input, 'CreateBucketConfiguration.LocationConstraint') ?? '';
  const wanted = constraint === '' ? 'us-east-1' : constraint === 'EU' ? 'eu-west-1' : constraint;
  if (wanted !== context.region || constraint === 'us-east-1') {
    throw constraint === 'us-east-1'
      ? new AwsError('InvalidLocationConstraint', 'The specified location-constraint is not valid', { members: { LocationConstraint: constraint } })
      : new AwsError('IllegalLocationConstraintException', `The ${constraint === '' ? 'unspecified' : constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`);
  }
  context.globalState.transact((tx) => {
    const there = tx.get(buckets, name);
    // In us-east-1 making one's own bucket again succeeds and changes nothing.
    if (there !== undefined && context.region === 'us-east-1' && there.region === 'us-east-1') return;
    if (there !== undefined) throw new AwsError('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded and you already own it.', { status: 409, members: { BucketName: name } });
    tx.put(buckets, name, { name, region: context.region, createdAt: wholeSecond(context), publicAccessBlock: BLOCKED });
  });
  return { Location: context.region === 'us-east-1' ? `/${name}` : `http://${name}.s3.amazonaws.com/` };
};
