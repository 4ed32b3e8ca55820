/** CloudWatch Logs: log groups and their tags, so that a lab's own are made, found and removed. Nothing writes into them here: events, streams, queries are not there. */
import { InputError } from '../../endpoint/input.js';
import { AwsError, type Operation, type Service } from '../../endpoint/operation.js';
import { createLogGroup, deleteLogGroup, deleteRetentionPolicy, describeLogGroups, putRetentionPolicy } from './log-groups.js';
import { listTagsForResource, tagResource, untagResource } from './tags.js';

/** The service has a code of its own for what is wrong with a request. */
const inItsWords = (operation: Operation): Operation => (input, context) => {
  try {
    return operation(input, context);
  } catch (error) {
    if (!(error instanceof InputError) || error.fault.kind === 'unsupported') throw error;
    throw new AwsError('InvalidParameterException', error.as('json').message);
  }
};

const operations = {
  CreateLogGroup: createLogGroup,
  DeleteLogGroup: deleteLogGroup,
  DeleteRetentionPolicy: deleteRetentionPolicy,
  DescribeLogGroups: describeLogGroups,
  ListTagsForResource: listTagsForResource,
  PutRetentionPolicy: putRetentionPolicy,
  TagResource: tagResource,
  UntagResource: untagResource,
};

export const logs: Service = {
  name: 'logs',
  protocol: 'json',
  version: '2014-03-28',
  targetPrefix: 'Logs_20140328',
  operations: Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, inItsWords(operation)])),
};
