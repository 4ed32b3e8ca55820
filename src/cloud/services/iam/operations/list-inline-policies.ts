/** ListRolePolicies, ListUserPolicies, ListGroupPolicies: names of the inline policies. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import type { HolderKind } from '../holders.js';
import { listReply } from '../pages.js';
import type { PolicyHolder } from '../records.js';

export const listInlinePolicies = <R extends PolicyHolder>(kind: HolderKind<R>): Operation => (input, { globalState }) =>
  listReply('PolicyNames', kind.require(globalState, str(input, kind.parameter)).inlinePolicies.map((policy) => policy.policyName), input, (name) => name, (name) => name);
