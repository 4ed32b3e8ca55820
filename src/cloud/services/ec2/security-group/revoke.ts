/** RevokeSecurityGroupIngress and RevokeSecurityGroupEgress, by rule ids or by the rules themselves. */
import { list } from '../../../endpoint/input.js';
import { AwsError, type Input, type Operation } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { SECURITY_GROUP_RULE, type SecurityGroupRecord, type SecurityGroupRuleRecord } from '../model.js';
import { checkForm, notFound, SECURITY_GROUP_RULE as RULE } from '../noun.js';
import { changing, type Scope } from '../operation.js';
import { groupOf } from './authorize.js';
import { identityOf, requestedPermissions } from './permission.js';
import { rulesOf } from './view.js';

function chosen(state: Reader, place: Pick<Scope, 'region' | 'accountId'>, input: Input, group: SecurityGroupRecord, isEgress: boolean): SecurityGroupRuleRecord[] {
  const rules = rulesOf(state, group.groupId, isEgress);
  const ids = list(input, 'SecurityGroupRuleId');
  if (ids.length > 0) {
    for (const id of ids) checkForm(RULE, id);
    const missing = ids.filter((id) => !rules.some((rule) => rule.securityGroupRuleId === id));
    if (missing.length > 0) throw notFound(RULE, missing);
    return rules.filter((rule) => ids.includes(rule.securityGroupRuleId));
  }
  return requestedPermissions(state, place, group, input).map((permission) => {
    const rule = rules.find((candidate) => identityOf(candidate) === identityOf(permission));
    if (rule === undefined) throw new AwsError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
    return rule;
  });
}

function revoke(isEgress: boolean): Operation {
  return changing((input, tx, context) => {
    const rules = chosen(tx, context, input, groupOf(tx, input), isEgress);
    for (const rule of rules) tx.delete(SECURITY_GROUP_RULE, rule.securityGroupRuleId);
    return {
      return: true,
      unknownIpPermissionSet: [],
      revokedSecurityGroupRuleSet: rules.map((rule) => ({
        securityGroupRuleId: rule.securityGroupRuleId,
        groupId: rule.groupId,
        isEgress: rule.isEgress,
        ipProtocol: rule.ipProtocol,
        fromPort: rule.fromPort,
        toPort: rule.toPort,
        cidrIpv4: rule.cidrIpv4,
        cidrIpv6: rule.cidrIpv6,
        prefixListId: rule.prefixListId,
        referencedGroupId: rule.referencedGroupId,
        description: rule.description,
      })),
    };
  });
}

export const revokeSecurityGroupIngress = revoke(false);
export const revokeSecurityGroupEgress = revoke(true);
