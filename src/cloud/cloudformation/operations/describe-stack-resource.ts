/** cloudformation:DescribeStackResource. */
import { str } from '../../endpoint/input.js';
import type { Operation } from '../../endpoint/operation.js';
import { validationError } from '../errors.js';
import { RESOURCES, resourceKey } from '../records.js';
import { parseTemplate } from '../template/template.js';
import { requiredStack } from './request.js';
import { resourceView } from './views.js';

export const describeStackResource: Operation = (input, context) => {
  const stack = requiredStack(input, context, (name) => validationError(`Stack '${name}' does not exist`));
  const logicalId = str(input, 'LogicalResourceId');
  const resource = context.state.get(RESOURCES, resourceKey(stack.stackId, logicalId));
  if (resource === undefined) throw validationError(`Resource ${logicalId} does not exist for stack ${stack.stackName}`);
  // Metadata belongs to the template; one of a deleted stack may be none any more.
  const declared = stack.template === '' ? undefined : parseTemplate(stack.template).resources.get(logicalId);
  const metadata = declared?.metadata;
  return { StackResourceDetail: { StackName: stack.stackName, StackId: stack.stackId, ...resourceView(resource, 'LastUpdatedTimestamp'), Metadata: metadata === undefined ? undefined : JSON.stringify(metadata), Description: declared?.description } };
};
