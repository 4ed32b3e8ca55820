/** AWS::IAM::Group. */
import { renamed } from '../live.js';
import { given, replyText, unlessMissing, type ResourceType } from '../resource-type.js';
import { livePolicies, moveInlinePolicies, moveManagedPolicies } from './policies.js';

export const group: ResourceType = {
  type: 'AWS::IAM::Group',
  // IAM's UpdateGroup, which would move it, is not among the operations here.
  properties: { GroupName: 'replacement', ManagedPolicyArns: 'in-place', Path: 'replacement', Policies: 'in-place' },
  attributes: ['Arn'],
  identifiers: ['GroupName'],
  capability: (properties) => (properties['GroupName'] === undefined ? 'CAPABILITY_IAM' : 'CAPABILITY_NAMED_IAM'),
  create(properties, scope) {
    const made = scope.call('iam', 'CreateGroup', { ...given(properties, ['Path']), GroupName: properties['GroupName'] ?? scope.uniqueName(128) });
    const name = replyText(made, 'Group.GroupName');
    moveManagedPolicies('Group', name, {}, properties, scope);
    moveInlinePolicies('Group', name, {}, properties, scope);
    return name;
  },
  attributesOf: (GroupName, scope) => ({ Arn: replyText(scope.call('iam', 'GetGroup', { GroupName }), 'Group.Arn') }),
  update(name, properties, previous, scope) {
    moveManagedPolicies('Group', name, previous, properties, scope);
    moveInlinePolicies('Group', name, previous, properties, scope);
  },
  live(GroupName, scope, properties) {
    return { ...renamed(scope.call('iam', 'GetGroup', { GroupName }), { GroupName: 'Group.GroupName', Path: 'Group.Path' }), ...livePolicies('Group', GroupName, scope, properties) };
  },
  delete(GroupName, scope, properties) {
    unlessMissing(() => {
      moveManagedPolicies('Group', GroupName, properties, {}, scope);
      moveInlinePolicies('Group', GroupName, properties, {}, scope);
      scope.call('iam', 'DeleteGroup', { GroupName });
    });
  },
};
