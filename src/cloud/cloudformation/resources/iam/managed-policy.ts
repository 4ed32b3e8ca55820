/** AWS::IAM::ManagedPolicy: a policy of its own, attached to roles, users and groups; its id is its ARN. */
import { valueAt } from '../../../endpoint/input.js';
import type { Output } from '../../../endpoint/operation.js';
import { sameValue, type Structure } from '../../template/value.js';
import { liveDocument, renamed } from '../live.js';
import { given, replyList, replyText, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { documentText, HOLDERS, textList } from './policies.js';

/** Versions that a policy may have. */
const VERSIONS = 5;

function move(PolicyArn: string, from: Structure, to: Structure, scope: ResourceScope): void {
  for (const [property, kind] of Object.entries(HOLDERS)) {
    const [old, now] = [textList(from[property]), textList(to[property])];
    for (const name of now.filter((other) => !old.includes(other))) scope.call('iam', `Attach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn });
    for (const name of old.filter((other) => !now.includes(other))) unlessMissing(() => scope.call('iam', `Detach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn }));
  }
}

/** Newest first, those that are not in force. */
function otherVersions(PolicyArn: string, scope: ResourceScope): string[] {
  const versions: Output[] = replyList(scope.call('iam', 'ListPolicyVersions', { PolicyArn }), 'Versions');
  return versions.filter((version) => version['IsDefaultVersion'] !== true).map((version) => replyText(version, 'VersionId')).toSorted((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
}

function rewrite(PolicyArn: string, properties: Structure, scope: ResourceScope): void {
  const others = otherVersions(PolicyArn, scope);
  const oldest = others.at(-1);
  if (others.length + 1 >= VERSIONS && oldest !== undefined) scope.call('iam', 'DeletePolicyVersion', { PolicyArn, VersionId: oldest });
  scope.call('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument: documentText(properties['PolicyDocument']), SetAsDefault: true });
}

export const managedPolicy: ResourceType = {
  type: 'AWS::IAM::ManagedPolicy',
  properties: { Description: 'replacement', Groups: 'in-place', ManagedPolicyName: 'replacement', Path: 'replacement', PolicyDocument: 'in-place', Roles: 'in-place', Users: 'in-place' },
  required: ['PolicyDocument'],
  attributes: ['AttachmentCount', 'CreateDate', 'DefaultVersionId', 'IsAttachable', 'PermissionsBoundaryUsageCount', 'PolicyArn', 'PolicyId', 'UpdateDate'],
  identifiers: ['PolicyArn'],
  capability: (properties) => (properties['ManagedPolicyName'] === undefined ? 'CAPABILITY_IAM' : 'CAPABILITY_NAMED_IAM'),
  create(properties, scope) {
    const made = scope.call('iam', 'CreatePolicy', {
      ...given(properties, ['Path', 'Description']), PolicyName: properties['ManagedPolicyName'] ?? scope.uniqueName(128), PolicyDocument: documentText(properties['PolicyDocument']),
    });
    const arn = replyText(made, 'Policy.Arn');
    move(arn, {}, properties, scope);
    return arn;
  },
  attributesOf(PolicyArn, scope) {
    const found = scope.call('iam', 'GetPolicy', { PolicyArn });
    const names = ['AttachmentCount', 'CreateDate', 'DefaultVersionId', 'IsAttachable', 'PermissionsBoundaryUsageCount', 'PolicyId', 'UpdateDate'];
    const text = (value: unknown) => (value instanceof Date ? value.toISOString() : String(value));
    return { PolicyArn, ...Object.fromEntries(names.map((name) => [name, text(valueAt(found, `Policy.${name}`))])) };
  },
  update(arn, properties, previous, scope) {
    if (!sameValue(properties['PolicyDocument'], previous['PolicyDocument'])) rewrite(arn, properties, scope);
    move(arn, previous, properties, scope);
  },
  live(PolicyArn, scope, properties) {
    const found = scope.call('iam', 'GetPolicy', { PolicyArn });
    const version = scope.call('iam', 'GetPolicyVersion', { PolicyArn, VersionId: replyText(found, 'Policy.DefaultVersionId') });
    const entities = scope.call('iam', 'ListEntitiesForPolicy', { PolicyArn });
    return {
      ...renamed(found, { Description: 'Policy.Description', ManagedPolicyName: 'Policy.PolicyName', Path: 'Policy.Path' }),
      PolicyDocument: liveDocument(valueAt(version, 'PolicyVersion.Document'), properties['PolicyDocument']),
      ...Object.fromEntries(Object.entries(HOLDERS).map(([property, kind]) => [property, replyList(entities, `Policy${property}`).map((entity) => replyText(entity, `${kind}Name`))])),
    };
  },
  delete(PolicyArn, scope, properties) {
    unlessMissing(() => {
      move(PolicyArn, properties, {}, scope);
      for (const VersionId of otherVersions(PolicyArn, scope)) scope.call('iam', 'DeletePolicyVersion', { PolicyArn, VersionId });
      scope.call('iam', 'DeletePolicy', { PolicyArn });
    });
  },
};
