/** PutRolePolicy, PutUserPolicy, PutGroupPolicy: adds an inline policy or replaces the one of that name. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { documentText, entityName, limitExceeded } from '../entities.js';
import { changeHolder, type HolderKind } from '../holders.js';
import { readPolicy } from '../read-policy.js';
import type { PolicyHolder } from '../records.js';

export const putInlinePolicy = <R extends PolicyHolder>(kind: HolderKind<R>): Operation => (input, context) => {
  const policyName = entityName(input, 'PolicyName', 128);
  const document = documentText(input, 'PolicyDocument');
  readPolicy(document, 'identity');
  return changeHolder(kind, input, context, (holder) => {
    const inlinePolicies = [...holder.inlinePolicies.filter((policy) => policy.policyName !== policyName), { policyName, document }];
    const size = inlinePolicies.reduce((sum, policy) => sum + policy.document.replaceAll(/\s/g, '').length, 0);
    if (size > kind.inlineSize) throw limitExceeded(`Maximum policy size of ${kind.inlineSize} bytes exceeded for ${kind.noun} ${str(input, kind.parameter)}`);
    return { ...holder, inlinePolicies };
  });
};
