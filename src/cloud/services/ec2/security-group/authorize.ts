/** AuthorizeSecurityGroupIngress and AuthorizeSecurityGroupEgress. */
import { strOpt } from '../../../endpoint/input.js';
import { AwsError, type Input, type Operation } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { SECURITY_GROUP_RULE, type SecurityGroupRecord, type SecurityGroupRuleRecord } from '../model.js';
import { find, newId, SECURITY_GROUP } from '../noun.js';
import { changing } from '../operation.js';
import { tagsFor } from '../tags.js';
import { checkRuleLimit } from './limit.js';
import { identityOf, requestedPermissions, type Permission } from './permission.js';
import { rulesOf, ruleView } from './view.js';

/** The group that the request names; by name there is none without a default VPC. */
export function groupOf(state: Reader, input: Input): SecurityGroupRecord {
  const groupId = strOpt(input, 'GroupId');
  if (groupId !== undefined) return find(state, SECURITY_GROUP, groupId);
  const name = strOpt(input, 'GroupName');
  if (name !== undefined) throw new AwsError('InvalidGroup.NotFound', `The security group '${name}' does not exist in default VPC`);
  throw new AwsError('MissingParameter', 'The request must contain the parameter groupName or groupId');
}

function words(permission: Permission): string {
  const peer = permission.cidrIpv4 ?? permission.cidrIpv6 ?? permission.prefixListId ?? permission.referencedGroupId ?? '';
  if (permission.ipProtocol === '-1') return `peer: ${peer}, ALL, ALLOW`;
  const ports = permission.ipProtocol.startsWith('icmp') ? `type: ${permission.fromPort}, code: ${permission.toPort}` : `from port: ${permission.fromPort}, to port: ${permission.toPort}`;
  return `peer: ${peer}, ${permission.ipProtocol.toUpperCase()}, ${ports}, ALLOW`;
}

function authorize(isEgress: boolean): Operation {
  return changing((input, tx, context, scope) => {
    const group = groupOf(tx, input);
    const known = new Set(rulesOf(tx, group.groupId, isEgress).map(identityOf));
    const permissions = requestedPermissions(tx, context, group, input);
    const tags = tagsFor(input, 'security-group-rule');
    const duplicate = permissions.find((permission) => known.has(identityOf(permission)));
    if (duplicate !== undefined) throw new AwsError('InvalidPermission.Duplicate', `the specified rule "${words(duplicate)}" already exists`);
    const rules = permissions.map((permission): SecurityGroupRuleRecord => ({ ...permission, securityGroupRuleId: newId('sgr'), groupId: group.groupId, isEgress, tags }));
    for (const rule of rules) tx.put(SECURITY_GROUP_RULE, rule.securityGroupRuleId, rule);
    checkRuleLimit(tx, group.groupId);
    return { return: true, securityGroupRuleSet: rules.map((rule) => ruleView(rule, scope)) };
  });
}

export const authorizeSecurityGroupIngress = authorize(false);
export const authorizeSecurityGroupEgress = authorize(true);
