/** CreateSecurityGroup: no ingress, all IPv4 egress (S2, c27). */
import { str, strOpt } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { SECURITY_GROUP, SECURITY_GROUP_RULE } from '../model.js';
import { find, newId, VPC } from '../noun.js';
import { changing } from '../operation.js';
import { tagsFor } from '../tags.js';
import { securityGroupArn } from './view.js';

const CHARACTERS = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]*$/;

function checkText(text: string, parameter: string): string {
  if (text.length > 255 || !CHARACTERS.test(text)) {
    throw new AwsError('InvalidParameterValue', `Value (${text}) for parameter ${parameter} is invalid. Character sets beyond ASCII are not supported.`);
  }
  return text;
}

export const createSecurityGroup = changing((input, tx, _context, scope) => {
  const groupName = checkText(str(input, 'GroupName'), 'GroupName');
  const description = checkText(str(input, 'GroupDescription'), 'GroupDescription');
  if (groupName.toLowerCase() === 'default') throw new AwsError('InvalidParameterValue', 'Cannot use reserved security group name: default');
  if (groupName.startsWith('sg-')) throw new AwsError('InvalidParameterValue', `Invalid value '${groupName}' for groupName. Group names may not be in the format sg-*.`);
  const wanted = strOpt(input, 'VpcId');
  if (wanted === undefined || wanted === '') throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user');
  const { vpcId } = find(tx, VPC, wanted);
  if (tx.list(SECURITY_GROUP).some((group) => group.vpcId === vpcId && group.groupName === groupName)) {
    throw new AwsError('InvalidGroup.Duplicate', `The security group '${groupName}' already exists for VPC '${vpcId}'`);
  }
  const groupId = newId('sg');
  const tags = tagsFor(input, 'security-group');
  tx.put(SECURITY_GROUP, groupId, { groupId, groupName, description, vpcId, tags });
  const securityGroupRuleId = newId('sgr');
  tx.put(SECURITY_GROUP_RULE, securityGroupRuleId, { securityGroupRuleId, groupId, isEgress: true, ipProtocol: '-1', fromPort: -1, toPort: -1, cidrIpv4: '0.0.0.0/0', tags: [] });
  return { return: true, groupId, securityGroupArn: securityGroupArn(scope, groupId), tagSet: tags };
});
