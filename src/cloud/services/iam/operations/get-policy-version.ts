/** GetPolicyVersion: the default version is the only one kept. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { noSuchEntity, shownDocument } from '../entities.js';
import { managedPolicy } from '../managed-policies.js';

export const getPolicyVersion: Operation = (input) => {
  const arn = str(input, 'PolicyArn');
  const versionId = str(input, 'VersionId');
  const policy = managedPolicy(arn);
  if (policy === undefined) throw noSuchEntity(`Policy ${arn} was not found.`);
  if (policy.versionId !== versionId) throw noSuchEntity(`Policy ${arn} version ${versionId} does not exist or is not attachable.`);
  return { PolicyVersion: { Document: shownDocument(policy.document), VersionId: versionId, IsDefaultVersion: true, CreateDate: policy.updateDate } };
};
