/** DeleteAccessKey. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { requireAccessKey } from '../entities.js';
import { userNameOf } from '../own-name.js';
import { accessKeys } from '../records.js';

export const deleteAccessKey: Operation = (input, context) => {
  const id = str(input, 'AccessKeyId');
  const userName = userNameOf(input, context);
  context.globalState.transact((tx) => tx.delete(accessKeys, requireAccessKey(tx, id, userName).accessKeyId));
  return {};
};
