/** AWS::IAM::Policy: an inline policy that several roles get. */
import { ResourceFailure } from '../../errors.js';
import type { Structure } from '../../template/value.js';
import { textProperty, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { documentText, textList } from './policies.js';

function put(roles: readonly string[], properties: Structure, scope: ResourceScope): void {
  for (const RoleName of roles) {
    scope.call('iam', 'PutRolePolicy', { RoleName, PolicyName: textProperty(properties, 'PolicyName'), PolicyDocument: documentText(properties['PolicyDocument']) });
  }
}

function remove(roles: readonly string[], properties: Structure, scope: ResourceScope): void {
  for (const RoleName of roles) unlessMissing(() => scope.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName: textProperty(properties, 'PolicyName') }));
}

export const policy: ResourceType = {
  type: 'AWS::IAM::Policy',
  properties: { PolicyDocument: 'in-place', PolicyName: 'in-place', Roles: 'in-place', Groups: 'unsupported', Users: 'unsupported' },
  required: ['PolicyDocument', 'PolicyName'],
  attributes: ['Id'],
  capability: () => 'CAPABILITY_IAM',
  create(properties, scope) {
    const roles = textList(properties['Roles']);
    if (roles.length === 0) throw new ResourceFailure('At least one of [Groups,Roles,Users] must be non-empty.', 'InvalidRequest');
    put(roles, properties, scope);
    return scope.uniqueName(64);
  },
  attributesOf: (id) => ({ Id: id }),
  update(_id, properties, previous, scope) {
    const kept = properties['PolicyName'] === previous['PolicyName'] ? textList(properties['Roles']) : [];
    remove(textList(previous['Roles']).filter((name) => !kept.includes(name)), previous, scope);
    put(textList(properties['Roles']), properties, scope);
  },
  delete(_id, scope, properties) {
    remove(textList(properties['Roles']), properties, scope);
  },
};
