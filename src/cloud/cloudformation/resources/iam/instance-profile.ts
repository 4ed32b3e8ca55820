/** AWS::IAM::InstanceProfile. */
import { renamed } from '../live.js';
import type { Structure } from '../../template/value.js';
import { given, replyList, replyText, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { textList } from './policies.js';

/** A profile holds one role: the old one leaves before the new one comes. */
function moveRoles(InstanceProfileName: string, from: Structure, to: Structure, scope: ResourceScope): void {
  const [old, now] = [textList(from['Roles']), textList(to['Roles'])];
  for (const RoleName of old.filter((name) => !now.includes(name))) unlessMissing(() => scope.call('iam', 'RemoveRoleFromInstanceProfile', { InstanceProfileName, RoleName }));
  for (const RoleName of now.filter((name) => !old.includes(name))) scope.call('iam', 'AddRoleToInstanceProfile', { InstanceProfileName, RoleName });
}

export const instanceProfile: ResourceType = {
  type: 'AWS::IAM::InstanceProfile',
  properties: { InstanceProfileName: 'replacement', Path: 'replacement', Roles: 'in-place' },
  required: ['Roles'],
  attributes: ['Arn'],
  identifiers: ['InstanceProfileName'],
  capability: (properties) => (properties['InstanceProfileName'] === undefined ? 'CAPABILITY_IAM' : 'CAPABILITY_NAMED_IAM'),
  create(properties, scope) {
    const made = scope.call('iam', 'CreateInstanceProfile', { ...given(properties, ['Path']), InstanceProfileName: properties['InstanceProfileName'] ?? scope.uniqueName(128) });
    const name = replyText(made, 'InstanceProfile.InstanceProfileName');
    moveRoles(name, {}, properties, scope);
    return name;
  },
  attributesOf: (InstanceProfileName, scope) => ({ Arn: replyText(scope.call('iam', 'GetInstanceProfile', { InstanceProfileName }), 'InstanceProfile.Arn') }),
  update(name, properties, previous, scope) {
    moveRoles(name, previous, properties, scope);
  },
  live(InstanceProfileName, scope) {
    const found = scope.call('iam', 'GetInstanceProfile', { InstanceProfileName });
    return {
      ...renamed(found, { InstanceProfileName: 'InstanceProfile.InstanceProfileName', Path: 'InstanceProfile.Path' }),
      Roles: replyList(found, 'InstanceProfile.Roles').map((role) => replyText(role, 'RoleName')),
    };
  },
  delete(InstanceProfileName, scope, properties) {
    unlessMissing(() => {
      moveRoles(InstanceProfileName, properties, {}, scope);
      scope.call('iam', 'DeleteInstanceProfile', { InstanceProfileName });
    });
  },
};
