/** GetPolicyVersion: with its document. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { shownDocument, shownTime } from '../entities.js';
import { requirePolicy, requireVersion } from '../policies.js';

export const getPolicyVersion: Operation = (input, { globalState }) => {
  const policy = requirePolicy(globalState, str(input, 'PolicyArn'));
  const version = requireVersion(policy, str(input, 'VersionId'));
  return { PolicyVersion: { Document: shownDocument(version.document), VersionId: version.versionId, IsDefaultVersion: version.versionId === policy.defaultVersionId, CreateDate: shownTime(version.createdAt) } };
};
