/** DetachRolePolicy, DetachUserPolicy, DetachGroupPolicy. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { noSuchEntity } from '../entities.js';
import { changeHolder, type HolderKind } from '../holders.js';
import type { PolicyHolder } from '../records.js';

export const detachPolicy = <R extends PolicyHolder>(kind: HolderKind<R>): Operation => (input, context) => {
  const arn = str(input, 'PolicyArn', { min: 20, max: 2048 });
  return changeHolder(kind, input, context, (holder) => {
    if (!holder.attachedPolicies.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
    return { ...holder, attachedPolicies: holder.attachedPolicies.filter((other) => other !== arn) };
  });
};
