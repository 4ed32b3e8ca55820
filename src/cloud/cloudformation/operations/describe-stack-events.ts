/** cloudformation:DescribeStackEvents: newest first; by id also of a deleted stack. */
import type { Operation } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { validationError } from '../errors.js';
import { EVENTS } from '../records.js';
import { requiredStack } from './request.js';
import { eventView } from './views.js';

export const describeStackEvents: Operation = (input, context) => {
  const stack = requiredStack(input, context, (name) => validationError(`Stack [${name}] does not exist`));
  const events = context.state.list(EVENTS).filter((event) => event.stackId === stack.stackId).toReversed();
  const { items, nextToken } = page(events, input, { default: 100, key: (event) => event.eventId });
  return { StackEvents: items.map((event) => eventView(event, stack)), NextToken: nextToken };
};
