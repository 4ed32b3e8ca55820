/** Versions on a bucket that never had versioning, which is every bucket here: each object is its own `null` version (S3 user guide, "Working with objects in a versioning-suspended bucket"). */
import { strOpt } from '../../endpoint/input.js';
import { AwsError, type Input } from '../../endpoint/operation.js';

export const NULL_VERSION = 'null';

/** Whether the request names the version. Throws AwsError InvalidArgument for what is no id, NoSuchVersion for any but `null`. */
export function namesVersion(input: Input): boolean {
  const id = strOpt(input, 'VersionId');
  if (id === undefined || id === NULL_VERSION) return id !== undefined;
  if (!/^[A-Za-z0-9._]{32}$/.test(id)) throw new AwsError('InvalidArgument', 'Invalid version id specified', { members: { ArgumentName: 'versionId', ArgumentValue: id } });
  throw new AwsError('NoSuchVersion', 'The specified version does not exist.', { status: 404, members: { Key: strOpt(input, 'Key') ?? '', VersionId: id } });
}
