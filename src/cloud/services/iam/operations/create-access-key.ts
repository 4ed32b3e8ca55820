/** CreateAccessKey: a key of a user, which then works and is bound by the user's policies. Its secret is shown this once. */
import type { Operation } from '../../../endpoint/operation.js';
import { makeLabKeys } from '../../../keys/key-ring.js';
import { limitExceeded, requireUser, shownTime } from '../entities.js';
import { userNameOf } from '../own-name.js';
import { accessKeys } from '../records.js';

const PER_USER = 2;

export const createAccessKey: Operation = (input, context) => {
  const userName = userNameOf(input, context);
  const keys = makeLabKeys();
  const createdAt = context.now();
  context.globalState.transact((tx) => {
    requireUser(tx, userName);
    if (tx.list(accessKeys).filter((key) => key.userName === userName).length >= PER_USER) throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${PER_USER}`);
    tx.put(accessKeys, keys.accessKeyId, { ...keys, userName, status: 'Active', createdAt });
  });
  return { AccessKey: { UserName: userName, AccessKeyId: keys.accessKeyId, Status: 'Active', SecretAccessKey: keys.secretAccessKey, CreateDate: shownTime(createdAt) } };
};
