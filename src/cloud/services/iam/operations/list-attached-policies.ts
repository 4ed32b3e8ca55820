/** ListAttachedRolePolicies, ListAttachedUserPolicies, ListAttachedGroupPolicies. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import type { HolderKind } from '../holders.js';
import { listReply, underPath } from '../pages.js';
import { findPolicy } from '../policies.js';
import type { PolicyHolder } from '../records.js';

export const listAttachedPolicies = <R extends PolicyHolder>(kind: HolderKind<R>): Operation => (input, { globalState }) => {
  const holder = kind.require(globalState, str(input, kind.parameter));
  const attached = holder.attachedPolicies.flatMap((arn) => findPolicy(globalState, arn) ?? []).filter(underPath(input));
  return listReply('AttachedPolicies', attached, input, (policy) => policy.arn, (policy) => ({ PolicyName: policy.policyName, PolicyArn: policy.arn }));
};
