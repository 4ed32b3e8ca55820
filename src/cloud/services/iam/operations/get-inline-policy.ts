/** GetRolePolicy, GetUserPolicy, GetGroupPolicy. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { noSuchEntity, shownDocument } from '../entities.js';
import type { HolderKind } from '../holders.js';
import type { PolicyHolder } from '../records.js';

export const getInlinePolicy = <R extends PolicyHolder>(kind: HolderKind<R>): Operation => (input, { globalState }) => {
  const policyName = str(input, 'PolicyName');
  const name = str(input, kind.parameter);
  const found = kind.require(globalState, name).inlinePolicies.find((policy) => policy.policyName === policyName);
  if (found === undefined) throw noSuchEntity(`The ${kind.noun} policy with name ${policyName} cannot be found.`);
  return { [kind.parameter]: name, PolicyName: policyName, PolicyDocument: shownDocument(found.document) };
};
