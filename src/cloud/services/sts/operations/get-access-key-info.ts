/** GetAccessKeyInfo: the account of a key. Every key of the region is of its one account; others are nobody's here. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { accessKeys } from '../../iam/records.js';

export const getAccessKeyInfo: Operation = (input, { accountId, globalState, runtime, caller }) => {
  const id = str(input, 'AccessKeyId', { min: 16, max: 128 });
  if (!/^\w+$/.test(id)) throw new AwsError('ValidationError', `1 validation error detected: Value '${id}' at 'accessKeyId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w]*`);
  const known = id === runtime.keys.lab.accessKeyId || id === caller.accessKeyId || globalState.get(accessKeys, id) !== undefined;
  if (!known) throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', { status: 403 });
  return { Account: accountId };
};
