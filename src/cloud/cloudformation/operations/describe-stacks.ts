/**
 * cloudformation:DescribeStacks. Asked about one stack that has something in progress, it answers when that is over or after a while: the waiters of the
 * AWS CLI, `deploy`'s too, look at once and then every 30 s, and most stacks here need less than a second.
 */
import { has } from '../../endpoint/input.js';
import type { Operation, Output } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { isInProgress } from '../engine/engine.js';
import { STACKS } from '../records.js';
import { requiredStack, type Control } from './request.js';
import { stackView } from './views.js';

export const describeStacks = (control: Control): Operation => (input, context) => {
  if (has(input, 'StackName')) {
    const { stackId, status } = requiredStack(input, context);
    // By its name again: one that is deleted meanwhile has none.
    const shown = (): Output => ({ Stacks: [stackView(requiredStack(input, context))] });
    const rest = isInProgress(status) ? control.rest(context.region, stackId) : undefined;
    return rest === undefined ? shown() : rest.then(shown);
  }
  const living = context.state.list(STACKS).filter((stack) => stack.status !== 'DELETE_COMPLETE').toReversed();
  const { items, nextToken } = page(living, input, { default: 100, key: (stack) => stack.stackId });
  return { Stacks: items.map(stackView), NextToken: nextToken };
};
