/** DescribeSecurityGroups and DescribeSecurityGroupRules. */
import { list } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { describe, type FilterTable } from '../describe.js';
import { SECURITY_GROUP as TABLE } from '../model.js';
import { SECURITY_GROUP, SECURITY_GROUP_RULE } from '../noun.js';
import { reading, type Scope } from '../operation.js';
import { ruleView, securityGroupView, type PermissionView, type RuleView, type SecurityGroupView } from './view.js';

const PERMISSION_FILTERS: FilterTable<readonly PermissionView[]> = {
  'cidr': (permissions) => permissions.flatMap((permission) => permission.ipRanges.map((range) => range.cidrIp)),
  'from-port': (permissions) => permissions.map((permission) => permission.fromPort),
  'group-id': (permissions) => permissions.flatMap((permission) => permission.groups.map((group) => group.groupId)),
  'ipv6-cidr': (permissions) => permissions.flatMap((permission) => permission.ipv6Ranges.map((range) => range.cidrIpv6)),
  'prefix-list-id': (permissions) => permissions.flatMap((permission) => permission.prefixListIds.map((one) => one.prefixListId)),
  'protocol': (permissions) => permissions.map((permission) => permission.ipProtocol),
  'to-port': (permissions) => permissions.map((permission) => permission.toPort),
  'user-id': (permissions) => permissions.flatMap((permission) => permission.groups.map((group) => group.userId)),
};

const FILTERS: FilterTable<SecurityGroupView> = {
  'description': (view) => view.groupDescription,
  'group-id': (view) => view.groupId,
  'group-name': (view) => view.groupName,
  'owner-id': (view) => view.ownerId,
  'vpc-id': (view) => view.vpcId,
  ...Object.fromEntries(Object.entries(PERMISSION_FILTERS).flatMap(([name, look]) => [
    [`ip-permission.${name}`, (view: SecurityGroupView) => look(view.ipPermissions)],
    [`egress.ip-permission.${name}`, (view: SecurityGroupView) => look(view.ipPermissionsEgress)],
  ])),
};

/** Views name the groups of a permission by id; their names are the state's. */
function nameFilters(scope: Scope): FilterTable<SecurityGroupView> {
  const names = (permissions: readonly PermissionView[]) => permissions.flatMap((permission) => permission.groups.map((group) => scope.state.get(TABLE, group.groupId)?.groupName));
  return { 'ip-permission.group-name': (view) => names(view.ipPermissions), 'egress.ip-permission.group-name': (view) => names(view.ipPermissionsEgress) };
}

export const describeSecurityGroups = reading((input, scope) => {
  const names = list(input, 'GroupName');
  // Names are looked for in the default VPC, which there is none of.
  if (names[0] !== undefined) throw new AwsError('InvalidGroup.NotFound', `The security group '${names[0]}' does not exist in default VPC`);
  return describe(input, scope, { noun: SECURITY_GROUP, ids: 'GroupId', set: 'securityGroupInfo', view: securityGroupView, filters: { ...FILTERS, ...nameFilters(scope) } });
});

const RULE_FILTERS: FilterTable<RuleView> = {
  'group-id': (view) => view.groupId,
  'security-group-rule-id': (view) => view.securityGroupRuleId,
};

export const describeSecurityGroupRules = reading((input, scope) => describe(input, scope, {
  noun: SECURITY_GROUP_RULE, ids: 'SecurityGroupRuleId', set: 'securityGroupRuleSet', view: ruleView, filters: RULE_FILTERS,
}));
