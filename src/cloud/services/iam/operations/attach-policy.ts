/** AttachRolePolicy, AttachUserPolicy, AttachGroupPolicy: attaching again changes nothing. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { limitExceeded } from '../entities.js';
import { changeHolder, type HolderKind } from '../holders.js';
import { findPolicy, policyMissing } from '../policies.js';
import type { PolicyHolder } from '../records.js';

const LIMIT = 10;

export const attachPolicy = <R extends PolicyHolder>(kind: HolderKind<R>): Operation => (input, context) => {
  const arn = str(input, 'PolicyArn', { min: 20, max: 2048 });
  return changeHolder(kind, input, context, (holder, reader) => {
    if (findPolicy(reader, arn) === undefined) throw policyMissing(arn, `Policy ${arn} does not exist or is not attachable.`);
    if (holder.attachedPolicies.includes(arn)) return holder;
    if (holder.attachedPolicies.length >= LIMIT) throw limitExceeded(`Cannot exceed quota for ${kind.quota}: ${LIMIT}`);
    return { ...holder, attachedPolicies: [...holder.attachedPolicies, arn] };
  });
};
