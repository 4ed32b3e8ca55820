/** AWS::Logs::LogGroup. */
import { textOf, type Structure } from '../../template/value.js';
import { liveTags, renamed } from '../live.js';
import { given, gone, replyList, replyText, textProperty, unlessMissing, type ResourceScope, type ResourceType, type Tag } from '../resource-type.js';
import { valueAt } from '../../../endpoint/input.js';
import type { Output } from '../../../endpoint/operation.js';

const asMap = (tags: readonly Tag[]): Record<string, string> => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

function find(name: string, scope: ResourceScope): Output {
  const found = replyList(scope.call('logs', 'DescribeLogGroups', { logGroupNamePrefix: name, limit: 50 }), 'logGroups').find((group) => group['logGroupName'] === name);
  if (found === undefined) throw gone();
  return found;
}

function setRetention(logGroupName: string, properties: Structure, scope: ResourceScope): void {
  const days = properties['RetentionInDays'];
  if (days === undefined) scope.call('logs', 'DeleteRetentionPolicy', { logGroupName });
  else scope.call('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays: Number(textOf(days)) });
}

/** CloudFormation's marks go with the stack's tags and the resource's own. */
function tagsOf(properties: Structure, scope: ResourceScope): Record<string, string> {
  return { ...asMap(scope.tags(properties)), 'aws:cloudformation:stack-name': scope.stackName, 'aws:cloudformation:stack-id': scope.stackId, 'aws:cloudformation:logical-id': scope.logicalId };
}

function tags(arn: string, scope: ResourceScope): Record<string, string> {
  return Object.fromEntries(Object.entries(valueAt(scope.call('logs', 'ListTagsForResource', { resourceArn: arn }), 'tags') ?? {}).map(([key, value]) => [key, String(value)]));
}

export const logGroup: ResourceType = {
  type: 'AWS::Logs::LogGroup',
  properties: {
    LogGroupName: 'replacement', RetentionInDays: 'in-place', Tags: 'in-place',
    BearerTokenAuthenticationEnabled: 'unsupported', DataProtectionPolicy: 'unsupported', DeletionProtectionEnabled: 'unsupported', FieldIndexPolicies: 'unsupported', KmsKeyId: 'unsupported',
    LogGroupClass: 'unsupported', ResourcePolicyDocument: 'unsupported',
  },
  attributes: ['Arn'],
  identifiers: ['LogGroupName'],
  create(properties, scope) {
    const name = properties['LogGroupName'] === undefined ? scope.uniqueName(512) : textProperty(properties, 'LogGroupName');
    scope.call('logs', 'CreateLogGroup', { logGroupName: name, tags: tagsOf(properties, scope) });
    if (properties['RetentionInDays'] !== undefined) setRetention(name, properties, scope);
    return name;
  },
  attributesOf: (name, scope) => ({ Arn: replyText(find(name, scope), 'arn') }),
  update(name, properties, _previous, scope) {
    setRetention(name, properties, scope);
    const arn = replyText(find(name, scope), 'logGroupArn');
    const wanted = tagsOf(properties, scope);
    const stale = Object.keys(tags(arn, scope)).filter((key) => !Object.hasOwn(wanted, key) && !key.startsWith('aws:'));
    if (stale.length > 0) scope.call('logs', 'UntagResource', { resourceArn: arn, tagKeys: stale });
    scope.call('logs', 'TagResource', { resourceArn: arn, tags: wanted });
  },
  live(name, scope, properties) {
    const found = find(name, scope);
    const tagSet = Object.entries(tags(replyText(found, 'logGroupArn'), scope)).map(([key, value]) => ({ key, value }));
    return { ...renamed(given(found as Structure, ['logGroupName', 'retentionInDays']), { LogGroupName: 'logGroupName', RetentionInDays: 'retentionInDays' }), ...liveTags({ tagSet }, scope, properties) };
  },
  adopt(name, scope) {
    scope.call('logs', 'TagResource', { resourceArn: replyText(find(name, scope), 'logGroupArn'), tags: tagsOf({}, scope) });
  },
  delete(name, scope) {
    unlessMissing(() => scope.call('logs', 'DeleteLogGroup', { logGroupName: name }));
  },
};
