/** AWS::IAM::RolePolicy: one inline policy of one role; its id is `POLICY|ROLE`. */
import { liveDocument } from '../live.js';
import { given, textProperty, unlessMissing, type ResourceType } from '../resource-type.js';
import { documentText } from './policies.js';

export const rolePolicy: ResourceType = {
  type: 'AWS::IAM::RolePolicy',
  properties: { PolicyDocument: 'in-place', PolicyName: 'replacement', RoleName: 'replacement' },
  required: ['PolicyName', 'RoleName'],
  attributes: [],
  identifiers: ['PolicyName', 'RoleName'],
  capability: () => 'CAPABILITY_IAM',
  create(properties, scope) {
    scope.call('iam', 'PutRolePolicy', { ...given(properties, ['PolicyName', 'RoleName']), PolicyDocument: documentText(properties['PolicyDocument']) });
    return `${textProperty(properties, 'PolicyName')}|${textProperty(properties, 'RoleName')}`;
  },
  attributesOf: () => ({}),
  update(_id, properties, _previous, scope) {
    scope.call('iam', 'PutRolePolicy', { ...given(properties, ['PolicyName', 'RoleName']), PolicyDocument: documentText(properties['PolicyDocument']) });
  },
  live(_id, scope, properties) {
    const found = scope.call('iam', 'GetRolePolicy', given(properties, ['PolicyName', 'RoleName']));
    return { ...given(properties, ['PolicyName', 'RoleName']), PolicyDocument: liveDocument(found['PolicyDocument'], properties['PolicyDocument']) };
  },
  delete(_id, scope, properties) {
    unlessMissing(() => scope.call('iam', 'DeleteRolePolicy', given(properties, ['PolicyName', 'RoleName'])));
  },
};
