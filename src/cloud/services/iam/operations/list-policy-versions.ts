/** ListPolicyVersions: newest first, without their documents. Of AWS's policies the region has the version in force only. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { shownTime } from '../entities.js';
import { listReply } from '../pages.js';
import { requirePolicy } from '../policies.js';

export const listPolicyVersions: Operation = (input, { globalState }) => {
  const policy = requirePolicy(globalState, str(input, 'PolicyArn'));
  const order = (versionId: string): string => String(100_000 - Number(versionId.slice(1)));
  return listReply('Versions', policy.versions, input, (version) => order(version.versionId), (version) => ({ VersionId: version.versionId, IsDefaultVersion: version.versionId === policy.defaultVersionId, CreateDate: shownTime(version.createdAt) }));
};
