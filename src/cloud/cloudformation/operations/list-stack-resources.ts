/** cloudformation:ListStackResources. */
import type { Operation } from '../../endpoint/operation.js';
import { page } from '../../endpoint/page.js';
import { resourcesOf } from '../records.js';
import { requiredStack } from './request.js';
import { resourceView } from './views.js';

export const listStackResources: Operation = (input, context) => {
  const { stackId } = requiredStack(input, context);
  const { items, nextToken } = page(resourcesOf(context.state, stackId), input, { default: 100, key: (resource) => resource.logicalId });
  return { StackResourceSummaries: items.map((resource) => resourceView(resource, 'LastUpdatedTimestamp')), NextToken: nextToken };
};
