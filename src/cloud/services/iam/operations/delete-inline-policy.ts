/** DeleteRolePolicy, DeleteUserPolicy, DeleteGroupPolicy. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { noSuchEntity } from '../entities.js';
import { changeHolder, type HolderKind } from '../holders.js';
import type { PolicyHolder } from '../records.js';

export const deleteInlinePolicy = <R extends PolicyHolder>(kind: HolderKind<R>): Operation => (input, context) => {
  const policyName = str(input, 'PolicyName');
  return changeHolder(kind, input, context, (holder) => {
    const inlinePolicies = holder.inlinePolicies.filter((policy) => policy.policyName !== policyName);
    if (inlinePolicies.length === holder.inlinePolicies.length) throw noSuchEntity(`The ${kind.noun} policy with name ${policyName} cannot be found.`);
    return { ...holder, inlinePolicies };
  });
};
