/** cloudformation:DescribeAccountLimits and GetStackPolicy: what holds for every stack here. */
import { LIMIT } from '../template/template.js';
import type { Operation } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { validationError } from '../errors.js';
import { STACK_LIMIT } from '../engine/begin.js';
import { requiredStack } from './request.js';

export const describeAccountLimits: Operation = (input) => {
  const { items, nextToken } = page([{ Name: 'StackLimit', Value: STACK_LIMIT }, { Name: 'StackOutputsLimit', Value: LIMIT.outputs }], input);
  return { AccountLimits: items, NextToken: nextToken };
};

/** No stack has one: what would set it is refused. */
export const getStackPolicy: Operation = (input, context) => {
  requiredStack(input, context, (name) => validationError(`Stack [${name}] does not exist`));
  return {};
};
