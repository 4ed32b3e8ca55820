/** ListAttachedRolePolicies, ListAttachedUserPolicies, ListAttachedGroupPolicies. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { LAB_USER } from '../../../endpoint/verify.js';
import type { HolderKind } from '../holders.js';
import { listReply, underPath } from '../pages.js';
import { findPolicy } from '../policies.js';
import type { PolicyHolder } from '../records.js';
import { labUser } from '../users.js';

export const listAttachedPolicies = <R extends PolicyHolder>(kind: HolderKind<R>): Operation => (input, context) => {
  const { globalState } = context;
  const name = str(input, kind.parameter);
  const holder = kind.noun === 'user' && name === LAB_USER.name ? labUser(context) : kind.require(globalState, name);
  const attached = holder.attachedPolicies.flatMap((arn) => findPolicy(globalState, arn) ?? []).filter(underPath(input));
  return listReply('AttachedPolicies', attached, input, (policy) => policy.arn, (policy) => ({ PolicyName: policy.policyName, PolicyArn: policy.arn }));
};
