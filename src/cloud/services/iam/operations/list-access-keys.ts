/** ListAccessKeys: without their secrets. */
import type { Operation } from '../../../endpoint/operation.js';
import { LAB_USER } from '../../../endpoint/verify.js';
import { requireUser, shownTime } from '../entities.js';
import { userNameOf } from '../own-name.js';
import { listReply } from '../pages.js';
import { accessKeys, type AccessKeyRecord } from '../records.js';
import { labUser } from '../users.js';

export const listAccessKeys: Operation = (input, context) => {
  const { globalState, runtime } = context;
  const userName = userNameOf(input, context);
  const own: Omit<AccessKeyRecord, 'secretAccessKey'> = { accessKeyId: runtime.keys.lab.accessKeyId, userName, status: 'Active', createdAt: labUser(context).createdAt };
  const found = userName === LAB_USER.name ? [own] : globalState.list(accessKeys).filter((key) => key.userName === requireUser(globalState, userName).userName);
  if (userName !== LAB_USER.name) requireUser(globalState, userName);
  return listReply('AccessKeyMetadata', found, input, (key) => key.accessKeyId, (key) => ({ UserName: userName, AccessKeyId: key.accessKeyId, Status: key.status, CreateDate: shownTime(key.createdAt) }));
};
