/** ListPolicies: the account's own (Scope Local) and those of AWS's that the region has (AWS). */
import type { Operation } from '../../../endpoint/operation.js';
import { bool, oneOfOpt } from '../../../endpoint/input.js';
import { listReply, underPath } from '../pages.js';
import { allPolicies, shownPolicy, usesOf } from '../policies.js';

export const listPolicies: Operation = (input, { globalState }) => {
  const scope = oneOfOpt(input, 'Scope', ['All', 'AWS', 'Local']) ?? 'All';
  const onlyAttached = bool(input, 'OnlyAttached', false);
  const usage = oneOfOpt(input, 'PolicyUsageFilter', ['PermissionsPolicy', 'PermissionsBoundary']);
  const under = underPath(input);
  const wanted = (arn: string): boolean => {
    const { attached, bounded } = usesOf(globalState, arn);
    return (!onlyAttached || attached > 0) && (usage === undefined || (usage === 'PermissionsPolicy' ? attached : bounded) > 0);
  };
  return listReply('Policies', allPolicies(globalState, scope).filter((policy) => under(policy) && wanted(policy.arn)), input, (policy) => policy.arn, (policy) => shownPolicy(policy, globalState, 'listed'));
};
