/** ModifySecurityGroupRules: rules keep their ids and tags, and get another content. */
import { str, struct, structs } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { SECURITY_GROUP_RULE as TABLE } from '../model.js';
import { find, notFound, SECURITY_GROUP, SECURITY_GROUP_RULE } from '../noun.js';
import { changing, DONE } from '../operation.js';
import { checkRuleLimit } from './limit.js';
import { flatPermission, identityOf } from './permission.js';
import { rulesOf } from './view.js';

export const modifySecurityGroupRules = changing((input, tx, context) => {
  const group = find(tx, SECURITY_GROUP, str(input, 'GroupId'));
  const updates = structs(input, 'SecurityGroupRule');
  if (updates.length === 0) throw new AwsError('MissingParameter', 'The request must contain the parameter SecurityGroupRule');
  for (const update of updates) {
    const old = find(tx, SECURITY_GROUP_RULE, str(update, 'SecurityGroupRuleId'));
    if (old.groupId !== group.groupId) throw notFound(SECURITY_GROUP_RULE, [old.securityGroupRuleId]);
    const permission = flatPermission(tx, context, group, struct(update, 'SecurityGroupRule'));
    const rival = rulesOf(tx, group.groupId, old.isEgress).find((rule) => rule.securityGroupRuleId !== old.securityGroupRuleId && identityOf(rule) === identityOf(permission));
    if (rival !== undefined) throw new AwsError('InvalidPermission.Duplicate', `the specified rule already exists as ${rival.securityGroupRuleId}`);
    const { securityGroupRuleId, groupId, isEgress, tags } = old;
    tx.put(TABLE, securityGroupRuleId, { ...permission, securityGroupRuleId, groupId, isEgress, tags });
  }
  checkRuleLimit(tx, group.groupId);
  return DONE;
});
