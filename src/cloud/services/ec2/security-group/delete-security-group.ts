/** DeleteSecurityGroup: never the default group (V8), nor one that is worn or referenced (S13). */
import { str, strOpt } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { NETWORK_INTERFACE, SECURITY_GROUP as TABLE, SECURITY_GROUP_RULE } from '../model.js';
import { find, SECURITY_GROUP } from '../noun.js';
import { changing } from '../operation.js';

export const deleteSecurityGroup = changing((input, tx) => {
  const name = strOpt(input, 'GroupName');
  // By name means: of the default VPC, which there is none of.
  if (name !== undefined && strOpt(input, 'GroupId') === undefined) throw new AwsError('InvalidGroup.NotFound', `The security group '${name}' does not exist`);
  const group = find(tx, SECURITY_GROUP, str(input, 'GroupId'));
  const { groupId } = group;
  if (group.groupName === 'default') throw new AwsError('CannotDelete', `the specified group: "${groupId}" name: "default" cannot be deleted by a user`);
  const isWorn = tx.list(NETWORK_INTERFACE).some((eni) => eni.groupIds.includes(groupId));
  const isReferenced = tx.list(SECURITY_GROUP_RULE).some((rule) => rule.referencedGroupId === groupId && rule.groupId !== groupId);
  if (isWorn || isReferenced) throw new AwsError('DependencyViolation', `resource ${groupId} has a dependent object`);
  for (const rule of tx.list(SECURITY_GROUP_RULE)) if (rule.groupId === groupId) tx.delete(SECURITY_GROUP_RULE, rule.securityGroupRuleId);
  tx.delete(TABLE, groupId);
  return { return: true, groupId };
});
