/** CreatePolicyVersion: up to five are kept. */
import type { Operation } from '../../../endpoint/operation.js';
import { bool, str } from '../../../endpoint/input.js';
import { limitExceeded, shownTime } from '../entities.js';
import { requireOwnPolicy } from '../policies.js';
import { policyText } from '../policy-text.js';
import { policies } from '../records.js';

const LIMIT = 5;

export const createPolicyVersion: Operation = (input, context) => {
  const arn = str(input, 'PolicyArn');
  const document = policyText(input);
  const setAsDefault = bool(input, 'SetAsDefault', false);
  const at = context.now();
  return context.globalState.transact((tx) => {
    const policy = requireOwnPolicy(tx, arn);
    if (policy.versions.length >= LIMIT) throw limitExceeded(`A managed policy can have up to ${LIMIT} versions. Before you create a new version, you must delete an existing version.`);
    const versionId = `v${policy.nextVersion}`;
    tx.put(policies, arn, {
      ...policy, versions: [...policy.versions, { versionId, document, createdAt: at }], nextVersion: policy.nextVersion + 1, updatedAt: at, defaultVersionId: setAsDefault ? versionId : policy.defaultVersionId,
    });
    return { PolicyVersion: { VersionId: versionId, IsDefaultVersion: setAsDefault, CreateDate: shownTime(at) } };
  });
};
