/** Security groups and their rules as the API shows them. */
import type { Reader } from '../../../state/store.js';
import { SECURITY_GROUP, SECURITY_GROUP_RULE, type SecurityGroupRecord, type SecurityGroupRuleRecord } from '../model.js';
import type { Scope } from '../operation.js';

export function rulesOf(state: Reader, groupId: string, isEgress?: boolean): SecurityGroupRuleRecord[] {
  return state.list(SECURITY_GROUP_RULE).filter((rule) => rule.groupId === groupId && (isEgress === undefined || rule.isEgress === isEgress));
}

/** Rules of equal protocol and ports are shown as one permission with several peers. */
function permissionViews(rules: readonly SecurityGroupRuleRecord[], scope: Scope) {
  const kinds = new Map<string, SecurityGroupRuleRecord[]>();
  for (const rule of rules) {
    const kind = `${rule.ipProtocol}|${rule.fromPort}|${rule.toPort}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), rule]);
  }
  return [...kinds.values()].map((same) => {
    const ported = same[0] !== undefined && ['tcp', 'udp', 'icmp', 'icmpv6'].includes(same[0].ipProtocol);
    return {
      ipProtocol: same[0]?.ipProtocol,
      fromPort: ported ? same[0]?.fromPort : undefined,
      toPort: ported ? same[0]?.toPort : undefined,
      ipRanges: same.flatMap(({ cidrIpv4, description }) => (cidrIpv4 === undefined ? [] : [{ cidrIp: cidrIpv4, description }])),
      ipv6Ranges: same.flatMap(({ cidrIpv6, description }) => (cidrIpv6 === undefined ? [] : [{ cidrIpv6, description }])),
      prefixListIds: same.flatMap(({ prefixListId, description }) => (prefixListId === undefined ? [] : [{ prefixListId, description }])),
      groups: same.flatMap(({ referencedGroupId, description }) => (referencedGroupId === undefined ? [] : [{ userId: scope.accountId, groupId: referencedGroupId, description }])),
    };
  });
}

export type PermissionView = ReturnType<typeof permissionViews>[number];

export function securityGroupArn(scope: Scope, groupId: string): string {
  return `arn:aws:ec2:${scope.region}:${scope.accountId}:security-group/${groupId}`;
}

export function securityGroupView(record: SecurityGroupRecord, scope: Scope) {
  return {
    groupId: record.groupId,
    groupName: record.groupName,
    groupDescription: record.description,
    vpcId: record.vpcId,
    ownerId: scope.accountId,
    securityGroupArn: securityGroupArn(scope, record.groupId),
    ipPermissions: permissionViews(rulesOf(scope.state, record.groupId, false), scope),
    ipPermissionsEgress: permissionViews(rulesOf(scope.state, record.groupId, true), scope),
    tagSet: record.tags,
  };
}

export type SecurityGroupView = ReturnType<typeof securityGroupView>;

export function ruleView(record: SecurityGroupRuleRecord, scope: Scope) {
  const referenced = record.referencedGroupId === undefined ? undefined : scope.state.get(SECURITY_GROUP, record.referencedGroupId);
  return {
    securityGroupRuleId: record.securityGroupRuleId,
    securityGroupRuleArn: `arn:aws:ec2:${scope.region}:${scope.accountId}:security-group-rule/${record.securityGroupRuleId}`,
    groupId: record.groupId,
    groupOwnerId: scope.accountId,
    isEgress: record.isEgress,
    ipProtocol: record.ipProtocol,
    fromPort: record.fromPort,
    toPort: record.toPort,
    cidrIpv4: record.cidrIpv4,
    cidrIpv6: record.cidrIpv6,
    prefixListId: record.prefixListId,
    referencedGroupInfo: record.referencedGroupId === undefined ? undefined : { groupId: record.referencedGroupId, userId: scope.accountId, vpcId: referenced?.vpcId },
    description: record.description,
    tagSet: record.tags,
  };
}

export type RuleView = ReturnType<typeof ruleView>;
