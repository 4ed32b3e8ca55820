/** ListPolicies: Scope Local has none, since the region has no customer managed policies. */
import type { Operation, Output } from '../../../endpoint/operation.js';
import { bool, oneOfOpt } from '../../../endpoint/input.js';
import type { Reader } from '../../../state/store.js';
import { managedPolicies, type ManagedPolicy } from '../managed-policies.js';
import { listReply, underPath } from '../pages.js';
import { roles } from '../records.js';

export const listPolicies: Operation = (input, context) => {
  const scope = oneOfOpt(input, 'Scope', ['All', 'AWS', 'Local']) ?? 'All';
  const onlyAttached = bool(input, 'OnlyAttached', false);
  const under = underPath(input);
  const found = scope === 'Local' ? [] : managedPolicies.filter((policy) => under(policy) && (!onlyAttached || attachments(policy, context.globalState) > 0));
  return listReply('Policies', found, input, (policy) => policy.arn, (policy) => shownPolicy(policy, context.globalState));
};

export function shownPolicy(policy: ManagedPolicy, reader: Reader): Output {
  return {
    PolicyName: policy.policyName,
    PolicyId: policy.policyId,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.versionId,
    AttachmentCount: attachments(policy, reader),
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: policy.createDate,
    UpdateDate: policy.updateDate,
  };
}

function attachments(policy: ManagedPolicy, reader: Reader): number {
  return reader.list(roles).filter((role) => role.attachedPolicies.includes(policy.arn)).length;
}
