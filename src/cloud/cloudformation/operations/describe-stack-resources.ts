/** cloudformation:DescribeStackResources: of a stack, or of the stack that a physical id belongs to. */
import { has, strOpt } from '../../endpoint/input.js';
import type { Operation } from '../../endpoint/operation.js';
import { validationError } from '../errors.js';
import { RESOURCES, resourcesOf, stackRecord } from '../records.js';
import { requiredStack } from './request.js';
import { resourceView } from './views.js';

export const describeStackResources: Operation = (input, context) => {
  const physicalId = strOpt(input, 'PhysicalResourceId');
  if (has(input, 'StackName') === (physicalId !== undefined)) throw validationError('Either StackName or PhysicalResourceId has to be specified, and not both');
  const owner = physicalId === undefined ? undefined : context.state.list(RESOURCES).findLast((resource) => resource.physicalId === physicalId);
  if (physicalId !== undefined && owner === undefined) throw validationError(`Stack for ${physicalId} does not exist`);
  const stack = owner === undefined ? requiredStack(input, context) : stackRecord(context.state, owner.stackId);
  const logicalId = strOpt(input, 'LogicalResourceId');
  const resources = resourcesOf(context.state, stack.stackId).filter((resource) => logicalId === undefined || resource.logicalId === logicalId);
  return {
    StackResources: resources.slice(0, 100).map((resource) => ({ StackName: stack.stackName, StackId: stack.stackId, ...resourceView(resource, 'Timestamp') })),
  };
};
