/** AWS::IAM::User. */
import { valueAt } from '../../../endpoint/input.js';
import type { Structure } from '../../template/value.js';
import { liveTags, renamed } from '../live.js';
import { given, replyList, replyText, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { livePolicies, moveBoundary, moveInlinePolicies, moveManagedPolicies, retagHolder, tagHolderAsStack, tagSetOf, textList } from './policies.js';

function moveGroups(UserName: string, from: Structure, to: Structure, scope: ResourceScope): void {
  const [old, now] = [textList(from['Groups']), textList(to['Groups'])];
  for (const GroupName of now.filter((name) => !old.includes(name))) scope.call('iam', 'AddUserToGroup', { UserName, GroupName });
  for (const GroupName of old.filter((name) => !now.includes(name))) unlessMissing(() => scope.call('iam', 'RemoveUserFromGroup', { UserName, GroupName }));
}

export const user: ResourceType = {
  type: 'AWS::IAM::User',
  // IAM's UpdateUser, which would move it, is not among the operations here.
  properties: {
    Groups: 'in-place', LoginProfile: 'unsupported', ManagedPolicyArns: 'in-place', Path: 'replacement', PermissionsBoundary: 'in-place', Policies: 'in-place', Tags: 'in-place', UserName: 'replacement',
  },
  attributes: ['Arn'],
  identifiers: ['UserName'],
  capability: (properties) => (properties['UserName'] === undefined ? 'CAPABILITY_IAM' : 'CAPABILITY_NAMED_IAM'),
  create(properties, scope) {
    const made = scope.call('iam', 'CreateUser', { ...given(properties, ['Path', 'PermissionsBoundary']), UserName: properties['UserName'] ?? scope.uniqueName(64), Tags: scope.tags(properties) });
    const name = replyText(made, 'User.UserName');
    moveGroups(name, {}, properties, scope);
    moveManagedPolicies('User', name, {}, properties, scope);
    moveInlinePolicies('User', name, {}, properties, scope);
    return name;
  },
  attributesOf: (UserName, scope) => ({ Arn: replyText(scope.call('iam', 'GetUser', { UserName }), 'User.Arn') }),
  update(name, properties, previous, scope) {
    moveBoundary('User', name, previous, properties, scope);
    moveGroups(name, previous, properties, scope);
    moveManagedPolicies('User', name, previous, properties, scope);
    moveInlinePolicies('User', name, previous, properties, scope);
    retagHolder('User', name, properties, scope);
  },
  live(UserName, scope, properties) {
    const found = scope.call('iam', 'GetUser', { UserName });
    const boundary = valueAt(found, 'User.PermissionsBoundary.PermissionsBoundaryArn');
    return {
      ...renamed(found, { Path: 'User.Path', UserName: 'User.UserName' }),
      ...(typeof boundary === 'string' ? { PermissionsBoundary: boundary } : {}),
      Groups: replyList(scope.call('iam', 'ListGroupsForUser', { UserName }), 'Groups').map((one) => replyText(one, 'GroupName')),
      ...livePolicies('User', UserName, scope, properties),
      ...liveTags(tagSetOf('User', UserName, scope), scope, properties),
    };
  },
  adopt(UserName, scope) {
    tagHolderAsStack('User', UserName, scope);
  },
  delete(UserName, scope, properties) {
    unlessMissing(() => {
      moveGroups(UserName, properties, {}, scope);
      moveManagedPolicies('User', UserName, properties, {}, scope);
      moveInlinePolicies('User', UserName, properties, {}, scope);
      scope.call('iam', 'DeleteUser', { UserName });
    });
  },
};
