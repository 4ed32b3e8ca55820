/** AWS::EC2::SecurityGroup with its inline rules. */
import { liveTags, renamed } from '../live.js';
import type { Input } from '../../../endpoint/operation.js';
import { sameValue, type Structure } from '../../template/value.js';
import { given, replyItem, replyText, structuresProperty, textProperty, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { ipPermission, liveRules } from './ip-permission.js';
import { retag, tagAsStack } from './tagging.js';

const ALLOW_ALL: Structure = { IpProtocol: '-1', CidrIp: '0.0.0.0/0' };

function rules(properties: Structure, direction: 'ingress' | 'egress'): Structure[] {
  if (direction === 'ingress') return structuresProperty(properties, 'SecurityGroupIngress');
  const listed = structuresProperty(properties, 'SecurityGroupEgress');
  // EC2 gives every new group this rule; it stays only while the template lists no egress at all (S2).
  return listed.length === 0 ? [ALLOW_ALL] : listed;
}

function change(groupId: string, operation: string, changed: readonly Structure[], direction: 'ingress' | 'egress', scope: ResourceScope): void {
  if (changed.length === 0) return;
  const IpPermissions: Input[] = changed.map((rule) => ipPermission(rule, direction));
  scope.call('ec2', operation, { GroupId: groupId, IpPermissions });
}

/** From one set of rules to the other: new ones first, so that what stays open never closes. */
function move(groupId: string, from: readonly Structure[], to: readonly Structure[], direction: 'ingress' | 'egress', scope: ResourceScope): void {
  const suffix = direction === 'ingress' ? 'Ingress' : 'Egress';
  const without = (list: readonly Structure[], other: readonly Structure[]) => list.filter((rule) => !other.some((kept) => sameValue(rule, kept)));
  const [added, removed] = [without(to, from), without(from, to)];
  const peer = (rule: Structure) => given(rule, Object.keys(rule).filter((name) => name !== 'Description'));
  // The same rule under another description cannot stand beside itself.
  const redescribed = removed.filter((rule) => added.some((other) => sameValue(peer(rule), peer(other))));
  change(groupId, `RevokeSecurityGroup${suffix}`, redescribed, direction, scope);
  change(groupId, `AuthorizeSecurityGroup${suffix}`, added, direction, scope);
  change(groupId, `RevokeSecurityGroup${suffix}`, without(removed, redescribed), direction, scope);
}

export const securityGroup: ResourceType = {
  type: 'AWS::EC2::SecurityGroup',
  properties: {
    GroupDescription: 'replacement', GroupName: 'replacement', VpcId: 'replacement',
    SecurityGroupEgress: 'in-place', SecurityGroupIngress: 'in-place', Tags: 'in-place',
  },
  required: ['GroupDescription'],
  attributes: ['GroupId', 'Id', 'VpcId'],
  identifiers: ['Id'],
  create(properties, scope) {
    const reply = scope.call('ec2', 'CreateSecurityGroup', {
      ...given(properties, ['VpcId']),
      GroupName: properties['GroupName'] ?? scope.uniqueName(255),
      GroupDescription: textProperty(properties, 'GroupDescription'),
      TagSpecification: scope.tagSpecification('security-group', properties),
    });
    const groupId = replyText(reply, 'groupId');
    move(groupId, [], rules(properties, 'ingress'), 'ingress', scope);
    move(groupId, [ALLOW_ALL], rules(properties, 'egress'), 'egress', scope);
    return groupId;
  },
  attributesOf(groupId, scope) {
    const found = replyItem(scope.call('ec2', 'DescribeSecurityGroups', { GroupId: [groupId] }), 'securityGroupInfo');
    return { GroupId: groupId, Id: groupId, VpcId: replyText(found, 'vpcId') };
  },
  update(groupId, properties, previous, scope) {
    move(groupId, rules(previous, 'ingress'), rules(properties, 'ingress'), 'ingress', scope);
    move(groupId, rules(previous, 'egress'), rules(properties, 'egress'), 'egress', scope);
    retag(groupId, properties, scope);
  },
  live(groupId, scope, properties) {
    const found = replyItem(scope.call('ec2', 'DescribeSecurityGroups', { GroupId: [groupId] }), 'securityGroupInfo');
    return {
      ...renamed(found, { GroupDescription: 'groupDescription', GroupName: 'groupName', VpcId: 'vpcId' }),
      SecurityGroupIngress: liveRules(groupId, 'ingress', scope),
      SecurityGroupEgress: liveRules(groupId, 'egress', scope),
      ...liveTags(found, scope, properties),
    };
  },
  adopt: tagAsStack,
  delete(groupId, scope) {
    unlessMissing(() => scope.call('ec2', 'DeleteSecurityGroup', { GroupId: groupId }));
  },
};
