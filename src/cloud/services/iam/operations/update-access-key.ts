/** UpdateAccessKey: an inactive key is as good as none. */
import type { Operation } from '../../../endpoint/operation.js';
import { oneOf, str } from '../../../endpoint/input.js';
import { requireAccessKey } from '../entities.js';
import { userNameOf } from '../own-name.js';
import { accessKeys } from '../records.js';

export const updateAccessKey: Operation = (input, context) => {
  const id = str(input, 'AccessKeyId');
  const status = oneOf(input, 'Status', ['Active', 'Inactive']);
  const userName = userNameOf(input, context);
  context.globalState.transact((tx) => tx.put(accessKeys, id, { ...requireAccessKey(tx, id, userName), status }));
  return {};
};
