/** Security-group rules: the property form of templates → EC2's `IpPermissions`. */
import type { Input, Output } from '../../../endpoint/operation.js';
import { ResourceFailure } from '../../errors.js';
import type { Structure } from '../../template/value.js';
import { renamed } from '../live.js';
import { given, replyList, replyText, type ResourceScope } from '../resource-type.js';

export const RULE_MEMBERS = {
  ingress: ['CidrIp', 'CidrIpv6', 'Description', 'FromPort', 'IpProtocol', 'SourcePrefixListId', 'SourceSecurityGroupId', 'SourceSecurityGroupName', 'SourceSecurityGroupOwnerId', 'ToPort'],
  egress: ['CidrIp', 'CidrIpv6', 'Description', 'DestinationPrefixListId', 'DestinationSecurityGroupId', 'FromPort', 'IpProtocol', 'ToPort'],
} as const;

/** One rule as EC2 takes it. Throws when a member is unknown or the peer is not exactly one. */
export function ipPermission(rule: Structure, direction: 'ingress' | 'egress'): Input {
  const unknown = Object.keys(rule).find((name) => !(RULE_MEMBERS[direction] as readonly string[]).includes(name));
  if (unknown !== undefined) throw new ResourceFailure(`#: extraneous key [${unknown}] is not permitted`, 'InvalidRequest');
  const end = direction === 'ingress' ? 'Source' : 'Destination';
  const description = given(rule, ['Description']);
  const groupId = rule[`${end}SecurityGroupId`];
  const groupName = rule['SourceSecurityGroupName'];
  const ranges = {
    IpRanges: rule['CidrIp'] === undefined ? undefined : [{ CidrIp: rule['CidrIp'], ...description }],
    Ipv6Ranges: rule['CidrIpv6'] === undefined ? undefined : [{ CidrIpv6: rule['CidrIpv6'], ...description }],
    PrefixListIds: rule[`${end}PrefixListId`] === undefined ? undefined : [{ PrefixListId: rule[`${end}PrefixListId`], ...description }],
    Groups: groupId === undefined && groupName === undefined ? undefined : [{
      ...(groupId === undefined ? { GroupName: groupName } : { GroupId: groupId }),
      ...(rule['SourceSecurityGroupOwnerId'] === undefined ? {} : { UserId: rule['SourceSecurityGroupOwnerId'] }),
      ...description,
    }],
  };
  const peers = Object.entries(ranges).filter(([, value]) => value !== undefined);
  if (peers.length !== 1) {
    throw new ResourceFailure(`A rule needs exactly one of CidrIp, CidrIpv6, ${end}PrefixListId and ${end}SecurityGroupId, this one has ${peers.length}`, 'InvalidRequest');
  }
  return { ...given(rule, ['IpProtocol', 'FromPort', 'ToPort']), ...Object.fromEntries(peers) };
}

/** A rule of DescribeSecurityGroupRules in the template's form. */
export function liveRule(found: Output): Structure {
  const end = found['isEgress'] === true ? 'Destination' : 'Source';
  const ported = found['ipProtocol'] !== '-1';
  return {
    ...renamed(found, { IpProtocol: 'ipProtocol', CidrIp: 'cidrIpv4', CidrIpv6: 'cidrIpv6', Description: 'description', [`${end}PrefixListId`]: 'prefixListId', [`${end}SecurityGroupId`]: 'referencedGroupInfo.groupId' }),
    ...(ported ? renamed(found, { FromPort: 'fromPort', ToPort: 'toPort' }) : {}),
  };
}

/** All rules of a group in one direction, except those that are resources by themselves. */
export function liveRules(groupId: string, direction: 'ingress' | 'egress', scope: ResourceScope): Structure[] {
  const rules = replyList(scope.call('ec2', 'DescribeSecurityGroupRules', { Filter: [{ Name: 'group-id', Value: [groupId] }] }), 'securityGroupRuleSet');
  return rules.filter((rule) => (rule['isEgress'] === true) === (direction === 'egress') && !scope.isResource(replyText(rule, 'securityGroupRuleId'))).map(liveRule);
}
