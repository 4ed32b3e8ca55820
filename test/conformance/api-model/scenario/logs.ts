/** Log groups, as a lab's template, or a tool that cleans up, uses them. */
import { steps } from './step.js';

const GROUP = { logGroupName: '<run>/group' };

export const logs = steps('logs', [
  ['CreateLogGroup', { ...GROUP, tags: { run: '<run>' } }],
  ['CreateLogGroup', GROUP, { error: 'ResourceAlreadyExistsException' }],
  ['CreateLogGroup', { logGroupName: '<run>/other', logGroupClass: 'INFREQUENT_ACCESS' }],
  ['PutRetentionPolicy', { ...GROUP, retentionInDays: 7 }],
  ['PutRetentionPolicy', { ...GROUP, retentionInDays: 8 }, { error: 'InvalidParameterException' }],
  ['DescribeLogGroups', { logGroupNamePrefix: '<run>/', limit: 1 }, { save: { logPage: 'nextToken', logGroup: 'logGroups.0.logGroupArn' }, expect: { 'logGroups.0.logGroupName': '<run>/group', 'logGroups.0.retentionInDays': '7' } }],
  ['DescribeLogGroups', { logGroupNamePrefix: '<run>/', limit: 1, nextToken: '<logPage>' }, { expect: { 'logGroups.0.logGroupName': '<run>/other', 'nextToken': '' } }],
  ['DescribeLogGroups', { logGroupNamePattern: 'GROUP' }, { expect: { 'logGroups.0.logGroupName': '<run>/group' } }],
  ['DeleteRetentionPolicy', GROUP],
  ['TagResource', { resourceArn: '<logGroup>', tags: { more: 'yes' } }],
  ['ListTagsForResource', { resourceArn: '<logGroup>' }, { expect: { 'tags.run': '<run>', 'tags.more': 'yes' } }],
  ['UntagResource', { resourceArn: '<logGroup>', tagKeys: ['more'] }],
  ['DeleteLogGroup', GROUP],
  ['DeleteLogGroup', GROUP, { error: 'ResourceNotFoundException' }],
  ['DeleteLogGroup', { logGroupName: '<run>/other' }],
]);
