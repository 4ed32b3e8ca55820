/** AWS::IAM::Role. */
import { liveDocument, liveTags, renamed } from '../live.js';
import { valueAt } from '../../../endpoint/input.js';
import { sameValue } from '../../template/value.js';
import { given, replyList, replyText, structuresProperty, unlessMissing, type ResourceType } from '../resource-type.js';
import { documentText, moveInlinePolicies, moveManagedPolicies } from './policies.js';

export const role: ResourceType = {
  type: 'AWS::IAM::Role',
  properties: {
    AssumeRolePolicyDocument: 'in-place', Description: 'in-place', ManagedPolicyArns: 'in-place', MaxSessionDuration: 'in-place', Path: 'replacement',
    Policies: 'in-place', RoleName: 'replacement', Tags: 'in-place', PermissionsBoundary: 'unsupported',
  },
  required: ['AssumeRolePolicyDocument'],
  attributes: ['Arn', 'RoleId'],
  identifiers: ['RoleName'],
  capability: (properties) => (properties['RoleName'] === undefined ? 'CAPABILITY_IAM' : 'CAPABILITY_NAMED_IAM'),
  create(properties, scope) {
    const name = properties['RoleName'] ?? scope.uniqueName(64);
    const made = scope.call('iam', 'CreateRole', {
      ...given(properties, ['Path', 'Description', 'MaxSessionDuration']),
      RoleName: name,
      AssumeRolePolicyDocument: documentText(properties['AssumeRolePolicyDocument']),
      Tags: scope.tags(properties),
    });
    const roleName = replyText(made, 'Role.RoleName');
    moveManagedPolicies(roleName, {}, properties, scope);
    moveInlinePolicies(roleName, {}, properties, scope);
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
    moveManagedPolicies(RoleName, previous, properties, scope);
    moveInlinePolicies(RoleName, previous, properties, scope);
    const present = (valueAt(scope.call('iam', 'ListRoleTags', { RoleName }), 'Tags') ?? []) as { Key: string }[];
    const wanted = scope.tags(properties);
    const stale = present.map(({ Key }) => Key).filter((key) => !wanted.some((tag) => tag.Key === key));
    if (stale.length > 0) scope.call('iam', 'UntagRole', { RoleName, TagKeys: stale });
    if (wanted.length > 0) scope.call('iam', 'TagRole', { RoleName, Tags: wanted });
  },
  live(RoleName, scope, properties) {
    const found = scope.call('iam', 'GetRole', { RoleName });
    const names = { Description: 'Role.Description', MaxSessionDuration: 'Role.MaxSessionDuration', Path: 'Role.Path', RoleName: 'Role.RoleName' };
    // AWS::IAM::Policy and AWS::IAM::RolePolicy put their own beside those of the role.
    const inline = ((valueAt(scope.call('iam', 'ListRolePolicies', { RoleName }), 'PolicyNames') ?? []) as string[]).filter((name) => !['AWS::IAM::Policy', 'AWS::IAM::RolePolicy'].some((type) => scope.isProperty(type, 'PolicyName', name)));
    const tags = replyList(scope.call('iam', 'ListRoleTags', { RoleName }), 'Tags').map((tag) => ({ key: tag['Key'], value: tag['Value'] }));
    const declared = structuresProperty(properties, 'Policies');
    return {
      ...renamed(found, names),
      AssumeRolePolicyDocument: liveDocument(valueAt(found, 'Role.AssumeRolePolicyDocument'), properties['AssumeRolePolicyDocument']),
      ManagedPolicyArns: replyList(scope.call('iam', 'ListAttachedRolePolicies', { RoleName }), 'AttachedPolicies').map((policy) => replyText(policy, 'PolicyArn')),
      Policies: inline.map((PolicyName) => ({
        PolicyName,
        PolicyDocument: liveDocument(scope.call('iam', 'GetRolePolicy', { RoleName, PolicyName })['PolicyDocument'], declared.find((one) => one['PolicyName'] === PolicyName)?.['PolicyDocument']),
      })),
      ...liveTags({ tagSet: tags }, scope, properties),
    };
  },
  adopt(RoleName, scope) {
    const Tags = scope.tags({});
    if (Tags.length > 0) scope.call('iam', 'TagRole', { RoleName, Tags });
  },
  delete(RoleName, scope, properties) {
    unlessMissing(() => {
      moveManagedPolicies(RoleName, properties, {}, scope);
      moveInlinePolicies(RoleName, properties, {}, scope);
      scope.call('iam', 'DeleteRole', { RoleName });
    });
  },
};
