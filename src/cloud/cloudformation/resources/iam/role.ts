/** AWS::IAM::Role. */
import { liveDocument, liveTags, renamed } from '../live.js';
import { valueAt } from '../../../endpoint/input.js';
import { sameValue } from '../../template/value.js';
import { given, replyText, unlessMissing, type ResourceType } from '../resource-type.js';
import { documentText, livePolicies, moveBoundary, moveInlinePolicies, moveManagedPolicies, retagHolder, tagHolderAsStack, tagSetOf } from './policies.js';

export const role: ResourceType = {
  type: 'AWS::IAM::Role',
  properties: {
    AssumeRolePolicyDocument: 'in-place', Description: 'in-place', ManagedPolicyArns: 'in-place', MaxSessionDuration: 'in-place', Path: 'replacement',
    Policies: 'in-place', RoleName: 'replacement', Tags: 'in-place', PermissionsBoundary: 'in-place',
  },
  required: ['AssumeRolePolicyDocument'],
  attributes: ['Arn', 'RoleId'],
  identifiers: ['RoleName'],
  capability: (properties) => (properties['RoleName'] === undefined ? 'CAPABILITY_IAM' : 'CAPABILITY_NAMED_IAM'),
  create(properties, scope) {
    const name = properties['RoleName'] ?? scope.uniqueName(64);
    const made = scope.call('iam', 'CreateRole', {
      ...given(properties, ['Path', 'Description', 'MaxSessionDuration', 'PermissionsBoundary']),
      RoleName: name,
      AssumeRolePolicyDocument: documentText(properties['AssumeRolePolicyDocument']),
      Tags: scope.tags(properties),
    });
    const roleName = replyText(made, 'Role.RoleName');
    moveManagedPolicies('Role', roleName, {}, properties, scope);
    moveInlinePolicies('Role', roleName, {}, properties, scope);
    return roleName;
  },
  attributesOf(roleName, scope) {
    const found = scope.call('iam', 'GetRole', { RoleName: roleName });
    return { Arn: replyText(found, 'Role.Arn'), RoleId: replyText(found, 'Role.RoleId') };
  },
  update(RoleName, properties, previous, scope) {
    if (!sameValue(properties['AssumeRolePolicyDocument'], previous['AssumeRolePolicyDocument'])) {
      scope.call('iam', 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument: documentText(properties['AssumeRolePolicyDocument']) });
    }
    const settings = ['Description', 'MaxSessionDuration'];
    if (!sameValue(given(properties, settings), given(previous, settings))) {
      scope.call('iam', 'UpdateRole', { RoleName, Description: properties['Description'] ?? '', MaxSessionDuration: properties['MaxSessionDuration'] ?? 3600 });
    }
    moveManagedPolicies('Role', RoleName, previous, properties, scope);
    moveInlinePolicies('Role', RoleName, previous, properties, scope);
    moveBoundary('Role', RoleName, previous, properties, scope);
    retagHolder('Role', RoleName, properties, scope);
  },
  live(RoleName, scope, properties) {
    const found = scope.call('iam', 'GetRole', { RoleName });
    const names = { Description: 'Role.Description', MaxSessionDuration: 'Role.MaxSessionDuration', Path: 'Role.Path', RoleName: 'Role.RoleName' };
    const boundary = valueAt(found, 'Role.PermissionsBoundary.PermissionsBoundaryArn');
    return {
      ...renamed(found, names),
      AssumeRolePolicyDocument: liveDocument(valueAt(found, 'Role.AssumeRolePolicyDocument'), properties['AssumeRolePolicyDocument']),
      ...(typeof boundary === 'string' ? { PermissionsBoundary: boundary } : {}),
      ...livePolicies('Role', RoleName, scope, properties),
      ...liveTags(tagSetOf('Role', RoleName, scope), scope, properties),
    };
  },
  adopt(RoleName, scope) {
    tagHolderAsStack('Role', RoleName, scope);
  },
  delete(RoleName, scope, properties) {
    unlessMissing(() => {
      moveManagedPolicies('Role', RoleName, properties, {}, scope);
      moveInlinePolicies('Role', RoleName, properties, {}, scope);
      scope.call('iam', 'DeleteRole', { RoleName });
    });
  },
};
