/** cloudformation:DescribeStacks. */
import { has } from '../../endpoint/input.js';
import type { Operation } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { STACKS } from '../records.js';
import { requiredStack } from './request.js';
import { stackView } from './views.js';

export const describeStacks: Operation = (input, context) => {
  if (has(input, 'StackName')) return { Stacks: [stackView(requiredStack(input, context))] };
  const living = context.state.list(STACKS).filter((stack) => stack.status !== 'DELETE_COMPLETE').toReversed();
  const { items, nextToken } = page(living, input, { default: 100, key: (stack) => stack.stackId });
  return { Stacks: items.map(stackView), NextToken: nextToken };
};
