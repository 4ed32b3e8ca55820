/**
 * GetSecurityGroupsForVpc, and what is told of groups across VPCs: DescribeSecurityGroupReferences and DescribeStaleSecurityGroups.
 * There is no peering, so no other VPC refers to a group and no rule is stale.
 */
import { listOf1, str } from '../../../endpoint/input.js';
import { filtered, paged, type FilterTable } from '../describe.js';
import { SECURITY_GROUP as TABLE, type SecurityGroupRecord } from '../model.js';
import { find, findAll, SECURITY_GROUP, VPC } from '../noun.js';
import { reading, type Scope } from '../operation.js';

function view(record: SecurityGroupRecord, scope: Scope) {
  return { description: record.description, groupName: record.groupName, ownerId: scope.accountId, groupId: record.groupId, primaryVpcId: record.vpcId, tagSet: record.tags };
}

const FILTERS: FilterTable<ReturnType<typeof view>> = {
  'group-id': (group) => group.groupId,
  'description': (group) => group.description,
  'group-name': (group) => group.groupName,
  'owner-id': (group) => group.ownerId,
  'primary-vpc-id': (group) => group.primaryVpcId,
};

export const getSecurityGroupsForVpc = reading((input, scope) => {
  const { vpcId } = find(scope.state, VPC, str(input, 'VpcId'));
  const groups = scope.state.list(TABLE).filter((group) => group.vpcId === vpcId).map((group) => view(group, scope));
  return paged(filtered(groups, input, FILTERS), input, 'securityGroupForVpcSet', (group) => group.groupId);
});

export const describeSecurityGroupReferences = reading((input, scope) => {
  findAll(scope.state, SECURITY_GROUP, listOf1(input, 'GroupId'));
  return { securityGroupReferenceSet: [] };
});

export const describeStaleSecurityGroups = reading((input, scope) => {
  find(scope.state, VPC, str(input, 'VpcId'));
  return paged<string>([], input, 'staleSecurityGroupSet', (groupId) => groupId, { minimum: 5, maximum: 255 });
});
