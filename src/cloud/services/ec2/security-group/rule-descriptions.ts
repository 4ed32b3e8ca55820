/** UpdateSecurityGroupRuleDescriptionsIngress and …Egress: the description of rules that are there, by id or by the rule itself. */
import { str, strOpt, structs } from '../../../endpoint/input.js';
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { SECURITY_GROUP_RULE as TABLE } from '../model.js';
import { find, notFound, SECURITY_GROUP_RULE } from '../noun.js';
import { changing, DONE } from '../operation.js';
import { groupOf } from './authorize.js';
import { descriptionOf, identityOf, requestedPermissions } from './permission.js';
import { rulesOf } from './view.js';

function update(isEgress: boolean): Operation {
  return changing((input, tx, context) => {
    const group = groupOf(tx, input);
    const byId = structs(input, 'SecurityGroupRuleDescription');
    const byRule = structs(input, 'IpPermissions');
    if (byId.length > 0 && byRule.length > 0) throw new AwsError('InvalidParameterCombination', 'The parameters ipPermissions and securityGroupRuleDescription cannot both be specified');
    if (byId.length + byRule.length === 0) throw new AwsError('MissingParameter', 'Either ipPermissions or securityGroupRuleDescription must be specified');
    const rules = rulesOf(tx, group.groupId, isEgress);
    for (const one of byId) {
      const rule = find(tx, SECURITY_GROUP_RULE, str(one, 'SecurityGroupRuleId'));
      if (!rules.includes(rule)) throw notFound(SECURITY_GROUP_RULE, [rule.securityGroupRuleId]);
      tx.put(TABLE, rule.securityGroupRuleId, { ...rule, description: descriptionOf({ Description: strOpt(one, 'Description') ?? '' }).description });
    }
    for (const permission of byRule.length === 0 ? [] : requestedPermissions(tx, context, group, input)) {
      const rule = rules.find((candidate) => identityOf(candidate) === identityOf(permission));
      if (rule === undefined) throw new AwsError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
      tx.put(TABLE, rule.securityGroupRuleId, { ...rule, description: permission.description });
    }
    return DONE;
  });
}

export const updateSecurityGroupRuleDescriptionsIngress = update(false);
export const updateSecurityGroupRuleDescriptionsEgress = update(true);
