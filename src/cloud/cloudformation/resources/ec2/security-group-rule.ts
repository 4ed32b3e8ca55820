/** AWS::EC2::SecurityGroupIngress and AWS::EC2::SecurityGroupEgress: a rule by itself, so that groups can name each other. */
import { renamed } from '../live.js';
import { valueAt } from '../../../endpoint/input.js';
import type { Structure } from '../../template/value.js';
import { given, replyItem, replyText, textProperty, unlessMissing, type PropertyUpdate, type ResourceType } from '../resource-type.js';
import { ipPermission, liveRule, RULE_MEMBERS } from './ip-permission.js';

function ruleType(direction: 'ingress' | 'egress'): ResourceType {
  const suffix = direction === 'ingress' ? 'Ingress' : 'Egress';
  const members: readonly string[] = RULE_MEMBERS[direction];
  const properties: { [name: string]: PropertyUpdate } = Object.fromEntries(members.map((name) => [name, 'replacement' as const]));
  const group = (declared: Structure) => ({ GroupId: textProperty(declared, 'GroupId') });
  return {
    type: `AWS::EC2::SecurityGroup${suffix}`,
    properties: { ...properties, Description: 'in-place', GroupId: 'replacement', ...(direction === 'ingress' ? { GroupName: 'unsupported' as const } : {}) },
    required: ['IpProtocol', 'GroupId'],
    attributes: ['Id'],
    identifiers: ['Id'],
    create(declared, scope) {
      const reply = scope.call('ec2', `AuthorizeSecurityGroup${suffix}`, { ...group(declared), IpPermissions: [ipPermission(given(declared, members), direction)] });
      return replyText(replyItem(reply, 'securityGroupRuleSet'), 'securityGroupRuleId');
    },
    attributesOf: (ruleId) => ({ Id: ruleId }),
    update(ruleId, declared, _previous, scope) {
      scope.call('ec2', 'ModifySecurityGroupRules', {
        ...group(declared),
        SecurityGroupRule: [{ SecurityGroupRuleId: ruleId, SecurityGroupRule: modified(declared, direction) }],
      });
    },
  unread: direction === 'ingress' ? ['SourceSecurityGroupName'] : [],
    live(ruleId, scope, declared) {
      const found = replyItem(scope.call('ec2', 'DescribeSecurityGroupRules', { SecurityGroupRuleId: [ruleId] }), 'securityGroupRuleSet');
      return { ...given(declared, ['SourceSecurityGroupOwnerId']), ...renamed(found, { GroupId: 'groupId' }), ...liveRule(found) };
    },
    delete(ruleId, scope, declared) {
      unlessMissing(() => scope.call('ec2', `RevokeSecurityGroup${suffix}`, { ...group(declared), SecurityGroupRuleId: [ruleId] }));
    },
  };
}

/** The flat form that ModifySecurityGroupRules takes. */
function modified(declared: Structure, direction: 'ingress' | 'egress'): { [name: string]: unknown } {
  const end = direction === 'ingress' ? 'Source' : 'Destination';
  const renamed = { CidrIpv4: declared['CidrIp'], CidrIpv6: declared['CidrIpv6'], PrefixListId: declared[`${end}PrefixListId`], ReferencedGroupId: declared[`${end}SecurityGroupId`] };
  const flat = { ...given(declared, ['IpProtocol', 'FromPort', 'ToPort', 'Description']), ...renamed };
  return Object.fromEntries(Object.keys(flat).map((name) => [name, valueAt(flat, name)]).filter(([, value]) => value !== undefined)) as { [name: string]: unknown };
}

export const securityGroupIngress = ruleType('ingress');
export const securityGroupEgress = ruleType('egress');
